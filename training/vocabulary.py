"""The base model's word pieces as a tokenizer that knows no special words in the text."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from quotes.extraction.tagging.windows import Separators

_OWN_NAMES = {"<s>": "[CLS]", "</s>": "[SEP]", "<pad>": "[PAD]", "<mask>": "[MASK]"}
"""MPNet's own; BERT's words for them are in its list too, but it has learnt nothing of these."""


def build_tokenizer(base: Path) -> Tokenizer:
    """Uncased word pieces; "[SEP]" written in an article is text like any other."""
    lines = (base / "vocab.txt").read_text(encoding="utf-8").splitlines()
    vocabulary = {piece: number for number, piece in enumerate(lines)}
    for own, usual in _OWN_NAMES.items():
        if own in vocabulary:  # a number has one name, or the file that is written lacks one of two
            vocabulary[usual] = vocabulary.pop(own)
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))  # noqa: S106 - a word piece
    tokenizer.normalizer = BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def separators_of(tokenizer: Tokenizer) -> Separators:
    """The pieces that open and close a window."""
    return Separators(tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]"))

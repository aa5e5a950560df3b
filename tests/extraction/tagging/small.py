"""A tagger small enough to see through: real word pieces, a made-up network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from quotes.extraction.tagging.encoding import FEATURES
from quotes.extraction.tagging.labels import LABELS
from quotes.extraction.tagging.tagger import Tagger
from quotes.extraction.tagging.weights import Files

WORDS = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *("said", "mayor", "the", "bridge", "will", "close", "cafe", "re", "##open", "it", "he"),
    *('"', "'", ".", ",", "[", "]", "sep", "!", "?", "a", "b", "c"),
)
LAWLESS = [[0.0] * len(LABELS) for _ in LABELS]


def small_tokenizer() -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


@dataclass
class Network:
    """Stands for the ONNX session: gives each piece the label that ``choose`` names."""

    choose: Callable[[int, int], int]
    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def run(self, names: Sequence[str], given: Mapping[str, Any]) -> list[np.ndarray]:
        assert names == ["logits"]
        ids = given["ids"]
        self.shapes.append(ids.shape)
        logits = np.zeros((*ids.shape, len(LABELS)), dtype=np.float32)
        for row, column in np.ndindex(*ids.shape):
            logits[row, column, self.choose(int(ids[row, column]), column)] = 8.0
        return [logits]


def tagger_with(network: Network) -> Tagger:
    config = {
        "name": "small",
        "version": "0",
        "labels": list(LABELS),
        "features": FEATURES,
        "transitions": LAWLESS,
    }
    return Tagger(Files(Path("nowhere"), config), network, small_tokenizer())

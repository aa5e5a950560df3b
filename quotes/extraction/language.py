"""The language model: found, loaded once per process, and fed in pieces of bounded size."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

from quotes.extraction.components import attributes, breaks, honorifics
from quotes.extraction.config import LANGUAGE_MODELS

_LONGEST_RUN = 200
_SENTENCE_END = re.compile(r"[.!?][\"”’')]{0,2}\s")


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded pipeline, and whether it parses or only splits words."""

    nlp: Language
    name: str
    parses: bool


@lru_cache(maxsize=1)
def load(wanted: str = "") -> Model:
    """The first model that is installed; without one, a tokenizer for the marks-only rules."""
    for name in (wanted, *LANGUAGE_MODELS):
        if name and spacy.util.is_package(name):
            nlp = spacy.load(name)
            nlp.add_pipe(breaks.NAME, before="parser")
            nlp.add_pipe(honorifics.NAME, before="ner")
            attributes.remember_attributes(nlp)
            _part_dashes(nlp)
            nlp.max_length = 10_000_000
            # The model's million objects stay: the collector need not go through them each time.
            gc.freeze()
            return Model(nlp, f"{name} {nlp.meta['version']}", parses=True)
    return blank()


def _part_dashes(nlp: Language) -> None:
    """ "…of it.”― Ida Marsh": the long dash is a word of its own."""
    tokenizer, rules = nlp.tokenizer, nlp.Defaults
    if not isinstance(tokenizer, Tokenizer):
        return
    tokenizer.prefix_search = compile_prefix_regex([*(rules.prefixes or ()), "―"]).search
    tokenizer.suffix_search = compile_suffix_regex([*(rules.suffixes or ()), "―"]).search
    tokenizer.infix_finditer = compile_infix_regex([*(rules.infixes or ()), "―"]).finditer


@lru_cache(maxsize=1)
def blank() -> Model:
    """A tokenizer alone: what is left where no model is installed or the text is not English."""
    nlp = spacy.blank("en")
    nlp.max_length = 10_000_000
    return Model(nlp, f"none (spaCy {spacy.__version__})", parses=False)


def read(text: str, model: Model, chunk_chars: int) -> Doc:
    """Parse a text of any length; the result is one ``Doc`` with the text's own offsets."""
    (doc,) = read_many([text], model, chunk_chars)
    return doc


def read_many(texts: Sequence[str], model: Model, chunk_chars: int) -> Iterator[Doc]:
    """``read`` for each text, some together: faster than one by one, with the same result.

    How many characters are parsed at once, and so the memory, is four times ``chunk_chars``.
    """
    cut = [[text[start:end] for start, end in chunks(text, chunk_chars)] for text in texts]
    read = chain.from_iterable(
        model.nlp.pipe(some, batch_size=len(some)) for some in _together(cut, 4 * chunk_chars)
    )
    for pieces in cut:
        docs = list(islice(read, len(pieces)))
        if not docs:
            yield Doc(model.nlp.vocab)
        elif len(docs) == 1:
            yield docs[0]
        else:
            yield Doc.from_docs(docs, ensure_whitespace=False)


def _together(cut: Sequence[Sequence[str]], most: int) -> Iterator[list[str]]:
    some: list[str] = []
    chars = 0
    for piece in chain.from_iterable(cut):
        if some and chars + len(piece) > most:
            yield some
            some, chars = [], 0
        some.append(piece)
        chars += len(piece)
    if some:
        yield some


def chunks(text: str, size: int) -> Iterator[tuple[int, int]]:
    """Cut a text into pieces that tile it: at line ends, else sentence ends, else anywhere.

    A run of more than 200 characters without white space is cut too: the tokenizer's time
    grows with the square of a word's length.
    """
    start = 0
    while start < len(text):
        end = _chunk_end(text, start, size)
        yield from _without_long_runs(text, start, end)
        start = end


def _chunk_end(text: str, start: int, size: int) -> int:
    limit = start + size
    if limit >= len(text):
        return len(text)
    newline = text.rfind("\n", start + size // 4, limit)
    if newline >= 0:
        return newline + 1
    newline = text.find("\n", limit, limit + size)
    if newline >= 0:
        return newline + 1
    last = None
    for match in _SENTENCE_END.finditer(text, start + size // 2, limit):
        last = match.end()
    if last is not None:
        return last
    space = text.rfind(" ", start + size // 4, limit)
    return space + 1 if space >= 0 else limit


_LONG_RUN = re.compile(rf"\S{{{_LONGEST_RUN + 1},}}")


def _without_long_runs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for match in _LONG_RUN.finditer(text, start, end):
        if position < match.start():
            yield position, match.start()
        for piece in range(match.start(), match.end(), _LONGEST_RUN):
            yield piece, min(piece + _LONGEST_RUN, match.end())
        position = match.end()
    if position < end:
        yield position, end

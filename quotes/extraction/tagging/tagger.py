"""The trained tagger: sources, cues and contents of a text, paragraph by paragraph."""

from __future__ import annotations

import importlib.util
import logging
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quotes.extraction.tagging.decoding import Decoded, Floats, decode, spans, transitions
from quotes.extraction.tagging.encoding import FEATURES, Paragraph, encode
from quotes.extraction.tagging.labels import LABELS, OUTSIDE, Role
from quotes.extraction.tagging.weights import MODEL_DIRECTORY, DamagedModel, Files, find
from quotes.extraction.tagging.windows import Separators, Window, pack
from quotes.extraction.types import Span

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

logger = logging.getLogger(__name__)

_EAGER = 0.4
"""Spans begin a little too readily; which of them stay is judged with all there is to see."""
_ROUND = 64
"""Windows that are decoded together; bounds the memory that a long text takes."""


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """A stretch of the text with its role, and the tagger's probability of exactly this span."""

    role: Role
    start: int
    end: int
    probability: float


class Tagger:
    """Tags texts; make one with :func:`load_tagger`. Safe to use from several threads."""

    def __init__(
        self, files: Files, session: onnxruntime.InferenceSession, tokenizer: Tokenizer
    ) -> None:
        config = files.config
        if config["labels"] != list(LABELS) or config["features"] != FEATURES:
            raise DamagedModel(f"{files.directory} was trained for another version of the engine")
        self.name = f"{config['name']} {config['version']}"
        self._session = session
        self._tokenizer = tokenizer
        self._steps = transitions(config["transitions"], _EAGER)
        opening, closing = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
        if opening is None or closing is None:
            raise DamagedModel(f"{files.tokenizer} has no separators")
        self._separators = Separators(opening, closing)

    def tag(self, text: str, paragraphs: Sequence[Span]) -> list[TaggedSpan]:
        """Spans in text order, each within one of the paragraphs (ordered, disjoint).

        Offsets are code points of ``text``. Time and memory grow with the text's length.
        """
        encoded = encode(text, paragraphs, self._tokenizer)
        windows = pack(encoded, self._separators)
        words = self._tag_words(encoded, windows)
        found: list[TaggedSpan] = []
        for span, paragraph, decoded in zip(paragraphs, encoded, words, strict=True):
            found += _in_text(text, span, paragraph, decoded)
        return sorted(found, key=lambda tagged: (tagged.start, tagged.end))

    def _tag_words(self, encoded: Sequence[Paragraph], windows: Sequence[Window]) -> list[Decoded]:
        words = [Decoded([], [], [], []) for _ in encoded]
        for start in range(0, len(windows), _ROUND):
            some = windows[start : start + _ROUND]
            chains = [_heads(window, encoded) for window in some]
            emissions = self._emissions(some, chains)
            fixed = [
                [window.places[p] is None for p in chain]
                for window, chain in zip(some, chains, strict=True)
            ]
            for window, chain, decoded in zip(
                some, chains, decode(emissions, fixed, self._steps), strict=True
            ):
                _give(words, window, chain, decoded)
        return words

    def _emissions(
        self, windows: Sequence[Window], chains: Sequence[Sequence[int]]
    ) -> list[Floats]:
        """Scores of each window's words.

        One window a pass: on one thread that is a third faster than eight, whose numbers do not
        fit into the processor's cache, and no window's result depends on its neighbours.
        """
        found = []
        for window, chain in zip(windows, chains, strict=True):
            ids = np.array([window.pieces], dtype=np.int64)
            features = np.array([window.features], dtype=np.int64)
            (logits,) = self._session.run(["logits"], {"ids": ids, "features": features})
            found.append(logits[0, chain])
        return found


def _heads(window: Window, encoded: Sequence[Paragraph]) -> list[int]:
    """Positions that are tagged: separators and pieces that begin a word."""
    return [
        position
        for position, place in enumerate(window.places)
        if place is None or encoded[place[0]].heads[place[1]]
    ]


def _give(words: list[Decoded], window: Window, chain: Sequence[int], decoded: Decoded) -> None:
    """Hand each owned word's answer to its paragraph; windows come in the text's order."""
    for index, position in enumerate(chain):
        place = window.places[position]
        if place is None or position < window.owned:
            continue
        paragraph = words[place[0]]
        paragraph.labels.append(decoded.labels[index])
        paragraph.own.append(decoded.own[index])
        paragraph.given.append(decoded.given[index])
        paragraph.stops.append(decoded.stops[index])


def _in_text(text: str, span: Span, paragraph: Paragraph, words: Decoded) -> Iterator[TaggedSpan]:
    if all(label == OUTSIDE for label in words.labels):
        return
    heads = [piece for piece, head in enumerate(paragraph.heads) if head]
    heads.append(len(paragraph.pieces))
    for found in spans(words):
        start = paragraph.starts[heads[found.first]]
        end = paragraph.ends[heads[found.last + 1] - 1]
        while end < span.end and unicodedata.category(text[end]).startswith("M"):
            end += 1
        if any(character.isalnum() for character in text[start:end]):
            yield TaggedSpan(found.role, start, end, found.probability)


def load_tagger(directory: Path | None = None) -> Tagger | None:
    """The tagger of a folder (None: the shipped one), loaded once.

    None where its files, onnxruntime or tokenizers are missing: the rules then work alone.
    Raises ``DamagedModel`` where a file is not the one that was trained.
    """
    return _load((directory or MODEL_DIRECTORY).resolve())


@lru_cache(maxsize=4)
def _load(directory: Path) -> Tagger | None:
    missing = [
        name for name in ("onnxruntime", "tokenizers") if importlib.util.find_spec(name) is None
    ]
    if missing:
        logger.warning("The trained tagger needs %s; rules work alone", " and ".join(missing))
        return None
    files = find(directory)
    if files is None:
        logger.warning("No trained tagger in %s; rules work alone", directory)
        return None
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(files.weights), options, providers=["CPUExecutionProvider"]
    )
    return Tagger(files, session, Tokenizer.from_file(str(files.tokenizer)))

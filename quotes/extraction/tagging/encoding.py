"""Text as the encoder reads it: word pieces, case and quotation marks, offsets kept.

Training and inference share this file: a change here needs new weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quotes.extraction.marks import stretches
from quotes.extraction.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CASES = 4
QUOTE_STATES = 8
FEATURES = CASES * QUOTE_STATES
NO_FEATURE = 0

_OUT, _IN, _OPEN, _CLOSE, _IN_SINGLE, _OPEN_SINGLE, _CLOSE_SINGLE, _IN_OPEN_ENDED = range(8)
_SPECIAL, _LOWER, _TITLE, _UPPER = range(4)
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
)
_DOUBLED = re.compile(r"''|``")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TWO_CHARACTER_MARKS = frozenset(("''", "``", "‘‘", "’’"))
_PIECE_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Word pieces of one paragraph with their features and offsets into the whole text."""

    pieces: list[int]
    features: list[int]
    starts: list[int]
    ends: list[int]
    heads: list[bool]
    """True where a piece begins a word; only these are tagged."""


def encode(text: str, paragraphs: Sequence[Span], tokenizer: Tokenizer) -> list[Paragraph]:
    """Pieces of each paragraph. Marks of every style look the same to the encoder."""
    plain, states = _comparable(text)
    return [_encode_paragraph(plain, text, states, span, tokenizer) for span in paragraphs]


def _comparable(text: str) -> tuple[str, bytearray]:
    """A text of the same length with plain marks, and each character's quotation state."""
    states = bytearray(len(text))
    marks: list[tuple[int, int]] = []
    for stretch in stretches(text):
        inside = _IN_SINGLE if stretch.single else _IN
        if not stretch.single and (stretch.continues or not stretch.closed):
            inside = _IN_OPEN_ENDED
        width = stretch.inner_end - stretch.inner_start
        states[stretch.inner_start : stretch.inner_end] = bytes([inside]) * width
        for start, end, state in (
            (stretch.start, stretch.inner_start, _OPEN),
            (stretch.inner_end, stretch.end, _CLOSE),
        ):
            shown = state + _OPEN_SINGLE - _OPEN if stretch.single else state
            states[start:end] = bytes([shown]) * (end - start)
            if start < end:
                marks.append((start, end))
    plain = _DOUBLED.sub('" ', _SURROGATE.sub("?", text).translate(_PLAIN))
    parts, done = [], 0
    for start, end in marks:
        parts += [plain[done:start], '"'.ljust(end - start)]
        done = end
    parts.append(plain[done:])
    return "".join(parts), states


def _encode_paragraph(
    plain: str, text: str, states: bytearray, span: Span, tokenizer: Tokenizer
) -> Paragraph:
    found = Paragraph([], [], [], [], [])
    for start, end in _bites(text, span):
        encoding = tokenizer.encode(plain[start:end], add_special_tokens=False)
        for piece, surface, (first, last) in zip(
            encoding.ids, encoding.tokens, encoding.offsets, strict=True
        ):
            if first >= last:
                continue
            first, last = start + first, start + last
            found.pieces.append(piece)
            found.features.append(_case(text[first:last]) * QUOTE_STATES + states[first])
            found.heads.append(not surface.startswith("##"))
            if surface == '"' and text[first : first + 2] in _TWO_CHARACTER_MARKS:
                last = min(first + 2, span.end)
            found.starts.append(first)
            found.ends.append(last)
    return found


def _bites(text: str, span: Span) -> list[tuple[int, int]]:
    """The paragraph in stretches of bounded length, so that one endless line costs no memory."""
    bites, start = [], span.start
    while span.end - start > _PIECE_CHARS:
        end = text.rfind(" ", start + _PIECE_CHARS // 2, start + _PIECE_CHARS)
        end = start + _PIECE_CHARS if end < 0 else end
        bites.append((start, end))
        start = end
    bites.append((start, span.end))
    return bites


def _case(surface: str) -> int:
    if len(surface) > 1 and surface.isupper():
        return _UPPER
    return _TITLE if surface[:1].isupper() else _LOWER

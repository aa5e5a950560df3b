"""Paragraphs, verbatim words and comparable forms of a text: no language model needed."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from itertools import islice

from quotes.extraction.marks import stretches
from quotes.extraction.types import Skipped, Span

_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
_FOLDED = (
    ("‘", "'"), ("’", "'"), ("‚", "'"), ("ʼ", "'"), ("´", "'"), ("`", "'"), ("–", "-"), ("—", "-"),
    ("…", " "),
)  # fmt: skip


def paragraphs(text: str) -> list[Span]:
    """Lines that hold something, without the white space around them."""
    found = []
    for match in _LINE.finditer(text):
        line = match.group()
        stripped = line.strip()
        if stripped:
            start = match.start() + len(line) - len(line.lstrip())
            found.append(Span(start, start + len(stripped)))
    return found


def has_words(text: str) -> bool:
    """True where the text holds a letter or a digit, not only marks and white space."""
    return any(character.isalnum() for character in text)


def trim(text: str, span: Span, characters: str = "") -> Span:
    """The span without white space (and ``characters``) at its edges."""
    start, end = span.start, span.end
    while start < end and (text[start].isspace() or text[start] in characters):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in characters):
        end -= 1
    return Span(start, end)


class Ranges:
    """Sorted disjoint ranges that can be asked quickly whether a span touches one of them."""

    def __init__(self, ranges: Iterable[Span | Skipped]) -> None:
        pairs = sorted((item.start, item.end) for item in ranges)
        self._starts = [start for start, _ in pairs]
        self._ends = [end for _, end in pairs]

    def touch(self, start: int, end: int) -> bool:
        """True where ``[start, end)`` shares a character with one of the ranges."""
        place = bisect_right(self._ends, start)
        return place < len(self._starts) and self._starts[place] < end


def verbatim_spans(text: str, content_spans: Iterable[Span]) -> list[Span]:
    """Words between quotation marks inside the content, the marks themselves left out."""
    found = []
    quoted = stretches(text)
    for content in content_spans:
        first = bisect_right(quoted, content.start, key=lambda stretch: stretch.end)
        for stretch in islice(quoted, first, None):
            if stretch.start >= content.end:
                break
            start = max(stretch.inner_start, content.start)
            end = min(stretch.inner_end, content.end)
            if start < end and has_words(text[start:end]):
                found.append(trim(text, Span(start, end)))
    return found


def normalise_quote(text: str) -> str:
    """Comparable form of a quote: equal for the same words in other marks, case or dashes."""
    folded = unicodedata.normalize("NFKC", text)
    for mark, plain in _FOLDED:  # half the time of str.translate
        folded = folded.replace(mark, plain)
    return " ".join(_WORD.findall(folded.casefold())).replace("'", "").replace("-", " ")


def context(text: str, span: Span, n: int) -> tuple[str, str]:
    """Up to ``n`` characters before and after the span, to find it again in an edited text."""
    return text[max(0, span.start - n) : span.start], text[span.end : span.end + n]

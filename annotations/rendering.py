"""Article text with its spans, cut into flat segments that a template can draw one by one.

Pure functions: text and marks in, frozen dataclasses out. No nesting: the text is cut at every
border of every span, so overlapping and nested quotes need no nested elements. The segments (and
gaps) of all paragraphs, joined in order, are the text itself, character for character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeVar

HUES = 12

Role = Literal["content", "source", "cue", "evidence", "skipped"]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Mark:
    """One span to draw. ``quote`` is the number printed beside it, 0 for evidence and skipped."""

    start: int
    end: int
    role: Role
    quote: int = 0
    kind: str = ""
    hue: int = 0
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in which nothing changes. ``quotes``, ``first``, ``last`` are lists of numbers."""

    start: int
    text: str
    classes: str = ""
    quotes: str = ""
    first: str = ""
    last: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``gap`` is the white space up to the next paragraph: kept for offsets, never shown."""

    number: int
    start: int
    end: int
    segments: tuple[Segment, ...]
    gap: Segment | None

    @property
    def is_skipped(self) -> bool:
        """Nothing of it belongs to the story: an appeal, a metadata line."""
        return all(s.classes == "skipped" or not s.text.strip() for s in self.segments)


def hues(appearances: Iterable[Key | None]) -> dict[Key, int]:
    """Give each speaker one of twelve hues, in order of first appearance in the article."""
    given: dict[Key, int] = {}
    for speaker in appearances:
        if speaker is not None and speaker not in given:
            given[speaker] = len(given) % HUES + 1
    return given


def paragraph_ranges(text: str) -> list[tuple[int, int]]:
    """Where paragraphs stand: parted by blank lines or, in a text without any, by line ends."""
    lines: list[tuple[int, int]] = []
    position = 0
    for line in text.split("\n"):
        lines.append((position, position + len(line)))
        position += len(line) + 1
    filled = [(a, b) for a, b in lines if text[a:b].strip()]
    if len(filled) <= 1:
        return filled or [(0, len(text))]
    if len(filled) == lines.index(filled[-1]) - lines.index(filled[0]) + 1:
        return filled
    ranges: list[tuple[int, int]] = []
    last_blank = True
    for a, b in lines:
        blank = not text[a:b].strip()
        if not blank:
            ranges.append((a, b) if last_blank else (ranges.pop()[0], b))
        last_blank = blank
    return ranges


def paragraphs(text: str, marks: Sequence[Mark], *, focus: int = 0) -> tuple[Paragraph, ...]:
    """Cut ``text`` at every border of ``marks``; the quote numbered ``focus`` is drawn focused."""
    places = Places(text)
    return places.draw(range(len(places)), marks, focus=focus)


class Places:
    """The paragraphs of a text: where each begins, without drawing any."""

    def __init__(self, text: str) -> None:
        self.text = text
        ranges = paragraph_ranges(text)
        self.starts = [0, *(a for a, _ in ranges[1:])]
        self.ends = [b for _, b in ranges]

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, offset: int) -> int:
        """Index of the paragraph that a code point belongs to."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def touching(self, ranges: Iterable[tuple[int, int]]) -> list[int]:
        """Indices of the paragraphs with at least one code point in one of the ranges."""
        found = {
            index
            for start, end in ranges
            for index in range(self.at(start), self.at(max(start, end - 1)) + 1)
        }
        return sorted(found)

    def stretch(self, first: int, last: int) -> tuple[int, int]:
        """The code points of some paragraphs in a row, the white space after each included."""
        after = self.starts[last + 1] if last + 1 < len(self) else len(self.text)
        return self.starts[first], after

    def draw(
        self, indices: Sequence[int], marks: Sequence[Mark], *, focus: int = 0
    ) -> tuple[Paragraph, ...]:
        """Paragraphs in a row, cut at the marks; marks elsewhere are passed over."""
        if not indices:
            return ()
        begin, after = self.stretch(indices[0], indices[-1])
        here = [mark for mark in marks if mark.start < after and mark.end > begin]
        starts = [self.starts[index] for index in indices]
        ends = [self.ends[index] for index in indices]
        text = self.text[begin:after]
        cut = segments(text, here, borders=[*starts, *ends], focus=focus, offset=begin)
        by_paragraph: list[list[Segment]] = [[] for _ in indices]
        for segment in cut:
            by_paragraph[bisect_right(starts, segment.start) - 1].append(segment)
        result = []
        for index, start, end, found in zip(indices, starts, ends, by_paragraph, strict=True):
            inside = tuple(s for s in found if s.start < end)
            outside = [s for s in found if s.start >= end]
            gap = Segment(end, "".join(s.text for s in outside)) if outside else None
            result.append(Paragraph(index + 1, start, end, inside, gap))
        return tuple(result)


def segments(
    text: str,
    marks: Sequence[Mark],
    *,
    borders: Iterable[int] = (),
    focus: int = 0,
    offset: int = 0,
) -> list[Segment]:
    """Cut one stretch of an article that begins at ``offset`` in it; marks count from 0 of it."""
    points = {offset, offset + len(text), *borders}
    opening: dict[int, list[Mark]] = defaultdict(list)
    begins: dict[int, int] = {}
    for mark in marks:
        opening[mark.start].append(mark)
        points |= {mark.start, mark.end}
        if mark.role == "content":
            begins[mark.quote] = min(mark.start, begins.get(mark.quote, mark.start))
    result = []
    active: list[Mark] = []
    for start, end in pairwise(sorted(points)):
        active = [mark for mark in active if mark.end > start] + opening[start]
        if offset <= start and end <= offset + len(text):
            words = text[start - offset : end - offset]
            result.append(_segment(words, start, end, active, begins, focus))
    return result


def paragraph_at(found: Sequence[Paragraph], offset: int) -> int:
    """Index of the paragraph that a code point belongs to."""
    return max(0, bisect_right([p.start for p in found], offset) - 1)


def paragraphs_touching(
    found: Sequence[Paragraph], ranges: Iterable[tuple[int, int]]
) -> list[Paragraph]:
    """The paragraphs that have at least one code point in one of the ranges."""
    wanted = {
        index
        for start, end in ranges
        for index in range(paragraph_at(found, start), paragraph_at(found, end - 1) + 1)
    }
    return [found[index] for index in sorted(wanted)]


def _segment(
    text: str, start: int, end: int, active: list[Mark], begins: dict[int, int], focus: int
) -> Segment:
    """Describe one segment by the marks that cover it; the innermost quote gives kind and hue."""
    if not active:
        return Segment(start, text)
    content = sorted((m for m in active if m.role == "content"), key=lambda m: m.end - m.start)
    roles = {m.role for m in active}
    drawn = content[0] if content else next((m for m in active if m.quote), None)
    first = [m.quote for m in content if m.start == start]
    last = [m.quote for m in content if m.end == end]
    numbers = sorted({m.quote for m in content if begins[m.quote] == start})
    evidence = [m for m in active if m.role == "evidence"]
    focused = any(m.quote == focus for m in content) and focus > 0
    classes = {
        "seg": drawn is not None,
        content[0].kind if content else "": bool(content),
        "nested": len(content) > 1,
        "open": any(m.is_open for m in content),
        "source": "source" in roles,
        "cue": "cue" in roles,
        "evidence": bool(evidence),
        "starts": any(m.start == start for m in evidence),
        "skipped": "skipped" in roles,
        f"hue-{drawn.hue}" if drawn else "": drawn is not None and drawn.hue > 0,
        "focus": focused,
        "first": focused and focus in first,
        "last": focused and focus in last,
    }
    return Segment(
        start=start,
        text=text,
        classes=" ".join(name for name, wanted in classes.items() if wanted),
        quotes=_numbers({m.quote for m in content}),
        first=_numbers(first),
        last=_numbers(last),
        number=",".join(map(str, numbers)),
    )


def _numbers(values: Iterable[int]) -> str:
    return " ".join(str(value) for value in sorted(set(values)))

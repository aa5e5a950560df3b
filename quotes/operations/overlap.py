"""How much two lists of spans have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quotes.extraction.types import Span


def _characters(spans: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def overlap(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> float:
    """Intersection over union, in characters, of two lists of disjoint spans."""
    common = sum(max(0, min(ea, eb) - max(sa, sb)) for sa, ea in a for sb, eb in b)
    union = _characters(a) + _characters(b) - common
    return common / union if union else 0.0


def pairs(spans: Iterable[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]

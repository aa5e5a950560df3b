"""Windows over a text's paragraphs: each word is tagged in one of them, with what precedes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quotes.extraction.tagging.encoding import NO_FEATURE, Paragraph

WINDOW_PIECES = 256
CONTEXT_PIECES = 48
_SEGMENT_PIECES = 200


@dataclass(frozen=True, slots=True)
class Separators:
    """Ids of the pieces that open a window and part its paragraphs."""

    opening: int
    closing: int


@dataclass(slots=True)
class Window:
    """What the encoder reads at once. ``places`` holds (paragraph, piece), None for separators.

    Words before ``owned`` are context: an earlier window has tagged them.
    """

    pieces: list[int] = field(default_factory=list)
    features: list[int] = field(default_factory=list)
    places: list[tuple[int, int] | None] = field(default_factory=list)
    owned: int = 0

    def separate(self, piece: int) -> None:
        """Add a separator."""
        self.pieces.append(piece)
        self.features.append(NO_FEATURE)
        self.places.append(None)

    def add(self, number: int, paragraph: Paragraph, start: int, end: int) -> None:
        """Add a stretch of a paragraph's pieces."""
        self.pieces += paragraph.pieces[start:end]
        self.features += paragraph.features[start:end]
        self.places += [(number, piece) for piece in range(start, end)]


@dataclass(frozen=True, slots=True)
class _Segment:
    number: int
    start: int
    end: int


def pack(
    paragraphs: Sequence[Paragraph],
    separators: Separators,
    *,
    limit: int = WINDOW_PIECES,
    context: int = CONTEXT_PIECES,
    first_limit: int | None = None,
) -> list[Window]:
    """Windows of at most ``limit`` pieces that own every piece of every paragraph once.

    A window starts with the end of what precedes it, so that a paragraph sees its predecessor.
    ``first_limit`` shifts all borders, which gives training other windows in each epoch.
    """
    windows: list[Window] = []
    room = first_limit or limit
    window = _open(paragraphs, separators, None, context)
    previous: _Segment | None = None
    for segment in _segments(paragraphs, limit - context - 3):
        fresh = len(window.pieces) == window.owned
        if not fresh and len(window.pieces) + segment.end - segment.start + 2 > room:
            windows.append(_closed(window, separators))
            window, room = _open(paragraphs, separators, previous, context), limit
            fresh = True
        goes_on = previous is not None and previous.number == segment.number
        if not goes_on and previous is not None and len(window.pieces) > 1:
            window.separate(separators.closing)
        if fresh:
            window.owned = len(window.pieces)
        window.add(segment.number, paragraphs[segment.number], segment.start, segment.end)
        previous = segment
    if len(window.pieces) > window.owned:
        windows.append(_closed(window, separators))
    return windows


def _open(
    paragraphs: Sequence[Paragraph],
    separators: Separators,
    previous: _Segment | None,
    context: int,
) -> Window:
    window = Window()
    window.separate(separators.opening)
    if previous is not None and context:
        paragraph = paragraphs[previous.number]
        start = max(0, previous.end - context)
        while start < previous.end and not paragraph.heads[start]:
            start += 1
        window.add(previous.number, paragraph, start, previous.end)
    window.owned = len(window.pieces)
    return window


def _closed(window: Window, separators: Separators) -> Window:
    window.separate(separators.closing)
    return window


def _segments(paragraphs: Sequence[Paragraph], limit: int) -> list[_Segment]:
    """Paragraphs, the long ones cut where a word begins."""
    limit = min(limit, _SEGMENT_PIECES)
    segments = []
    for number, paragraph in enumerate(paragraphs):
        start, total = 0, len(paragraph.pieces)
        while start < total:
            end = min(start + limit, total)
            if end < total:
                cut = end
                while cut > start and not paragraph.heads[cut]:
                    cut -= 1
                end = cut if cut > start else end
            segments.append(_Segment(number, start, end))
            start = end
    return segments

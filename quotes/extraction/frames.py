"""Drafts that the components make of a text before they become attributions."""

from __future__ import annotations

from dataclasses import dataclass, field

from quotes.extraction.marks import Stretch


@dataclass(slots=True, eq=False)
class Frame:
    """A possible attribution in token indices: cue, source and content, and how it was found.

    ``construction`` names the pattern ("clause", "object", "colon"…). ``features`` are what the
    scorer weighs, ``score`` is the probability it gives.
    """

    construction: str
    lemma: str
    head: int
    cue: list[int]
    source: list[int]
    content: list[int]
    features: list[str] = field(default_factory=list)
    score: float = 0.0
    evidence: dict[str, float] = field(default_factory=dict)
    """What speaks for a link of the tagger's spans; ``judging`` weighs it."""
    anchor: int | None = None
    """Token index of the source's head word, also where the source is elided."""
    carried: bool = False
    """The source stands in another sentence: the speaker was carried over."""
    parent: Frame | None = None
    """The frame whose content this one stands in: a quote in a quote."""

    @property
    def start(self) -> int:
        return self.content[0]

    @property
    def end(self) -> int:
        return self.content[-1] + 1


@dataclass(frozen=True, slots=True)
class Quoted:
    """The quoted stretches of a ``Doc`` in tokens, and which of them are one quote.

    ``of`` has for each token the number of its stretch or -1. ``bounds`` are token ranges with
    the marks. ``outer`` numbers sentences as a reader sees them: a stretch is never cut.
    ``paragraph`` numbers the lines. ``groups`` joins a stretch with those that continue it.
    """

    text: str
    """``doc.text``, kept because spaCy builds it anew on each access."""
    stretches: tuple[Stretch, ...]
    of: list[int]
    bounds: list[tuple[int, int]]
    outer: list[int]
    paragraph: list[int]
    groups: list[tuple[int, ...]]

    def group(self, stretch: int) -> tuple[int, ...]:
        return self.groups[stretch]

    def tokens(self, stretch: int) -> range:
        return range(*self.bounds[stretch])

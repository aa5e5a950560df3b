"""The whole of an article in light rows: enough for numbers, colours, counts and what comes next.

Pure arranging, no queries. A card needs much more of its quote; a page draws only some cards, but
the number on each, its colour and the progress depend on all of them.
"""

from __future__ import annotations

import uuid
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from annotations.rendering import hues
from annotations.sides import Candidate
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from quotes.models import Correction

SHOW = {
    "all": "All",
    "undecided": "Undecided",
    "direct": "Direct",
    "mixed": "Mixed",
    "indirect": "Indirect",
    "nobody": "No speaker",
    "corrections": "Corrections",
    "flagged": "Flagged",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A quote or a correction. ``speaker`` is who said it or who corrects, ``other`` whom."""

    is_correction: bool
    pk: int
    public_id: uuid.UUID
    version: int
    start: int
    end: int
    status: str
    kind: str
    flagged: bool
    confidence: float | None
    speaker: int | None
    other: int | None
    name: str | None
    name_id: uuid.UUID | None

    @property
    def id(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        return self.status == Status.SUGGESTED

    @property
    def is_rejected(self) -> bool:
        return self.status == Status.REJECTED

    def is_shown(self, show: str) -> bool:
        if show == "undecided":
            return self.is_open
        if show == "flagged":
            return self.flagged
        if self.is_correction:
            return show in {"all", "corrections"}
        if show == "nobody":
            return self.speaker is None
        return show == "all" or show == self.kind


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who speaks in this article."""

    name: str
    hue: int
    count: int
    id: str = ""


class Outline:
    """All quotes and corrections of an article, in the order of the margin."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        rows = list(entries)
        quotes = [row for row in rows if not row.is_correction]
        self.quotes = sorted(quotes, key=lambda row: (row.start, -row.end, row.pk))
        corrections = [row for row in rows if row.is_correction]
        self.corrections = sorted(corrections, key=lambda row: (row.start, row.pk))
        self.numbers = {row.pk: number for number, row in enumerate(self.quotes, 1)}
        self.entries = sorted(
            [*self.corrections, *self.quotes],
            key=lambda row: (row.start, not row.is_correction, self._rank(row)),
        )

    def _rank(self, row: Entry) -> int:
        return row.pk if row.is_correction else self.numbers[row.pk]

    @cached_property
    def hue(self) -> dict[int, int]:
        """The colour of each speaker, in order of first appearance."""
        return hues(
            [
                *(row.speaker for row in self.quotes),
                *(row.speaker for row in self.corrections),
                *(row.other for row in self.corrections),
            ]
        )

    @cached_property
    def hue_of(self) -> dict[str, int]:
        """The same by public id, for those who are quoted."""
        return {
            str(row.name_id): self.hue[row.speaker]
            for row in self.quotes
            if row.speaker is not None
        }

    @cached_property
    def counts(self) -> Counter[str]:
        counts = Counter(row.kind for row in self.quotes)
        counts["all"] = len(self.entries)
        counts["quotes"] = len(self.quotes)
        counts["corrections"] = len(self.corrections)
        counts["decided"] = sum(not row.is_open for row in self.quotes)
        counts["undecided"] = sum(row.is_open for row in self.entries)
        counts["nobody"] = sum(row.speaker is None for row in self.quotes)
        counts["flagged"] = sum(row.flagged for row in self.entries)
        return counts

    @cached_property
    def voices(self) -> list[Voice]:
        live = [row for row in self.quotes if not row.is_rejected]
        counts = Counter(row.speaker for row in live)
        people: dict[int, Entry] = {}
        for row in live:
            if row.speaker is not None:
                people.setdefault(row.speaker, row)
        voices = [
            Voice(row.name or "", self.hue[key], counts[key], str(row.name_id))
            for key, row in people.items()
        ]
        return [*voices, *([Voice("", 0, counts[None])] if counts[None] else [])]

    def entry(self, public_id: str) -> Entry | None:
        try:
            wanted = uuid.UUID(public_id)
        except ValueError:
            return None
        return next((row for row in self.entries if row.public_id == wanted), None)

    def shown(self, show: str, focus: Entry | None) -> list[Entry]:
        """What the margin holds under a filter: the card in focus in any case."""
        if show == "all":
            return self.entries
        return [row for row in self.entries if row.is_shown(show) or row is focus]

    def first_open(self, show: str) -> str:
        return next((row.id for row in self.entries if row.is_open and row.is_shown(show)), "")

    def following(self, end: int) -> Entry | None:
        """The first live quote that begins where another has ended."""
        first = bisect_left(self.quotes, end, key=lambda row: row.start)
        return next((row for row in islice(self.quotes, first, None) if not row.is_rejected), None)

    def said_on_sides(self, correction: Correction, text: str) -> dict[str, list[Candidate]]:
        """Side → the live quotes of its person, which may stand there."""
        people = {"corrected": correction.corrected_id, "correcting": correction.corrector_id}
        return {side: self._said_by(person, text) for side, person in people.items()}

    def _said_by(self, speaker: int | None, text: str) -> list[Candidate]:
        return [
            Candidate(row.id, self.numbers[row.pk], row.start, text[row.start : row.end])
            for row in self.quotes
            if speaker is not None and row.speaker == speaker and not row.is_rejected
        ]

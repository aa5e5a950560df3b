"""What the engine finds in the sample stories: floors just below what was measured.

The stories are too few and too tidy to tune on; these floors only catch a fall. Figures that
mean something come from annotated news (see docs/engine.md).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from quotes.extraction.types import Attribution, Correction, Document, Extraction, Speaker

pytestmark = [pytest.mark.model, pytest.mark.slow]

Story = dict[str, Any]

FLOORS = {
    "content": 0.97,
    "speaker": 0.96,
    "precision": 0.91,
    "corrections": 0.60,
    "correction_precision": 0.86,
    "skipped": 0.90,
    "negatives": 1.0,
    "askers": 0.90,
}
TITLES = {"sir", "dame", "mr", "ms", "dr", "captain", "the", "a", "an"}


@dataclass
class Tally:
    """Hits out of a number, and the misses in words."""

    hits: int = 0
    total: int = 0
    misses: list[str] = field(default_factory=list)

    def count(self, miss: str, *, hit: bool) -> None:
        self.total += 1
        self.hits += hit
        if not hit:
            self.misses.append(miss)

    @property
    def rate(self) -> float:
        return self.hits / self.total if self.total else 1.0


@dataclass(frozen=True)
class Read:
    """A story, what the engine found in it, and which quote is which attribution."""

    story: Story
    found: Extraction
    matches: dict[str, int]

    def name(self, speaker: int | None) -> Speaker | None:
        return None if speaker is None else self.found.speakers[speaker]


def tokens(text: str, parts: list[tuple[int, int]]) -> Counter[int]:
    """Words of a content, each known by its place in the article."""
    return Counter(
        match.start() + start
        for start, end in parts
        for match in re.finditer(r"\w+", text[start:end])
    )


def f1(left: Counter[int], right: Counter[int]) -> float:
    both = (left & right).total()
    return 2 * both / (left.total() + right.total()) if both else 0.0


def parts_of(quote: dict[str, Any]) -> list[tuple[int, int]]:
    return [(part["start"], part["end"]) for part in quote["content"]]


def match(story: Story, attributions: tuple[Attribution, ...]) -> dict[str, int]:
    """Gold quote to attribution, one to one, best token F1 first, at least one half."""
    text = story["text"]
    predicted = [tokens(text, [(s.start, s.end) for s in a.content]) for a in attributions]
    pairs = sorted(
        (
            (f1(tokens(text, parts_of(quote)), words), quote["id"], index)
            for quote in story["quotes"]
            for index, words in enumerate(predicted)
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    matches: dict[str, int] = {}
    for score, quote, index in pairs:
        if score >= 0.5 and quote not in matches and index not in matches.values():
            matches[quote] = index
    return matches


def same_person(story: Story, name: str | None, speaker: Speaker | None) -> bool:
    """The engine's speaker is the story's: by a name or an alias, titles left out."""
    if name is None or speaker is None:
        return name is None and speaker is None
    gold = next(entry for entry in story["speakers"] if entry["name"] == name)
    forms = [bare(form) for form in [name, *gold["aliases"]]]
    given = bare(speaker.name)
    if not given:
        return False
    if gold["kind"] == "person":
        return given in forms or given[-1] == bare(name)[-1]
    # "the health ministry in the capital": the words of the shorter form are in the longer.
    return any(set(form) <= set(given) or set(given) <= set(form) for form in forms)


def bare(name: str) -> list[str]:
    return [word for word in re.findall(r"[\w’'-]+", name.lower()) if word not in TITLES]


def overlaps(correction: dict[str, Any], other: Correction) -> bool:
    return other.start < correction["end"] and correction["start"] < other.end


@pytest.fixture(scope="module")
def readings(stories: list[Story]) -> list[Read]:
    from quotes.extraction.pipeline import extract  # loads the language model

    readings = []
    for story in stories:
        found = extract(
            Document(
                text=story["text"],
                date=date.fromisoformat(story["published_on"]),
                outlet=story["outlet"],
                country=story["country"],
            )
        )
        readings.append(Read(story, found, match(story, found.attributions)))
    return readings


def core(story: Story) -> list[dict[str, Any]]:
    return [q for q in story["quotes"] if q["tier"] == "core" and q["parent"] is None]


def measured(readings: list[Read], tally: Callable[[Read, Tally], None]) -> Tally:
    total = Tally()
    for reading in readings:
        tally(reading, total)
    return total


def tally_content(reading: Read, tally: Tally) -> None:
    for quote in core(reading.story):
        text = quote["content"][0]["text"]
        tally.count(
            f"{reading.story['slug']} {quote['id']} not found: {text}",
            hit=quote["id"] in reading.matches,
        )


def tally_speakers(reading: Read, tally: Tally) -> None:
    """Of the core quotes found, those with the right speaker."""
    for quote in core(reading.story):
        if quote["id"] in reading.matches:
            attribution = reading.found.attributions[reading.matches[quote["id"]]]
            given = reading.name(attribution.speaker)
            tally.count(
                f"{reading.story['slug']} {quote['id']}: {given and given.name}, "
                f"not {quote['speaker']}: {quote['content'][0]['text']}",
                hit=same_person(reading.story, quote["speaker"], given),
            )


def tally_precision(reading: Read, tally: Tally) -> None:
    """Top-level statements and questions that are in the gold; attitudes are not counted."""
    used = set(reading.matches.values())
    for index, attribution in enumerate(reading.found.attributions):
        if attribution.act == "attitude" or attribution.parent is not None:
            continue
        first = attribution.content[0]
        tally.count(
            f"{reading.story['slug']} not a quote: "
            f"{reading.story['text'][first.start : first.end]}",
            hit=index in used,
        )


def is_found(reading: Read, correction: dict[str, Any], other: Correction) -> bool:
    return (
        overlaps(correction, other)
        and same_person(reading.story, correction["corrector"], reading.name(other.corrector))
        and same_person(reading.story, correction["corrected"], reading.name(other.corrected))
    )


def tally_corrections(reading: Read, tally: Tally) -> None:
    """Core corrections found with both names right."""
    for correction in reading.story["corrections"]:
        if correction["tier"] == "core":
            given = [
                (reading.name(other.corrector), reading.name(other.corrected))
                for other in reading.found.corrections
                if overlaps(correction, other)
            ]
            names = [(a and a.name, b and b.name) for a, b in given]
            tally.count(
                f"{reading.story['slug']} {correction['id']} {correction['corrector']} > "
                f"{correction['corrected']}, given {names}: {correction['evidence']}",
                hit=any(
                    is_found(reading, correction, other) for other in reading.found.corrections
                ),
            )


def tally_correction_precision(reading: Read, tally: Tally) -> None:
    """Corrections that the engine gives and that are in the gold, core or extended."""
    for other in reading.found.corrections:
        tally.count(
            f"{reading.story['slug']} no correction: "
            f"{reading.story['text'][other.start : other.end]}",
            hit=any(is_found(reading, gold, other) for gold in reading.story["corrections"]),
        )


def tally_skipped(reading: Read, tally: Tally) -> None:
    """Appeals, credits and metadata lines that the engine marks as no part of the story."""
    for skipped in reading.story["skipped"]:
        middle = (skipped["start"] + skipped["end"]) // 2
        tally.count(
            f"{reading.story['slug']} not skipped: {skipped['text']}",
            hit=any(s.start <= middle < s.end for s in reading.found.skipped),
        )


def tally_negatives(reading: Read, tally: Tally) -> None:
    """Titles, nicknames, scare quotes, offers and elections that stay what they are."""
    for negative in reading.story["negatives"]:
        if "not a correction" in negative["why"]:
            wrong = any(overlaps(negative, other) for other in reading.found.corrections)
        else:
            wrong = any(
                (a.content[0].start, a.content[-1].end) == (negative["start"], negative["end"])
                for a in reading.found.attributions
            )
        tally.count(f"{reading.story['slug']} {negative['why']}: {negative['text']}", hit=not wrong)


def tally_askers(reading: Read, tally: Tally) -> None:
    """Questions found that are not given to the one who was asked."""
    for quote in reading.story["quotes"]:
        if quote["act"] == "question" and quote["addressee"] and quote["id"] in reading.matches:
            attribution = reading.found.attributions[reading.matches[quote["id"]]]
            given = reading.name(attribution.speaker)
            tally.count(
                f"{reading.story['slug']} {quote['id']} asked of {quote['addressee']}, given to "
                f"{given and given.name}: {quote['content'][0]['text']}",
                hit=given is None or not same_person(reading.story, quote["addressee"], given),
            )


TALLIES = {
    "content": tally_content,
    "speaker": tally_speakers,
    "precision": tally_precision,
    "corrections": tally_corrections,
    "correction_precision": tally_correction_precision,
    "skipped": tally_skipped,
    "negatives": tally_negatives,
    "askers": tally_askers,
}


@pytest.mark.parametrize("figure", FLOORS)
def test_figure_does_not_fall(readings: list[Read], figure: str) -> None:
    tally = measured(readings, TALLIES[figure])
    summary = f"{figure} {tally.hits}/{tally.total} = {tally.rate:.3f}"
    assert tally.rate >= FLOORS[figure], "\n".join([summary, *tally.misses])


def test_nothing_is_quoted_from_what_is_not_the_story(readings: list[Read]) -> None:
    for reading in readings:
        for skipped in reading.story["skipped"]:
            for attribution in reading.found.attributions:
                assert not any(
                    part.start < skipped["end"] and skipped["start"] < part.end
                    for part in attribution.content
                ), skipped["text"]

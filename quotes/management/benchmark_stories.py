"""Made-up news for benchmarks: the same seed gives the same stories, of realistic length."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

FIRST = (
    "Ines Tobias Orla Bram Petra Lena Signe Marek Ada Jonas Thea Ruben Mila Osk Wanda Ebbe".split()
)
LAST = (
    "Adair Wrenfield Finn Toll Vane Ostrow Halloran Quill Bexley Thorn Marsh Lund Oakes Pell"
    " Rask Stroud Varga Whitlow Yarrow Zell"
).split()
OUTLETS = tuple(
    f"{place} {paper}"
    for place in ("Harbour", "Valley", "Fennick", "Northgate", "Tannery", "Curlew", "Mill Lane")
    for paper in ("Gazette", "Courier", "Observer", "Evening Post", "Herald", "Record", "Mail")
)
WORDS = (
    "the of and to in that it was for on with as by at from this will have has not but they we"
    " council harbour wall ferry bridge budget school river tunnel winter market winters vote plan"
    " minister board figure million cost repair storm engineer report mayor union strike price"
    " library trial witness judge reservoir water level summer contract delay survey stone rope"
    " captain pilot crew passengers noon evening meeting question answer promise letter promise"
    " house garden street number family children teacher hospital nurse road train station ticket"
    " before after never always nobody somebody again still only almost already tomorrow yesterday"
    " says built closed opened raised lost found paid asked moved sailed stood broke held kept"
    " heavy new old small great open public private second early late whole certain clear wrong"
).split()
RARE = tuple(f"{a}{b}" for a in FIRST for b in LAST)
CUES = (("said", "say"), ("told reporters", "tell"), ("added", "add"), ("wrote", "write"),
        ("insisted", "insist"), ("replied", "reply"), ("denied", "deny"))  # fmt: skip
FIRST_DAY = dt.date(1998, 1, 1)
DAYS = 10_000


@dataclass(frozen=True, slots=True)
class MadeQuote:
    """Places in the story's text; ``speaker`` and ``addressee`` are numbers from 0."""

    content: tuple[int, int]
    source: tuple[int, int]
    cue: tuple[int, int]
    lemma: str
    kind: str
    speaker: int | None
    addressee: int | None


@dataclass(frozen=True, slots=True)
class Story:
    headline: str
    outlet: str
    published_on: dt.date | None
    text: str
    quotes: list[MadeQuote] = field(default_factory=list)


def speaker_name(number: int) -> str:
    """A name for each number; those past the first few hundred carry it."""
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    round_ = number // (len(FIRST) * len(LAST))
    return f"{first} {last}" + (f" {round_ + 1}" if round_ else "")


def stories(*, quotes: int, speakers: int, seed: int = 1) -> Iterator[Story]:
    """Stories with this many quotes in all; a few speakers say much, most say little."""
    chance = random.Random(seed)  # noqa: S311 - to be the same each time is the point
    weights = [1 / (rank + 1) for rank in range(speakers)]
    total = 0.0
    shares = [total := total + weight for weight in weights]
    people = range(speakers)
    left = quotes
    while left:
        wanted = min(left, chance.randint(6, 18))
        left -= wanted
        said_by = chance.choices(people, cum_weights=shares, k=wanted)
        yield _story(chance, said_by)


def _story(chance: random.Random, said_by: list[int]) -> Story:
    parts: list[str] = []
    length = 0
    made: list[MadeQuote] = []

    def put(text: str) -> tuple[int, int]:
        nonlocal length
        start = length
        parts.append(text)
        length += len(text)
        return start, length

    for speaker in said_by:
        put(_sentence(chance, 8, 30) + " ")
        cue, lemma = chance.choice(CUES)
        kind = "indirect" if chance.random() < 0.3 else "direct"
        known = chance.random() < 0.85
        name = speaker_name(speaker)
        if kind == "direct":
            content = put(f"“{_sentence(chance, 6, 34)[:-1]},”")
            put(" ")
            source = put(name)
            put(" ")
            cue_at = put(cue)
            put(".")
        else:
            source = put(name)
            put(" ")
            cue_at = put(cue)
            put(" that ")
            content = put(_sentence(chance, 6, 26)[:-1].lower())
            put(".")
        put("\n\n" if chance.random() < 0.6 else " ")
        addressee = chance.choice(said_by) if chance.random() < 0.05 else None
        made.append(
            MadeQuote(
                content,
                source,
                cue_at,
                lemma,
                kind,
                speaker if known else None,
                None if addressee == speaker else addressee,
            )
        )
    day = None if chance.random() < 0.01 else FIRST_DAY + dt.timedelta(chance.randrange(DAYS))
    put(_sentence(chance, 8, 20))
    return Story(_sentence(chance, 5, 10)[:-1], chance.choice(OUTLETS), day, "".join(parts), made)


def _sentence(chance: random.Random, least: int, most: int) -> str:
    words = chance.choices(WORDS, k=chance.randint(least, most))
    if chance.random() < 0.05:
        words[-1] = chance.choice(RARE)
    return " ".join(words).capitalize() + "."

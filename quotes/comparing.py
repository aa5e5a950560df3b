"""How the words of two quotes compare: the same, contained, near; and word by word."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from quotes.extraction.text import normalise_quote, verbatim_spans
from quotes.extraction.types import Span

Relation = Literal["same", "contained", "near"]

RUN: Final = 4
"""Words in a row that two quotes must share."""

RUN_OF_OTHERS: Final = 8
"""The same where two people are named: few words may be said by anybody."""

NEAR: Final = 0.5
"""Trigrams in common, of all that either has, from which words of one speaker are near."""

SHINGLES_AT_MOST: Final = 120
"""A longer quote is found by its first words; a speech printed whole costs no more."""


@dataclass(frozen=True, slots=True)
class Words:
    """A quote as it is compared: all its words, and those that it gives as said.

    ``given`` are the words between marks, stretch by stretch; all of them where there are no
    marks.
    """

    all: tuple[str, ...]
    given: tuple[tuple[str, ...], ...]
    speaker: int | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two quotes compare; ``strength`` orders likenesses of one relation."""

    relation: Relation
    strength: float


def words_of(normal_text: str, parts: Sequence[str] = (), speaker: int | None = None) -> Words:
    """Make words comparable; ``parts`` is the content of a quote with marks, as written."""
    everything = tuple(normal_text.split())
    stretches = [
        tuple(normalise_quote(part[span.start : span.end]).split())
        for part in parts
        for span in verbatim_spans(part, [Span(0, len(part))])
    ]
    given = tuple(stretch for stretch in stretches if stretch)
    return Words(everything, given or (everything,), speaker)


def shingles(normal_text: str, collection: int) -> list[int]:
    """Numbers for each four words in a row: two quotes that share a run share a number.

    The words of another collection have other numbers.
    """
    words = normal_text.split()[: SHINGLES_AT_MOST + RUN - 1]
    runs = {" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}
    return sorted(_number(f"{collection} {run}") for run in runs)


def _number(run: str) -> int:
    digest = hashlib.blake2b(run.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def compare(a: Words, b: Words) -> Likeness | None:
    """Say how two quotes compare, or None where they do not give the same words."""
    known = a.speaker is not None and b.speaker is not None
    needed = RUN_OF_OTHERS if known and a.speaker != b.speaker else RUN
    if _flat(a.given) == _flat(b.given) and len(_flat(a.given)) >= needed:
        return Likeness("same", len(_flat(a.given)))
    sizes = [(len(_flat(words.given)), len(words.all)) for words in (a, b)]
    run = max(
        _contained(a, b) if sizes[0] <= sizes[1] else 0,
        _contained(b, a) if sizes[1] <= sizes[0] else 0,  # of two equally long, either in the other
    )
    if run >= needed:
        return Likeness("contained", run)
    if known and a.speaker == b.speaker and min(len(a.all), len(b.all)) > RUN:
        shared = _trigrams_in_common(" ".join(a.all), " ".join(b.all))
        if shared >= NEAR:
            return Likeness("near", shared)
    return None


def _flat(stretches: Sequence[Sequence[str]]) -> list[str]:
    return [word for stretch in stretches for word in stretch]


def _contained(shorter: Words, longer: Words) -> int:
    """The longest run of shared words, where the longer quote has all that the shorter gives.

    A run may go on outside the marks: they often stand around the last words of it only.
    """
    longest, place, origin = 0, 0, 0
    for stretch in shorter.given:
        found = _find(longer.all, stretch, place)
        here = _find(shorter.all, stretch, origin)
        if found is None or here is None:
            return 0
        place, origin = found + len(stretch), here + len(stretch)
        before = 0
        while (
            before < min(found, here)
            and longer.all[found - before - 1] == shorter.all[here - before - 1]
        ):
            before += 1
        after = 0
        while (
            place + after < len(longer.all)
            and origin + after < len(shorter.all)
            and longer.all[place + after] == shorter.all[origin + after]
        ):
            after += 1
        longest = max(longest, before + len(stretch) + after)
    return longest


def _find(words: tuple[str, ...], stretch: tuple[str, ...], start: int) -> int | None:
    n = len(stretch)
    return next((i for i in range(start, len(words) - n + 1) if words[i : i + n] == stretch), None)


def _trigrams_in_common(a: str, b: str) -> float:
    """Shared trigrams of all, counted as PostgreSQL's ``similarity`` does."""
    one, other = set(_trigrams(a)), set(_trigrams(b))
    return len(one & other) / len(one | other)


def _trigrams(text: str) -> Iterator[str]:
    for word in text.split():
        padded = f"  {word} "
        yield from (padded[i : i + 3] for i in range(len(padded) - 2))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a comparison: ``kept`` in both, ``gone`` from the fuller, or ``new``."""

    kind: Literal["kept", "gone", "new"]
    text: str


def word_diff(fuller: str, other: str) -> list[Piece]:
    """Say word by word what the other version keeps, leaves out and puts in its place.

    Words are as written; case and marks make no difference.
    """
    left, right = fuller.split(), other.split()
    matcher = SequenceMatcher(
        a=[normalise_quote(word) or word for word in left],
        b=[normalise_quote(word) or word for word in right],
        autojunk=False,
    )
    pieces = []
    for kind, i, j, k, n in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("kept", " ".join(right[k:n])))
            continue
        if i < j:
            pieces.append(Piece("gone", " ".join(left[i:j])))
        if k < n:
            pieces.append(Piece("new", " ".join(right[k:n])))
    return pieces

"""What may stand on the sides of a correction, as digits: pure arranging, no queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

DIGITS = 9
OTHER_SIDE: Final = {"corrected": "correcting", "correcting": "corrected"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A live quote that the person on a side said."""

    id: str
    number: int
    start: int
    words: str


@dataclass(frozen=True, slots=True)
class SideOption:
    """One digit: ``value`` is what the side holds once it is pressed."""

    key: str
    number: int
    words: str
    is_chosen: bool
    value: str


def side_options(
    candidates: Sequence[Candidate], chosen: Sequence[str], *, near: int, shift: bool
) -> list[SideOption]:
    """The quotes nearest to the evidence, and those chosen, in the order of the text.

    Pressing one puts it on its side or takes it off; the value says the result, so that pressing
    twice by accident is one decision.
    """
    by_distance = sorted(candidates, key=lambda c: (c.id not in chosen, abs(c.start - near)))
    nearest = sorted(by_distance[:DIGITS], key=lambda c: (c.start, c.number))
    held = [c.id for c in sorted(candidates, key=lambda c: c.start) if c.id in chosen]
    return [
        SideOption(
            key=f"Shift+{digit}" if shift else str(digit),
            number=candidate.number,
            words=candidate.words,
            is_chosen=candidate.id in chosen,
            value=" ".join(
                [one for one in held if one != candidate.id]
                if candidate.id in chosen
                else [*held, candidate.id]
            ),
        )
        for digit, candidate in enumerate(nearest, 1)
    ]


def options_of_both(
    said: Mapping[str, Sequence[Candidate]], held: Mapping[str, Sequence[str]], *, near: int
) -> dict[str, list[SideOption]]:
    """Side → its digits: what its person said and the other side does not hold."""
    return {
        side: side_options(
            [candidate for candidate in said[side] if candidate.id not in held[other]],
            held[side],
            near=near,
            shift=side == "correcting",
        )
        for side, other in OTHER_SIDE.items()
    }

"""What a run may not bring back: those who were withdrawn, and all that is put in their mouths."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from quotes.models import Withdrawal
from quotes.normal_form import stored_norm

if TYPE_CHECKING:
    from quotes.extraction.types import Attribution, Extraction


def without_withdrawn(extraction: Extraction, *, collection_id: int) -> Extraction:
    """The extraction without what withdrawn speakers say, and without their corrections."""
    gone = _withdrawn_in(extraction, collection_id)
    if not gone:
        return extraction
    said = extraction.attributions
    kept = _kept_attributions(said, gone)
    place = {old: new for new, old in enumerate(kept)}
    events = [
        number
        for number, correction in enumerate(extraction.corrections)
        if not {correction.corrector, correction.corrected} & gone
        and all(i in place for i in (*correction.corrected_quotes, *correction.correcting_quotes))
    ]
    event_place = {old: new for new, old in enumerate(events)}
    return dataclasses.replace(
        extraction,
        attributions=tuple(_renumbered(said[i], place, gone) for i in kept),
        corrections=tuple(
            dataclasses.replace(
                extraction.corrections[i],
                corrected_quotes=_at(extraction.corrections[i].corrected_quotes, place),
                correcting_quotes=_at(extraction.corrections[i].correcting_quotes, place),
                retells=_place_of(extraction.corrections[i].retells, event_place),
                same_point_as=_place_of(extraction.corrections[i].same_point_as, event_place),
            )
            for i in events
        ),
    )


def _withdrawn_in(extraction: Extraction, collection_id: int) -> set[int]:
    norms = {
        stored_norm(name)
        for speaker in extraction.speakers
        for name in (speaker.name, *(alias.text for alias in speaker.aliases))
    }
    withheld: set[str] = set()
    rows = Withdrawal.objects.in_force().filter(
        collection=collection_id, norms__overlap=sorted(norms)
    )
    for names in rows.values_list("norms", flat=True):
        withheld.update(names)
    return {
        index
        for index, speaker in enumerate(extraction.speakers)
        if stored_norm(speaker.name) in withheld
    }


def _kept_attributions(said: tuple[Attribution, ...], gone: set[int]) -> list[int]:
    """What stands inside of their words goes with them."""

    def is_theirs(index: int | None) -> bool:
        return index is not None and (said[index].speaker in gone or is_theirs(said[index].parent))

    return [index for index in range(len(said)) if not is_theirs(index)]


def _renumbered(found: Attribution, place: dict[int, int], gone: set[int]) -> Attribution:
    candidates = tuple(c for c in found.candidates if c.speaker not in gone)
    return dataclasses.replace(
        found,
        candidates=candidates,
        addressee=None if found.addressee in gone else found.addressee,
        parent=_place_of(found.parent, place),
    )


def _at(indices: tuple[int, ...], place: dict[int, int]) -> tuple[int, ...]:
    return tuple(place[index] for index in indices)


def _place_of(index: int | None, place: dict[int, int]) -> int | None:
    return None if index is None else place.get(index)

"""The history without the names of those that were withdrawn since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from quotes.models import Speaker

if TYPE_CHECKING:
    from annotations.models import Edit

WITHHELD: Final = "a withdrawn speaker"
PEOPLE: Final = ("speaker", "corrector", "corrected", "other")
"""What a state says of a speaker: the id here, the name in ``…_name``."""


def without_names(edits: Iterable[Edit]) -> list[Edit]:
    """These edits (not to be saved) with a placeholder for each name that may not be shown."""
    rows = list(edits)
    states: list[dict[str, Any]] = [s for row in rows for s in (row.before, row.after) if s]
    named = {state[key] for state in states for key in PEOPLE if state.get(f"{key}_name")}
    if not named:
        return rows
    gone = Speaker.objects.filter(public_id__in=named, withdrawal__isnull=False)
    withheld = {str(public_id) for public_id in gone.values_list("public_id", flat=True)}
    for state in states:
        for key in PEOPLE:
            if state.get(key) in withheld:
                state[f"{key}_name"] = WITHHELD
    return rows

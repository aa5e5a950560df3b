"""Flags and notes on corrections: they ask others to look, and decide nothing."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from annotations.operations.deciding import begin
from annotations.operations.locking import lock_correction
from quotes.models import Correction

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def flag_correction(*, public_id: uuid.UUID, version: int, user: User, flagged: bool) -> Correction:
    """Ask for a second pair of eyes, or say that it is no longer needed."""
    correction = lock_correction(public_id, user=user)
    action = "correction.flagged" if flagged else "correction.unflagged"
    decision = begin(correction, user, version, action, needs="remark")
    if decision is None:
        return correction
    correction.flagged = flagged
    correction.touched = True
    decision.save(in_place=True)
    return correction


@transaction.atomic
def set_correction_note(*, public_id: uuid.UUID, version: int, user: User, note: str) -> Correction:
    """Leave a note on a correction. Does not decide it."""
    correction = lock_correction(public_id, user=user)
    done = {"note": note}
    decision = begin(correction, user, version, "correction.note_set", needs="remark", leaves=done)
    if decision is None:
        return correction
    correction.note = note
    correction.touched = True
    decision.save(in_place=True)
    return correction

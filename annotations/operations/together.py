"""Deciding like cases together: one action, one batch in the history, one undo."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from annotations.operations.quotes import confirm_quote
from annotations.refusals import Invalid
from quotes.models import Quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def confirm_together(*, versions: Mapping[uuid.UUID, int], user: User) -> list[Quote]:
    """Accept these quotes as they stand, all of them or none; each in the version that was shown.

    Locked in one order, so that two people who do this at once wait instead of blocking.
    """
    if not versions:
        raise Invalid("Tick at least one quote.", field="quotes")
    batch = uuid.uuid4()
    return [
        confirm_quote(public_id=public_id, version=versions[public_id], user=user, batch=batch)
        for public_id in sorted(versions)
    ]

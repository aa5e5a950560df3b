"""What was withdrawn in the collections that a person manages, and what a withdrawal would take."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page
from django.db.models import QuerySet

from annotations.models import Snapshot
from annotations.operations.withdrawing import Row, label_of, reach, row_of
from annotations.permissions import PERMISSIONS, require
from annotations.refusals import NotVisible
from annotations.selectors.paging import page_of
from quotes.models import Collection, Speaker, Withdrawal
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class ToWithdraw:
    """What would go, before anybody says so."""

    row: Row
    label: str
    n_quotes: int
    n_corrections: int
    snapshots: list[int]
    """Numbers of the snapshots made so far: files that were made stay as they are."""


def withdrawing_collections(user: User) -> QuerySet[Collection]:
    """Those in which the person may withdraw and put back."""
    rows: QuerySet[Collection] = Collection.objects.readable_by(user)
    if user.is_superuser:
        return rows
    roles = list(PERMISSIONS["withdraw"])
    return rows.filter(memberships__user=user, memberships__role__in=roles)


def withdrawals(user: User, page: str | None) -> Page[Withdrawal]:
    rows = Withdrawal.objects.filter(collection__in=withdrawing_collections(user)).newest_first()
    return page_of(rows.select_related("collection", "made_by", "ended_by"), page)


def to_withdraw(user: User, kind: str, public_id: uuid.UUID) -> ToWithdraw:
    row = row_of(kind, public_id)
    require(user, "read", row.collection_id)  # to a stranger there is no such row
    gone = not isinstance(row, Speaker) and row.status in {Status.WITHDRAWN, Status.REPLACED}
    if gone or row.withdrawal_id is not None:
        raise NotVisible
    require(user, "withdraw", row.collection_id)
    corrections, quotes, _ = reach(row)
    made = Snapshot.objects.done().filter(collection=row.collection_id)
    return ToWithdraw(
        row=row,
        label=label_of(row),
        n_quotes=quotes.count(),
        n_corrections=corrections.count(),
        snapshots=sorted(made.values_list("number", flat=True)),
    )

"""A request that is sent again gets the first answer again, and does nothing twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone

from annotations.models import IdempotencyRecord
from annotations.refusals import Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KEPT_FOR: Final = dt.timedelta(hours=24)
CLEARED_AT_ONCE: Final = 20


class StillRunning(Refusal):
    """The first request with this key is not done yet: 409, ask again."""

    def __init__(self) -> None:
        super().__init__("The first request with this key is still running.")


class KeyReused(Refusal):
    """The key belongs to another request: 422."""

    def __init__(self) -> None:
        super().__init__("This key was used for another request: make a new one for each.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. ``body`` is JSON data."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    is_repeat: bool = False


def answer_once(*, user: User, key: str, fingerprint: str, act: Callable[[], Answer]) -> Answer:
    """Do it and keep the answer, or give the answer that was kept under this key.

    The deed and its answer are one transaction: a request that was cut off, even by a crash, has
    either done both or nothing. A refusal is not kept, for it did nothing. Two requests with one
    key at the same moment: the second is told to come back.
    """
    with transaction.atomic():
        if not _is_alone(user, key):
            raise StillRunning
        known = IdempotencyRecord.objects.filter(
            user=user, key=key, created_at__gte=timezone.now() - KEPT_FOR
        ).first()
        if known is not None:
            return _again(known, fingerprint)
        answer = act()
        _clear(user, key)
        IdempotencyRecord.objects.create(
            user=user,
            key=key,
            fingerprint=fingerprint,
            status_code=answer.status,
            # As text: the database would put the names of an object in another order.
            body=json.dumps(answer.body),
            headers=answer.headers,
        )
        return answer


def _again(known: IdempotencyRecord, fingerprint: str) -> Answer:
    if known.fingerprint != fingerprint:
        raise KeyReused
    return Answer(known.status_code, json.loads(known.body), known.headers, is_repeat=True)


def _is_alone(user: User, key: str) -> bool:
    """Hold the key until the end of the transaction, if nobody else does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"idempotency:{user.pk}:{key}"],
        )
        return bool(cursor.fetchone()[0])


def _clear(user: User, key: str) -> None:
    """Remove this key's answer where it is out of date, and a few others that are."""
    stale = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    stale.filter(user=user, key=key).delete()
    some = stale.order_by("pk").select_for_update(skip_locked=True)[:CLEARED_AT_ONCE]
    IdempotencyRecord.objects.filter(pk__in=[row.pk for row in some]).delete()

"""The history, and what an account page reads."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import F

from annotations.models import ApiToken, Edit, Snapshot
from annotations.permissions import PERMISSIONS
from quotes.models import (
    Article,
    Collection,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def history_of(*, article: Article | None = None, object_id: uuid.UUID | None = None) -> Any:
    rows = Edit.objects.for_display().newest_first()
    if object_id is not None:
        rows = rows.of_object(object_id)
    if article is not None:
        rows = rows.filter(article=article)
    return rows.defer("article__text", "article__search_vector")


def tokens_of(user: User) -> list[ApiToken]:
    return list(
        ApiToken.objects.filter(user=user).order_by(F("revoked_at").asc(nulls_first=True), "-pk")
    )


def readable_collections(user: User) -> list[Collection]:
    return list(Collection.objects.readable_by(user).order_by("name", "pk"))


def exportable_collections(user: User) -> list[Collection]:
    """Collections whose tables this person may download."""
    rows = Collection.objects.readable_by(user)
    if not user.is_superuser:
        roles = list(PERMISSIONS["export"])
        rows = rows.filter(memberships__user=user, memberships__role__in=roles)
    return list(rows.order_by("name", "pk"))


def snapshots(user: User, *, public_id: uuid.UUID | None = None) -> list[Snapshot]:
    """Snapshots of the collections that this person may export, newest first."""
    rows = Snapshot.objects.filter(collection__in=exportable_collections(user))
    if public_id is not None:
        rows = rows.filter(public_id=public_id)
    return list(rows.select_related("collection", "made_by").newest_first())

"""What the import page and its report read."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, QuerySet, Subquery

from annotations.permissions import PERMISSIONS
from annotations.refusals import NotVisible
from quotes.models import (
    Collection,
    Correction,
    ExtractionRun,
    Import,
    ImportItem,
    Quote,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def importable_collections(user: User) -> QuerySet[Collection]:
    """Where this person may bring articles in."""
    if user.is_superuser:
        return Collection.objects.all()
    roles = list(PERMISSIONS["import"])
    return Collection.objects.filter(memberships__user=user, memberships__role__in=roles)


def import_report(user: User, public_id: uuid.UUID) -> tuple[Import, list[ImportItem]]:
    """An import and its items, each article with its state and counts: two statements."""
    batch = (
        Import.objects.filter(collection__in=Collection.objects.readable_by(user))
        .select_related("collection")
        .filter(public_id=public_id)
        .first()
    )
    if batch is None:
        raise NotVisible("There is no such import, or it is not yours to see.")
    of_article = Quote.objects.filter(article=OuterRef("article")).live().shown().order_by()
    found = Correction.objects.filter(article=OuterRef("article")).live().order_by()
    runs = ExtractionRun.objects.filter(article=OuterRef("article")).order_by("-pk")
    items = (
        ImportItem.objects.filter(batch=batch)
        .select_related("article")
        .defer("article__text", "article__search_vector")
        .annotate(
            run_state=Subquery(runs.values("state")[:1]),
            n_quotes=Subquery(of_article.values("article").annotate(n=Count("pk")).values("n")),
            n_corrections=Subquery(found.values("article").annotate(n=Count("pk")).values("n")),
        )
        .order_by("ordinal")
    )
    return batch, list(items)


def still_read(items: list[ImportItem]) -> int:
    """How many items the engine has yet to finish."""
    return sum(item.run_state in {"queued", "running"} for item in items)  # type: ignore[attr-defined]


def tally(items: list[ImportItem]) -> dict[str, int]:
    """How many items of an import were stored, known already, or failed."""
    counts = Counter(item.state for item in items)
    quotes = sum(item.n_quotes or 0 for item in items if item.state == "stored")  # type: ignore[attr-defined]
    return {name: counts[name] for name in ("stored", "duplicate", "failed")} | {"quotes": quotes}

"""What the article list and the article page read."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from annotations.desk import Desk, build_desk
from annotations.models import Edit
from annotations.permissions import PERMISSIONS, Role
from annotations.refusals import NotVisible
from annotations.selectors.paging import page_of
from quotes.models import (
    Article,
    Correction,
    ExtractionRun,
    Membership,
    Quote,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def article_in_full(user: User | AnonymousUser, public_id: uuid.UUID) -> Article:
    """One readable article: one statement.

    With ``role``, this person's in its collection, and ``last_edit``, the newest of its history.
    """
    role = Membership.objects.filter(collection=OuterRef("collection"), user_id=user.pk)
    article = (
        Article.objects.readable_by(user)
        .select_related("collection")
        .defer("search_vector")
        .annotate(
            role=Subquery(role.values("role")[:1]),
            last_edit=Subquery(
                Edit.objects.filter(article=OuterRef("pk")).newest_first().values("pk")[:1]
            ),
        )
        .filter(public_id=public_id)
        .first()
    )
    if article is None:
        raise NotVisible("There is no such article, or it is not yours to see.")
    return article


def may(user: User | AnonymousUser, article: Article, permission: str) -> bool:
    """Read from the role that came with the article: no statement."""
    role: str | None = getattr(article, "role", None)
    return user.is_superuser or (role is not None and Role(role) in PERMISSIONS[permission])


def latest_run(article: Article) -> ExtractionRun | None:
    return ExtractionRun.objects.filter(article=article).order_by("-pk").first()


def desk_of(article: Article, *, show: str = "all", focus: str = "") -> Desk:
    """An article's quotes and corrections, arranged: two statements."""
    quotes = Quote.objects.filter(article=article).on_record().shown().for_display()
    corrections = Correction.objects.filter(article=article).on_record().for_display()
    return build_desk(
        article,
        list(quotes.in_reading_order()),
        list(corrections.in_reading_order()),
        show=show or "all",
        focus=focus,
    )


def article_list(user: User, filters: dict[str, Any], page: str | None) -> Page[Article]:
    """Articles of a person's collections, newest first."""
    rows = _narrowed(Article.objects.readable_by(user), filters)
    state = filters["state"]
    if state == "todo":
        rows = rows.filter(_has_open())
    elif state == "done":
        rows = rows.filter(~_has_open(), Exists(_runs_over()))
    elif state == "corrections":
        rows = rows.filter(Exists(Correction.objects.filter(article=OuterRef("pk")).live()))
    shown = rows.with_progress().defer("text", "search_vector").newest_first()
    return page_of(shown, page)


def article_counts(user: User, filters: dict[str, Any]) -> dict[str, int]:
    """How many articles each chip of the list would show: one statement."""
    rows = _narrowed(Article.objects.readable_by(user), filters)
    return rows.aggregate(
        all=Count("pk"),
        todo=Count("pk", filter=_has_open()),
        done=Count("pk", filter=Q(~_has_open(), Exists(_runs_over()))),
        corrections=Count(
            "pk", filter=Q(Exists(Correction.objects.filter(article=OuterRef("pk")).live()))
        ),
    )


def outlets(user: User) -> list[str]:
    names = Article.objects.readable_by(user).exclude(outlet="").order_by("outlet")
    return list(names.values_list("outlet", flat=True).distinct()[:200])


def next_article(user: User, public_id: uuid.UUID) -> Article | None:
    """The next article of the list with something to decide; after the last, the first."""
    here = article_in_full(user, public_id)
    open_ones = (
        Article.objects.readable_by(user)
        .filter(_has_open())
        .exclude(pk=here.pk)
        .defer("text", "search_vector")
        .newest_first()
    )
    later = Q(pk__lt=here.pk, published_on=here.published_on)
    later |= Q(published_on__lt=here.published_on) if here.published_on else Q()
    if here.published_on:
        later |= Q(published_on=None)
    return open_ones.filter(later).first() or open_ones.first()


def _narrowed(rows: QuerySet[Article], filters: dict[str, Any]) -> Any:
    if filters["q"]:
        words = Article.objects.matching(filters["q"]).values("pk")
        rows = rows.filter(
            Q(pk__in=words)
            | Q(headline__icontains=filters["q"])
            | Q(outlet__icontains=filters["q"])
        )
    if filters["outlet"]:
        rows = rows.filter(outlet=filters["outlet"])
    if filters["published_after"]:
        rows = rows.filter(published_on__gte=filters["published_after"])
    if filters["published_before"]:
        rows = rows.filter(published_on__lte=filters["published_before"])
    return rows


def _has_open() -> Q:
    quotes = Quote.objects.filter(article=OuterRef("pk")).shown().suggested()
    corrections = Correction.objects.filter(article=OuterRef("pk")).suggested()
    return Q(Exists(quotes)) | Q(Exists(corrections))


def _runs_over() -> QuerySet[ExtractionRun]:
    return ExtractionRun.objects.filter(article=OuterRef("pk"), state=ExtractionRun.State.DONE)

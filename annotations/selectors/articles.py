"""What the article list and the article page read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from annotations.desk import (
    Desk,
    Plan,
    build_desk,
    plan_chunk,
    plan_page,
    plan_paragraphs,
)
from annotations.models import Assignment, Edit, Presence
from annotations.outline import Entry, Outline
from annotations.permissions import PERMISSIONS, Role
from annotations.refusals import NotVisible
from annotations.selectors.paging import page_of
from quotes.models import (
    Article,
    Correction,
    ExtractionRun,
    Membership,
    Placement,
    Quote,
)
from quotes.models.same_words import with_same_words

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def article_in_full(user: User | AnonymousUser, public_id: uuid.UUID) -> Article:
    """One readable article: one statement.

    With ``role``, this person's in its collection, ``last_edit``, the newest of its history,
    ``last_run``, how the engine's newest run stands, and, of a changed story, ``newer`` and
    ``older``, the versions beside it, ``coded_blind``, the person's
    own assignment to code it, and ``n_asked``, the decisions that wait for their place.
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
            newer=Subquery(Article.objects.filter(previous=OuterRef("pk")).values("public_id")[:1]),
            older=F("previous__public_id"),
            coded_blind=Subquery(
                Assignment.objects.blind()
                .open()
                .filter(article=OuterRef("pk"), user_id=user.pk)
                .values("public_id")[:1]
            ),
            n_asked=Coalesce(
                Subquery(
                    Placement.objects.asked()
                    .filter(newer=OuterRef("pk"))
                    .order_by()
                    .values("newer")
                    .annotate(n=Count("pk"))
                    .values("n")
                ),
                0,
            ),
            last_run=Subquery(
                ExtractionRun.objects.filter(article=OuterRef("pk"))
                .order_by("-pk")
                .values(json=JSONObject(state="state", note="note", error="error"))[:1]
            ),
        )
        .filter(public_id=public_id)
        .first()
    )
    if article is None:
        raise NotVisible("There is no such article, or it is not yours to see.")
    return article


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stretch of the text that is not read as story, and why."""

    start: int
    end: int
    reason: str
    words: str


def left_out(article: Article) -> list[LeftOut]:
    """What of an article is skipped, in text order."""
    ranges = sorted(article.skipped)
    return [LeftOut(*one, words=article.text[one[0] : one[1]].strip()) for one in ranges]


def may(user: User | AnonymousUser, article: Article, permission: str) -> bool:
    """Read from the role that came with the article: no statement."""
    if permission == "annotate" and not article.is_latest:
        return False  # decisions are made in the newest version
    role: str | None = getattr(article, "role", None)
    return user.is_superuser or (role is not None and Role(role) in PERMISSIONS[permission])


def latest_run(article: Article) -> ExtractionRun | None:
    """How the newest run stands, from what came with the article: no statement."""
    found: dict[str, str] | None = getattr(article, "last_run", None)
    return ExtractionRun(article=article, **found) if found else None


def outline_of(article: Article) -> Outline:
    """All quotes and corrections of an article in light rows: one statement."""
    fields = ("pk", "public_id", "version", "start", "end", "status", "kind", "flagged")
    quotes = Quote.objects.filter(article=article).on_record().shown().order_by()
    corrections = Correction.objects.filter(article=article).on_record().order_by()
    rows = (
        quotes.annotate(is_correction=Value(value=False))
        .values_list(
            "is_correction",
            *fields,
            "confidence",
            "speaker_id",
            "speaker_id",
            "speaker__name",
            "speaker__public_id",
        )
        .union(
            corrections.annotate(is_correction=Value(value=True)).values_list(
                "is_correction",
                *fields,
                "confidence",
                "corrector_id",
                "corrected_id",
                "corrector__name",
                "corrector__public_id",
            ),
            all=True,
        )
    )
    return Outline(Entry(*row) for row in rows)


def desk_of(article: Article, *, show: str = "all", focus: str = "", near: int = 0) -> Desk:
    """An article's page: the outline, and the quotes and corrections that are drawn."""
    outline = outline_of(article)
    return _draw(plan_page(article, outline, show=show or "all", focus=focus, near=near))


def desk_chunk(article: Article, *, show: str, first: int) -> Desk:
    """One more stretch of a long article."""
    return _draw(plan_chunk(article, outline_of(article), show=show or "all", first=first))


def desk_around(
    article: Article,
    outline: Outline,
    ranges: Sequence[tuple[int, int]],
    *,
    show: str = "all",
    focus: str = "",
) -> Desk:
    """The paragraphs that some stretches touch, whatever the length of the article."""
    return _draw(plan_paragraphs(article, outline, ranges, show=show, focus=focus))


def _draw(plan: Plan) -> Desk:
    quotes = Quote.objects.filter(article=plan.article).on_record().shown()
    corrections = Correction.objects.filter(article=plan.article).on_record()
    wanted = plan.corrections()
    if not plan.is_all:
        here = Q(pk=None)
        for start, end in plan.reach():
            here |= Q(start__lt=end, end__gt=start)
        quotes = quotes.filter(here)
        corrections = corrections.filter(pk__in=wanted)
    return build_desk(
        plan,
        list(with_same_words(quotes.for_display()).in_reading_order()),
        list(corrections.for_display().in_reading_order()) if wanted else [],
    )


def article_list(user: User, filters: dict[str, Any], page: str | None) -> Page[Article]:
    """Articles of a person's collections, newest first."""
    rows = _narrowed(Article.objects.readable_by(user).newest_versions(), filters)
    state = filters["state"]
    if state == "todo":
        rows = rows.filter(_has_open())
    elif state == "done":
        rows = rows.filter(~_has_open(), Exists(_runs_over()))
    elif state == "corrections":
        rows = rows.filter(Exists(Correction.objects.filter(article=OuterRef("pk")).live()))
    shown = _with_people(rows.with_progress(), user).defer("text", "search_vector").newest_first()
    return page_of(shown, page)


def _with_people(rows: QuerySet[Article], user: User) -> Any:
    """Add ``here``, who else has the article open, and ``handed_to``, who is asked to settle it.

    Who codes it blind is nobody else's business.
    """
    here = Presence.objects.here().filter(article=OuterRef("pk")).exclude(user=user)
    asked = Assignment.objects.open().exclude(purpose=Assignment.Purpose.BLIND)
    return rows.annotate(
        here=ArraySubquery(here.order_by("user__username").values("user__username")),
        handed_to=ArraySubquery(
            asked.filter(article=OuterRef("pk"))
            .order_by("user__username")
            .values("user__username")
            .distinct()
        ),
    )


def article_counts(user: User, filters: dict[str, Any]) -> dict[str, int]:
    """How many articles each chip of the list would show: one statement."""
    rows = _narrowed(Article.objects.readable_by(user).newest_versions(), filters)
    return rows.aggregate(
        all=Count("pk"),
        todo=Count("pk", filter=_has_open()),
        done=Count("pk", filter=Q(~_has_open(), Exists(_runs_over()))),
        corrections=Count(
            "pk", filter=Q(Exists(Correction.objects.filter(article=OuterRef("pk")).live()))
        ),
    )


def outlets(user: User) -> list[str]:
    names = (
        Article.objects.readable_by(user).newest_versions().exclude(outlet="").order_by("outlet")
    )
    return list(names.values_list("outlet", flat=True).distinct()[:200])


def next_article(user: User, public_id: uuid.UUID) -> Article | None:
    """The next article of the list with something to decide; after the last, the first."""
    here = article_in_full(user, public_id)
    open_ones = (
        Article.objects.readable_by(user)
        .newest_versions()
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
    asked = Placement.objects.asked().filter(newer=OuterRef("pk"))
    return Q(Exists(quotes)) | Q(Exists(corrections)) | Q(Exists(asked))


def _runs_over() -> QuerySet[ExtractionRun]:
    return ExtractionRun.objects.filter(article=OuterRef("pk"), state=ExtractionRun.State.DONE)

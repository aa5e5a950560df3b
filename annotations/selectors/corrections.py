"""What the page of corrections reads."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db.models import Case, Count, F, Max, Min, Q, When

from annotations.cards import CorrectionCard, Side
from annotations.permissions import PERMISSIONS, Role
from annotations.picture import NOBODY, Pair
from annotations.refusals import NotVisible
from annotations.rendering import Mark, Segment, segments
from annotations.selectors.paging import page_of
from quotes.models import (
    Correction,
    Membership,
    QuoteSpan,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def readable_correction(user: User, public_id: uuid.UUID) -> Correction:
    correction = (
        Correction.objects.readable_by(user)
        .on_record()
        .select_related("article", "corrector", "corrected", "decided_by")
        .defer("article__text", "article__search_vector")
        .filter(public_id=public_id)
        .first()
    )
    if correction is None:
        raise NotVisible("There is no such correction, or it is not yours to see.")
    return correction


def people_of(correction: Correction) -> dict[str, uuid.UUID | None]:
    """Who stands on each side."""
    corrector, corrected = correction.corrector, correction.corrected
    return {
        "correcting": corrector.public_id if corrector else None,
        "corrected": corrected.public_id if corrected else None,
    }


def possible_points(user: User, correction: Correction) -> list[Correction]:
    """Other corrections that may tell the same event or make the same point, nearest first."""
    others = Correction.objects.readable_by(user).live().exclude(pk=correction.pk)
    people = [pk for pk in (correction.corrector_id, correction.corrected_id) if pk]
    between = Q(corrector__in=people, corrected__in=people)
    rows = (
        others.filter(collection_id=correction.collection_id)
        .filter(Q(article=correction.article) | between)
        .select_related("article", "corrector", "corrected")
        .defer("article__text", "article__search_vector")
        .annotate(is_here=Q(article=correction.article))
    )
    return list(rows.order_by("-is_here", F("published_on").desc(nulls_last=True), "start")[:12])


@dataclass(slots=True)
class Triptych(CorrectionCard):
    """A correction on its own page: the evidence cut at its cue."""

    evidence: tuple[Segment, ...] = ()
    may_annotate: bool = False


def correction_list(user: User, filters: dict[str, Any], page: str | None) -> Page[Correction]:
    """Corrections, undecided first, then newest; claims and retorts in one more statement."""
    rows = Correction.objects.readable_by(user).on_record()
    if filters["state"]:
        rows = rows.filter(status=filters["state"].replace("todo", "suggested"))
    if filters["kind"]:
        rows = rows.filter(kind=filters["kind"])
    if filters["speaker"]:
        either = Q(corrector__public_id=filters["speaker"])
        rows = rows.filter(either | Q(corrected__public_id=filters["speaker"]))
    for side in ("corrector", "corrected", "article"):
        if filters[side]:
            rows = rows.filter(**{f"{side}__public_id": filters[side]})
    ordered = rows.order_by(F("published_on").desc(nulls_last=True), "article_id", "start", "pk")
    shown = ordered.for_display().select_related("article", "corrector", "corrected", "decided_by")
    return page_of(shown.defer("article__text", "article__search_vector"), page)


def triptychs(user: User, corrections: list[Correction], *, focus: str = "") -> list[Triptych]:
    """Lay corrections out for their page: two statements for all of them."""
    pks = [link["pk"] for row in corrections for link in row.sides]  # type: ignore[attr-defined]
    words: dict[int, list[str]] = defaultdict(list)
    parts = QuoteSpan.objects.filter(quote__in=pks, role="content").order_by("quote", "ordinal")
    for quote, exact in parts.values_list("quote_id", "exact"):
        words[quote].append(exact)
    roles = dict(Membership.objects.filter(user=user).values_list("collection_id", "role"))
    focus = focus or next((str(r.public_id) for r in corrections if r.status == "suggested"), "")
    return [_triptych(user, row, words, roles, focus) for row in corrections]


def _triptych(
    user: User,
    row: Correction,
    words: dict[int, list[str]],
    roles: dict[int, str],
    focus: str,
) -> Triptych:
    sides: dict[str, list[Side]] = {"corrected": [], "correcting": []}
    for link in row.sides:  # type: ignore[attr-defined]
        hue = 2 if link["side"] == "corrected" else 1
        sides[link["side"]].append(Side(0, " … ".join(words[link["pk"]]), hue))
    cue = (
        [Mark(row.cue_start, row.cue_end, "cue")]
        if row.cue_start is not None and row.cue_end is not None
        else []
    )
    role = roles.get(row.collection_id)
    return Triptych(
        correction=row,
        corrector_hue=1,
        corrected_hue=2,
        claims=sides["corrected"],
        retorts=sides["correcting"],
        is_focus=str(row.public_id) == focus,
        template="annotations/_triptych.html",
        evidence=tuple(segments(row.exact, cue, offset=row.start)),
        may_annotate=user.is_superuser
        or (role is not None and Role(role) in PERMISSIONS["annotate"]),
    )


def correction_counts(user: User) -> dict[str, int]:
    rows = Correction.objects.readable_by(user).on_record()
    return rows.aggregate(
        all=Count("pk"),
        decided=Count("pk", filter=Q(status__in=("confirmed", "rejected"))),
        todo=Count("pk", filter=Q(status="suggested")),
        confirmed=Count("pk", filter=Q(status="confirmed")),
        rejected=Count("pk", filter=Q(status="rejected")),
    )


PAIRS = 60
"""At most so many arrows in a picture: more cannot be told apart."""


def correction_pairs(user: User, filters: dict[str, Any]) -> tuple[list[Pair], int]:
    """Who corrected whom, how often, when, and how many pairs there are: two statements.

    The facts of the picture and of the table beneath it. Retellings count once.
    """
    rows = Correction.objects.readable_by(user).live().events().exclude(corrector=None)
    if filters.get("state") == "confirmed":
        rows = rows.confirmed()
    if filters.get("article"):
        rows = rows.filter(article__public_id=filters["article"])
    if filters.get("speaker"):
        either = Q(corrector__public_id=filters["speaker"])
        rows = rows.filter(either | Q(corrected__public_id=filters["speaker"]))
    if filters.get("collection"):
        rows = rows.filter(collection__public_id=filters["collection"])
    if filters.get("outlet"):
        rows = rows.filter(article__outlet=filters["outlet"])
    if filters.get("published_after"):
        rows = rows.filter(published_on__gte=filters["published_after"])
    if filters.get("published_before"):
        rows = rows.filter(published_on__lte=filters["published_before"])
    own = Q(kind=Correction.Kind.SELF_CORRECTION)
    counted = (
        rows.annotate(
            whom=Case(When(own, then="corrector__public_id"), default="corrected__public_id"),
            whom_name=Case(When(own, then="corrector__name"), default="corrected__name"),
        )
        .values("corrector__name", "corrector__public_id", "whom", "whom_name")
        .annotate(
            n=Count("pk"),
            confirmed=Count("pk", filter=Q(status="confirmed")),
            first=Min("published_on"),
            last=Max("published_on"),
        )
        .order_by("-n", "corrector__name", "whom_name", "corrector__public_id", "whom")
    )
    pairs = [
        Pair(
            corrector=str(row["corrector__public_id"]),
            corrector_name=row["corrector__name"],
            corrected=str(row["whom"]) if row["whom"] else NOBODY,
            corrected_name=row["whom_name"] or "somebody not named",
            n=row["n"],
            confirmed=row["confirmed"],
            first=row["first"],
            last=row["last"],
        )
        for row in counted[:PAIRS]
    ]
    return pairs, counted.count() if len(pairs) == PAIRS else len(pairs)

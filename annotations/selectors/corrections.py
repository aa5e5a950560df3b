"""What the page of corrections reads."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, When

from annotations.cards import CorrectionCard, correction_card
from annotations.permissions import PERMISSIONS, Role, membership_role
from annotations.picture import NOBODY, Pair
from annotations.refusals import NotVisible
from annotations.rendering import Mark, segments
from annotations.selectors.paging import page_of
from annotations.sides import Candidate
from quotes.models import Correction, QuoteSpan
from quotes.models.suggestion import LIVE_STATES

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
    return page_of(_for_triptychs(user, ordered), page)


def _for_triptychs(user: User, rows: QuerySet[Correction]) -> QuerySet[Correction]:
    return (
        rows.for_display()  # type: ignore[attr-defined]
        .select_related("article", "corrector", "corrected", "decided_by")
        .defer("article__text", "article__search_vector")
        .annotate(role=membership_role(user))
    )


def triptych_of(user: User, correction: Correction) -> CorrectionCard:
    """One correction as its page draws it, read anew; not in focus: two statements."""
    [row] = _for_triptychs(user, Correction.objects.filter(pk=correction.pk))
    return _triptych(user, row, _said_in([row]))


def triptychs(user: User, corrections: list[Correction]) -> list[CorrectionCard]:
    """Lay the page's corrections out, the first undecided one in focus: one statement for all."""
    said = _said_in(corrections)
    cards = [_triptych(user, row, said) for row in corrections]
    for card in [card for card in cards if card.is_open][:1]:
        card.is_focus = True
    return cards


def _said_in(corrections: list[Correction]) -> dict[tuple[int, int], list[Candidate]]:
    """Article and person → what that person said there, in reading order: one statement."""
    people = {pk for row in corrections for pk in (row.corrector_id, row.corrected_id)}
    parts = (
        QuoteSpan.objects.filter(role="content", quote__status__in=LIVE_STATES)
        .filter(quote__article__in={row.article_id for row in corrections})
        .filter(quote__speaker__in=people - {None})
        .order_by("quote__start", "quote", "ordinal")
    )
    words: dict[tuple[int, int, str, int], list[str]] = defaultdict(list)
    of_quote = ("article_id", "speaker_id", "public_id", "start")
    for *where, exact in parts.values_list(*(f"quote__{name}" for name in of_quote), "exact"):
        article, speaker, public_id, start = where
        words[article, speaker, str(public_id), start].append(exact)
    said: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
    for (article, speaker, public_id, start), exact in words.items():
        said[article, speaker].append(Candidate(public_id, 0, start, " … ".join(exact)))
    return said


def _triptych(
    user: User, row: Correction, said: dict[tuple[int, int], list[Candidate]]
) -> CorrectionCard:
    people = {"corrected": row.corrected_id, "correcting": row.corrector_id}
    on_sides = {side: said.get((row.article_id, pk or 0), []) for side, pk in people.items()}
    hue = {row.corrected_id or 0: 2} | {row.corrector_id or 0: 1}
    card = correction_card(row, on_sides, hue)
    if row.cue_start is not None and row.cue_end is not None:
        cue = [Mark(row.cue_start, row.cue_end, "cue")]
    else:
        cue = []
    role: str | None = row.role  # type: ignore[attr-defined]
    card.template = "annotations/_triptych.html"
    card.evidence = segments(row.exact, cue, offset=row.start)
    card.may_annotate = user.is_superuser or (
        role is not None and Role(role) in PERMISSIONS["annotate"]
    )
    return card


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

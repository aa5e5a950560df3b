"""What the speaker list and a speaker's page read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest, Substr, TruncMonth

from annotations.refusals import NotVisible
from annotations.rendering import Mark, Segment, segments
from annotations.selectors.paging import page_of
from quotes.lookalikes import oddities
from quotes.models import (
    Correction,
    Quote,
    Speaker,
    SpeakerName,
)
from quotes.models.same_words import with_same_words

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CONTEXT = 160
"""Characters shown on either side of a statement."""

SENTENCE_ENDS = ("\n", ". ", ".” ", "? ", "?” ", "! ", "!” ")


def speaker_list(user: User, filters: dict[str, Any], page: str | None) -> Page[Speaker]:
    rows = Speaker.objects.readable_by(user).current()
    if not filters["kind"]:
        rows = rows.filter(kind__in=(Speaker.Kind.PERSON, Speaker.Kind.ORGANISATION))
    elif filters["kind"] in Speaker.Kind.values:
        rows = rows.filter(kind=filters["kind"])
    rows = rows.named_like(filters["q"]) if filters["q"] else rows.order_by("name", "pk")
    quotes = Quote.objects.filter(speaker=OuterRef("pk")).order_by().values("speaker")
    made = Correction.objects.filter(corrector=OuterRef("pk")).live().order_by().values("corrector")
    taken = (
        Correction.objects.filter(corrected=OuterRef("pk")).live().order_by().values("corrected")
    )
    rows = rows.with_twins().annotate(
        n_confirmed=Subquery(quotes.filter(status="confirmed").annotate(n=Count("pk")).values("n")),
        n_suggested=Subquery(quotes.filter(status="suggested").annotate(n=Count("pk")).values("n")),
        n_made=Subquery(made.annotate(n=Count("pk")).values("n")),
        n_received=Subquery(taken.annotate(n=Count("pk")).values("n")),
    )
    return page_of(rows, page)


def readable_speaker(user: User, public_id: uuid.UUID) -> Speaker:
    speaker = (
        Speaker.objects.readable_by(user)
        .select_related("merged_into")
        .filter(public_id=public_id)
        .first()
    )
    if speaker is None:
        raise NotVisible("There is no such speaker, or it is not yours to see.")
    return speaker


@dataclass(frozen=True, slots=True)
class NameWarnings:
    """What to beware of in a name: what cannot be seen in it, and others that look the same."""

    oddities: list[str]
    twins: list[Speaker]

    def __bool__(self) -> bool:
        return bool(self.oddities or self.twins)


def warnings_of(
    user: User, collection_id: int, name: str, *, besides: Speaker | None = None
) -> NameWarnings:
    rows = Speaker.objects.readable_by(user).current().filter(collection_id=collection_id)
    return NameWarnings(oddities(name), list(rows.drawn_like(name, besides=besides)[:3]))


@dataclass(frozen=True, slots=True)
class Statement:
    """A quote with its surroundings, cut into segments."""

    quote: Quote
    segments: tuple[Segment, ...]


def statements(speaker: Speaker, *, confirmed_only: bool, page: str | None) -> Page[Quote]:
    """What this speaker said, newest first, with ``around`` taken from the text in SQL."""
    rows = Quote.objects.by_speaker(speaker)
    rows = rows.confirmed() if confirmed_only else rows.live().shown()
    first = Greatest(F("start") - CONTEXT, 0)
    rows = (
        rows.select_related("article", "decided_by")
        .defer("article__text", "article__search_vector")
        .annotate(
            around_start=first,
            around=Substr("article__text", first + 1, F("end") + CONTEXT - first),
            n_corrections=Count("corrections", filter=Q(corrections__status="confirmed")),
        )
        .with_spans()
        .newest_first()
    )
    return page_of(with_same_words(rows), page)


def statement(quote: Quote) -> Statement:
    """Cut a quote's surroundings: the nearest sentence ends, else whole words."""
    begin: int = quote.around_start  # type: ignore[attr-defined]
    text: str = quote.around  # type: ignore[attr-defined]
    lead = text[: quote.start - begin]
    tail = text[quote.end - begin :]
    lead_kept = lead[_last_break(lead) :].lstrip()
    tail_kept = tail[: _first_break(tail)].rstrip()
    offset = quote.start - len(lead_kept)
    inner = text[quote.start - begin : quote.end - begin]
    marks = [
        Mark(p["start"], p["end"], p["role"], quote=1, kind=quote.kind, hue=1)
        for p in quote.parts  # type: ignore[attr-defined]
        if p["role"] == "content"
    ]
    cut = segments(lead_kept + inner + tail_kept, marks, offset=offset)
    return Statement(quote, tuple(cut))


def _last_break(lead: str) -> int:
    """Where the sentence begins that goes on into the quote."""
    ends = [lead.rfind(mark) + len(mark) for mark in SENTENCE_ENDS if mark in lead]
    if ends:
        return max(ends)
    return lead.find(" ") + 1 if len(lead) >= CONTEXT else 0


def _first_break(tail: str) -> int:
    """Where the sentence ends that the quote began."""
    ends = [tail.find(mark) + len(mark) for mark in SENTENCE_ENDS if mark in tail]
    if ends:
        return min(ends)
    return tail.rfind(" ") if len(tail) >= CONTEXT and " " in tail else len(tail)


@dataclass(frozen=True, slots=True)
class SpeakerFacts:
    """The figures at the head of a speaker's page."""

    confirmed: int
    suggested: int
    outlets: int
    made: int
    received: int
    kinds: list[tuple[str, int]]
    papers: list[tuple[str, int]]
    months: list[tuple[Any, Counter[str]]]


def speaker_facts(speaker: Speaker) -> SpeakerFacts:
    """Four statements, whatever the number of quotes."""
    live = Quote.objects.by_speaker(speaker).live().shown()
    figures = live.aggregate(
        confirmed=Count("pk", filter=Q(status="confirmed")),
        suggested=Count("pk", filter=Q(status="suggested")),
        outlets=Count("article__outlet", distinct=True, filter=~Q(article__outlet="")),
        direct=Count("pk", filter=Q(kind="direct")),
        mixed=Count("pk", filter=Q(kind="mixed")),
        indirect=Count("pk", filter=Q(kind="indirect")),
    )
    kinds = [(kind, figures.pop(kind)) for kind in ("direct", "mixed", "indirect")]
    papers = (
        live.exclude(article__outlet="")
        .order_by()
        .values_list("article__outlet")
        .annotate(n=Count("pk"))
        .order_by("-n", "article__outlet")[:8]
    )
    sides = Correction.objects.live().events()
    both = sides.aggregate(
        made=Count("pk", filter=Q(corrector=speaker)),
        received=Count("pk", filter=Q(corrected=speaker)),
    )
    by_month: dict[Any, Counter[str]] = defaultdict(Counter)
    months = (
        live.exclude(published_on=None)
        .annotate(month=TruncMonth("published_on"))
        .values("month", "kind")
        .annotate(n=Count("pk"))
        .order_by("month", "kind")
    )
    for row in months:
        by_month[row["month"]][row["kind"]] = row["n"]
    return SpeakerFacts(
        **figures,
        **both,
        kinds=kinds,
        papers=list(papers),
        months=sorted(by_month.items())[-12:],
    )


@dataclass(frozen=True, slots=True)
class NameInTime:
    """A name with its bar: ``x`` and ``width`` in per mille of the years that are drawn."""

    name: SpeakerName
    x: int = 0
    width: int = 0


@dataclass(frozen=True, slots=True)
class NamesInTime:
    names: list[NameInTime]
    years: list[int]


def names_in_time(speaker: Speaker, today: dt.date) -> NamesInTime:
    """All names; those with dates on one scale of years, where any name has dates."""
    rows = list(speaker.names.order_by("kind", "valid_from", "text", "pk")[:40])
    dates = [date for row in rows for date in (row.valid_from, row.valid_to) if date]
    if not dates:
        return NamesInTime([NameInTime(row) for row in rows], [])
    first = min(dates).year
    last = max(max(dates).year, today.year)
    begin, days = dt.date(first, 1, 1), (last - first + 1) * 365.25

    def per_mille(date: dt.date) -> int:
        return round((date - begin).days / days * 1000)

    drawn = []
    for row in rows:
        if row.valid_from is None and row.valid_to is None:
            drawn.append(NameInTime(row))
            continue
        start = per_mille(row.valid_from or begin)
        end = per_mille(row.valid_to or min(today, dt.date(last, 12, 31)))
        drawn.append(NameInTime(row, start, max(8, end - start)))
    step = max(1, -(-(last - first) // 4))
    return NamesInTime(drawn, list(range(first, last + 1, step)))


def speaker_corrections(speaker: Speaker) -> list[Correction]:
    rows = Correction.objects.live().filter(Q(corrector=speaker) | Q(corrected=speaker))
    rows = rows.annotate(is_own=Q(corrector=speaker))
    shown = rows.select_related("corrector", "corrected", "article")
    return list(shown.defer("article__text", "article__search_vector").newest_first()[:30])

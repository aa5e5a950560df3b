"""What pages read: one function a page, a fixed number of statements whatever the rows."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest, Substr, TruncMonth

from annotations.desk import CorrectionCard, Desk, Side, build_desk
from annotations.models import ApiToken, Edit
from annotations.permissions import PERMISSIONS, Role
from annotations.refusals import Invalid, NotVisible
from annotations.rendering import Mark, Segment, segments
from quotes.models import (
    Article,
    Collection,
    Correction,
    ExtractionRun,
    Import,
    ImportItem,
    Membership,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerName,
)
from quotes.models.speaker import SpeakerQuerySet
from quotes.normal_form import normal_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROWS = 25
CONTEXT = 160
"""Characters shown on either side of a statement."""


# ------------------------------------------------------------------------------------ articles
def article_in_full(user: User | AnonymousUser, public_id: uuid.UUID) -> Article:
    """One readable article with ``role`` and ``run_public_id`` of this person, in one statement."""
    role = Membership.objects.filter(collection=OuterRef("collection"), user_id=user.pk)
    article = (
        Article.objects.readable_by(user)
        .select_related("collection")
        .defer("search_vector")
        .annotate(role=Subquery(role.values("role")[:1]), run_pk=_latest_run("pk"))
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
    return Paginator(shown, ROWS).get_page(page)


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


def _latest_run(field: str) -> Subquery:
    runs = ExtractionRun.objects.filter(article=OuterRef("pk")).order_by("-pk")
    return Subquery(runs.values(field)[:1])


# ------------------------------------------------------------------------------------- imports
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


# -------------------------------------------------------------------------------------- quotes
def readable_quote(user: User, public_id: uuid.UUID) -> Quote:
    quote = (
        Quote.objects.readable_by(user)
        .on_record()
        .select_related("article", "speaker", "decided_by")
        .defer("article__search_vector")
        .filter(public_id=public_id)
        .first()
    )
    if quote is None:
        raise NotVisible("There is no such quote, or it is not yours to see.")
    return quote


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


def place_of(text: str, exact: str, *, near: int = 0) -> int:
    """Where these words stand in the text, nearest to ``near``; a refusal where they do not."""
    before = text.rfind(exact, 0, near + len(exact))
    after = text.find(exact, near)
    places = [place for place in (before, after) if place >= 0]
    if not places or not exact:
        raise Invalid(
            "These words do not stand in the article like this. Copy them from the text.",
            code="span_differs",
            field="exact",
        )
    return min(places, key=lambda place: abs(place - near))


def content_places(quote: Quote) -> list[tuple[int, int, str]]:
    """The parts of a quote's content, in order."""
    parts = QuoteSpan.objects.filter(quote=quote, role=QuoteSpan.Role.CONTENT).order_by("ordinal")
    return list(parts.values_list("start", "end", "exact"))


def speaker_options(user: User, collection_id: int, words: str) -> list[Speaker]:
    """Speakers of the collection whose names look like these words; the busiest without words."""
    rows = Speaker.objects.readable_by(user).current().filter(collection_id=collection_id)
    busy = Count("quotes", filter=Q(quotes__status__in=("suggested", "confirmed")))
    if words:
        return list(rows.named_like(words)[:8]) or _nearest_names(rows, words)
    return list(rows.annotate(n=busy).order_by("-n", "name", "pk")[:8])


def _nearest_names(rows: SpeakerQuerySet, words: str) -> list[Speaker]:
    """For what the index does not find, two letters changed about: compare with every name."""
    names = SpeakerName.objects.filter(speaker=OuterRef("pk"))
    near = names.annotate(near=TrigramWordSimilarity(normal_name(words), "norm")).order_by("-near")
    found = rows.annotate(near=Subquery(near.values("near")[:1])).filter(near__gte=0.4)
    return list(found.order_by("-near", "name", "pk")[:8])


# --------------------------------------------------------------------------------- corrections
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
    ordered = rows.order_by(F("published_on").desc(nulls_last=True), "article_id", "start", "pk")
    shown = ordered.for_display().select_related("article", "corrector", "corrected", "decided_by")
    return Paginator(shown.defer("article__text", "article__search_vector"), ROWS).get_page(page)


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


def correction_pairs(user: User) -> list[dict[str, Any]]:
    """Who corrected whom, how often, when: the facts of the picture. Retellings count once."""
    rows = (
        Correction.objects.readable_by(user)
        .live()
        .events()
        .exclude(corrector=None)
        .values("corrector__name", "corrector__public_id", "corrected__name")
        .values(
            "corrector__name", "corrector__public_id", "corrected__name", "corrected__public_id"
        )
        .annotate(
            n=Count("pk"),
            confirmed=Count("pk", filter=Q(status="confirmed")),
            first=Min("published_on"),
            last=Max("published_on"),
        )
    )
    return list(rows.order_by("-n", "corrector__name", "corrected__name")[:50])


# ------------------------------------------------------------------------------------ speakers
def speaker_list(user: User, filters: dict[str, Any], page: str | None) -> Page[Speaker]:
    rows = Speaker.objects.readable_by(user).current()
    if filters["kind"]:
        rows = rows.filter(kind=filters["kind"])
    rows = rows.named_like(filters["q"]) if filters["q"] else rows.order_by("name", "pk")
    quotes = Quote.objects.filter(speaker=OuterRef("pk")).order_by().values("speaker")
    made = Correction.objects.filter(corrector=OuterRef("pk")).live().order_by().values("corrector")
    taken = (
        Correction.objects.filter(corrected=OuterRef("pk")).live().order_by().values("corrected")
    )
    rows = rows.annotate(
        n_confirmed=Subquery(quotes.filter(status="confirmed").annotate(n=Count("pk")).values("n")),
        n_suggested=Subquery(quotes.filter(status="suggested").annotate(n=Count("pk")).values("n")),
        n_made=Subquery(made.annotate(n=Count("pk")).values("n")),
        n_received=Subquery(taken.annotate(n=Count("pk")).values("n")),
    )
    return Paginator(rows, ROWS).get_page(page)


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
    return Paginator(rows, ROWS).get_page(page)


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
    ends = [lead.rfind(mark) for mark in ("\n", ". ", ".” ", "? ", "! ")]
    best = max(ends)
    if best >= 0:
        return best + 1
    return lead.find(" ") + 1 if len(lead) >= CONTEXT else 0


def _first_break(tail: str) -> int:
    ends = [tail.find(mark) for mark in ("\n", ". ", ".” ")]
    found = [end for end in ends if end >= 0]
    if found:
        end = min(found)
        return end if tail[end] == "\n" else end + 1
    return tail.rfind(" ") if len(tail) >= CONTEXT and " " in tail else len(tail)


@dataclass(frozen=True, slots=True)
class SpeakerFacts:
    """The figures at the head of a speaker's page."""

    confirmed: int
    suggested: int
    outlets: int
    made: int
    received: int
    months: list[tuple[Any, Counter[str]]]


def speaker_facts(speaker: Speaker) -> SpeakerFacts:
    """Three statements, whatever the number of quotes."""
    live = Quote.objects.by_speaker(speaker).live().shown()
    figures = live.aggregate(
        confirmed=Count("pk", filter=Q(status="confirmed")),
        suggested=Count("pk", filter=Q(status="suggested")),
        outlets=Count("article__outlet", distinct=True, filter=~Q(article__outlet="")),
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
    return SpeakerFacts(**figures, **both, months=sorted(by_month.items())[-12:])


def speaker_corrections(speaker: Speaker) -> list[Correction]:
    rows = Correction.objects.live().filter(Q(corrector=speaker) | Q(corrected=speaker))
    shown = rows.select_related("corrector", "corrected", "article")
    return list(shown.defer("article__text", "article__search_vector").newest_first()[:30])


# --------------------------------------------------------------------------- history and tokens
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


def exportable_collections(user: User) -> list[Collection]:
    """Collections whose tables this person may download."""
    rows = Collection.objects.readable_by(user)
    if not user.is_superuser:
        roles = list(PERMISSIONS["export"])
        rows = rows.filter(memberships__user=user, memberships__role__in=roles)
    return list(rows.order_by("name", "pk"))


def page_of(rows: Any, page: str | None) -> Page[Any]:
    return Paginator(rows, ROWS).get_page(page)


def tally(items: list[ImportItem]) -> dict[str, int]:
    """How many items of an import were stored, known already, or failed."""
    counts = Counter(item.state for item in items)
    quotes = sum(item.n_quotes or 0 for item in items if item.state == "stored")  # type: ignore[attr-defined]
    return {name: counts[name] for name in ("stored", "duplicate", "failed")} | {"quotes": quotes}

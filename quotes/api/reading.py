"""What one row of each resource shows, read in one statement a page."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, JSONObject, Least, Substr

from quotes.models import (
    Article,
    Collection,
    Correction,
    CorrectionQuote,
    ExtractionRun,
    Import,
    ImportItem,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerName,
)
from quotes.models.quote import SpanRole
from quotes.models.suggestion import Status

CONTEXT_CHARACTERS: Final = 160

_PUBLIC = ("public_id", "created_at", "updated_at", "version")
_ARTICLE = (
    "article__public_id",
    "article__headline",
    "article__outlet",
    "article__published_on",
    "article__url",
    "article__language",
)
_DECISION = (
    "status",
    "origin",
    "confidence",
    "rule",
    "reason",
    "touched",
    "changed_fields",
    "decided_at",
    "decided_by__username",
    "run__engine_version",
    "note",
    "flagged",
)


def _speaker(relation: str) -> tuple[str, ...]:
    return tuple(f"{relation}__{field}" for field in ("public_id", "name", "kind", "wikidata_id"))


def survivor_of(public_id: uuid.UUID) -> Subquery:
    """The primary key of a speaker or, where it was merged, of the one it was merged into."""
    rows = Speaker.objects.filter(public_id=public_id).order_by()
    return Subquery(rows.values(kept=Coalesce("merged_into_id", "pk"))[:1])


def collection_key(public_id: uuid.UUID) -> Subquery:
    return Subquery(Collection.objects.filter(public_id=public_id).order_by().values("pk")[:1])


def article_key(public_id: uuid.UUID) -> Subquery:
    return Subquery(Article.objects.filter(public_id=public_id).order_by().values("pk")[:1])


def article_rows(rows: QuerySet[Article]) -> QuerySet[Article]:
    """Articles without their text."""
    return rows.select_related("collection", "imported_by", "previous").only(
        *_PUBLIC,
        "outlet",
        "headline",
        "byline",
        "published_on",
        "url",
        "language",
        "country",
        "sha256",
        "length",
        "encoding",
        "external_id",
        "is_latest",
        "collection__public_id",
        "imported_by__username",
        "previous__public_id",
    )


def article_list_rows(rows: QuerySet[Article]) -> QuerySet[Article]:
    """Articles with how far people have come with them."""
    return article_rows(rows).with_progress()  # type: ignore[attr-defined, no-any-return]


def whole_article_rows(rows: QuerySet[Article]) -> QuerySet[Article]:
    """Articles with their text and what in it is not story."""
    return rows.select_related("collection", "imported_by", "previous").defer(
        "search_vector", "previous__text", "previous__search_vector", "previous__skipped"
    )


def _between_parts() -> QuerySet[Any]:
    """The article's text between one part of the content and the next; most have one part only."""
    content = QuoteSpan.objects.filter(role=SpanRole.CONTENT)
    before = content.filter(quote=OuterRef("quote"), ordinal=OuterRef("ordinal") - 1).order_by()
    return (
        content.filter(quote=OuterRef("pk"), ordinal__gt=0)
        .order_by("ordinal")
        .annotate(end_before=Subquery(before.values("end")[:1]))
        .values(
            text=Substr("quote__article__text", F("end_before") + 1, F("start") - F("end_before"))
        )
    )


def quote_rows(rows: QuerySet[Quote]) -> QuerySet[Quote]:
    """Quotes with parts, people, and the corrections that they stand in."""
    live = (Status.SUGGESTED, Status.CONFIRMED)
    links = (
        CorrectionQuote.objects.fitting()
        .filter(quote=OuterRef("pk"), correction__status__in=live)
        .order_by("correction_id")
    )
    shown = rows.select_related(
        "article", "collection", "speaker", "addressee", "decided_by", "run", "parent"
    ).only(
        *_PUBLIC,
        *_ARTICLE,
        *_DECISION,
        *_speaker("speaker"),
        *_speaker("addressee"),
        "collection__public_id",
        "parent__public_id",
        "kind",
        "act",
        "start",
        "end",
        "published_on",
        "cue_lemma",
    )
    return shown.with_spans().annotate(  # type: ignore[attr-defined, no-any-return]
        between_parts=ArraySubquery(_between_parts()),
        in_corrections=ArraySubquery(
            links.values(
                json=JSONObject(
                    id="correction__public_id",
                    side="side",
                    kind="correction__kind",
                    status="correction__status",
                    corrector_id="correction__corrector__public_id",
                    corrector_name="correction__corrector__name",
                    corrected_id="correction__corrected__public_id",
                    corrected_name="correction__corrected__name",
                )
            )
        ),
    )


def statement_rows(rows: QuerySet[Quote]) -> QuerySet[Quote]:
    """Quotes with a little of the article before and after them."""
    n = CONTEXT_CHARACTERS
    return quote_rows(rows).annotate(
        context_before=Substr(
            "article__text", Greatest(F("start") - n + 1, Value(1)), Least(F("start"), Value(n))
        ),
        context_after=Substr("article__text", F("end") + 1, n),
    )


def speaker_rows(rows: QuerySet[Speaker]) -> QuerySet[Speaker]:
    """Speakers with all their names."""
    names = SpeakerName.objects.filter(speaker=OuterRef("pk")).order_by("kind", "text", "pk")
    return (
        rows.select_related("collection", "merged_into")
        .only(
            *_PUBLIC,
            "name",
            "kind",
            "description",
            "wikidata_id",
            "origin",
            "collection__public_id",
            "merged_into__public_id",
            "withdrawal",
        )
        .annotate(
            known_as=ArraySubquery(
                names.values(
                    json=JSONObject(
                        text="text",
                        kind="kind",
                        valid_from="valid_from",
                        valid_to="valid_to",
                        place="place",
                    )
                )
            )
        )
    )


def correction_rows(rows: QuerySet[Correction]) -> QuerySet[Correction]:
    """Corrections with people, evidence, and the quotes on both sides."""
    shown = rows.select_related(
        "article",
        "collection",
        "corrector",
        "corrected",
        "retells",
        "same_point_as",
        "decided_by",
        "run",
    ).only(
        *_PUBLIC,
        *_ARTICLE,
        *_DECISION,
        *_speaker("corrector"),
        *_speaker("corrected"),
        "collection__public_id",
        "retells__public_id",
        "same_point_as__public_id",
        "kind",
        "explicitness",
        "start",
        "end",
        "exact",
        "cue_start",
        "cue_end",
        "cue_text",
        "topic",
        "occasion",
        "published_on",
    )
    return shown.with_quotes()  # type: ignore[attr-defined, no-any-return]


def import_rows(rows: QuerySet[Import]) -> QuerySet[Import]:
    """Imports with how far they have come, without what still waits."""
    return rows.select_related("collection", "user").defer("waiting").with_tally()  # type: ignore[attr-defined, no-any-return]


def import_item_rows(rows: QuerySet[ImportItem]) -> QuerySet[ImportItem]:
    return rows.select_related("article").only(
        "ordinal", "name", "state", "message", "article__public_id"
    )


def run_rows(rows: QuerySet[ExtractionRun]) -> QuerySet[ExtractionRun]:
    return rows.select_related("article").defer(
        "config", "article__text", "article__search_vector", "article__skipped"
    )

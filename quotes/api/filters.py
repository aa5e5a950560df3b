"""What each list can be filtered by: literal lists. A name that is not here reaches no query."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django_filters import rest_framework as django_filters

from quotes.api.fields import (
    ChoiceFilter,
    DateFilter,
    FlagFilter,
    ShareFilter,
    TextFilter,
    TimeFilter,
    UUIDFilter,
    WikidataFilter,
)
from quotes.api.problems import FieldError, Problem
from quotes.api.reading import article_key, collection_key, survivor_of
from quotes.models import (
    Correction,
    CorrectionQuote,
    Quote,
    SameWordsQuote,
    Speaker,
    SpeakerName,
)
from quotes.models.correction import CorrectionKind
from quotes.models.intake import ImportState, ItemState
from quotes.models.quote import QuoteKind
from quotes.models.run import RunState
from quotes.models.speaker import Origin, SpeakerKind
from quotes.models.suggestion import Status
from quotes.normal_form import stored_norm

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

SHOWN_STATUSES = [
    (status.value, status.label) for status in (Status.SUGGESTED, Status.CONFIRMED, Status.REJECTED)
]
COLLECTION = "Id of the collection."
OUTLET = "The outlet's name, exactly."
AFTER = "Published on this day or later."
BEFORE = "Published on this day or earlier."
SINCE = (
    "Changed at this time or later. The list is then in the order of changes, oldest first, "
    "so that a client can follow them, and also has what went."
)
WORDS = 'Words to search for; `"…"` for a phrase, `-` to leave out, `or`.'


class Filters(django_filters.FilterSet):
    """Of the filters only those that were asked for are set up; it takes longer than the query."""

    base_filters: Mapping[str, django_filters.Filter]

    def __init__(self, data: Mapping[str, str] | None = None, *args: Any, **options: Any) -> None:
        asked = data or {}
        every = type(self).base_filters
        self.base_filters = {name: one for name, one in every.items() if name in asked}
        super().__init__(data, *args, **options)


class StrictFilterBackend(django_filters.DjangoFilterBackend):
    """Applies the view's filter set; a value that cannot be read is a problem with its name."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        known = getattr(view, "filterset_class", None)
        if known is None or known.base_filters.keys().isdisjoint(request.query_params):
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        if not filterset.is_valid():
            errors = [
                FieldError(name, "invalid-parameter", str(message))
                for name, messages in filterset.errors.items()
                for message in messages
            ]
            detail = " ".join(f"{error.pointer}: {error.detail}" for error in errors)
            raise Problem("invalid-parameter", detail, errors=errors)
        found: QuerySet[Any] = filterset.qs
        return found


class IdFilter(UUIDFilter):
    """Another object by its id, looked up once: joined, it would cost the index's order."""

    def __init__(self, *args: Any, of: Callable[[uuid.UUID], Subquery], **options: Any) -> None:
        self.of = of
        super().__init__(*args, **options)

    def filter(self, qs: QuerySet[Any], value: uuid.UUID | None) -> QuerySet[Any]:
        return qs if value is None else qs.filter(**{self.field_name: self.of(value)})


class ArticleFilters(Filters):
    collection = IdFilter("collection_id", of=collection_key, help_text=COLLECTION)
    outlet = TextFilter("outlet", help_text=OUTLET)
    language = TextFilter("language", max_length=35, help_text="BCP 47, as in `en` or `pt-BR`.")
    published_after = DateFilter("published_on", "gte", help_text=AFTER)
    published_before = DateFilter("published_on", "lte", help_text=BEFORE)
    updated_since = TimeFilter("updated_at", "gte", help_text=SINCE)
    speaker = UUIDFilter(
        method="quoting", help_text="Id of a speaker with a live quote in the article."
    )
    undecided = FlagFilter(
        method="with_undecided", help_text="Has suggested quotes that nobody has decided."
    )
    q = TextFilter(method="found_by_pages", max_length=500, help_text=WORDS)
    external_id = TextFilter("external_id", help_text="The id that the importer gave.")

    def quoting(self, rows: QuerySet[Any], name: str, value: uuid.UUID) -> QuerySet[Any]:
        quotes = Quote.objects.live().filter(article=OuterRef("pk"), speaker_id=survivor_of(value))
        return rows.filter(Exists(quotes))

    def with_undecided(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's signature
        undecided = Exists(Quote.objects.suggested().shown().filter(article=OuterRef("pk")))
        return rows.filter(undecided) if value else rows.filter(~undecided)

    def found_by_pages(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows  # see ``ListView.search``


class _QuoteFilters(Filters):
    """What quotes and statements have in common."""

    outlet = TextFilter("article__outlet", help_text=OUTLET)
    kind = ChoiceFilter("kind", choices=QuoteKind.choices, help_text="How the words are given.")
    published_after = DateFilter("published_on", "gte", help_text=AFTER)
    published_before = DateFilter("published_on", "lte", help_text=BEFORE)
    updated_since = TimeFilter("updated_at", "gte", help_text=SINCE)
    corrected = FlagFilter(
        method="is_corrected", help_text="Is the claim of a live correction, or is not."
    )
    q = TextFilter(method="found_by_pages", max_length=500, help_text=WORDS)

    def is_corrected(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's signature
        links = CorrectionQuote.objects.filter(
            quote=OuterRef("pk"),
            side=CorrectionQuote.Side.CORRECTED,
            correction__status__in=(Status.SUGGESTED, Status.CONFIRMED),
        )
        return rows.filter(Exists(links)) if value else rows.filter(~Exists(links))

    def found_by_pages(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows  # see ``ListView.search``


class QuoteFilters(_QuoteFilters):
    collection = IdFilter("collection_id", of=collection_key, help_text=COLLECTION)
    article = IdFilter("article_id", of=article_key, help_text="Id of the article.")
    speaker = IdFilter("speaker_id", of=survivor_of, help_text="Id of the speaker.")
    addressee = IdFilter("addressee_id", of=survivor_of, help_text="Id of the speaker spoken to.")
    status = ChoiceFilter("status", choices=SHOWN_STATUSES, help_text="Where the quote stands.")
    origin = ChoiceFilter("origin", choices=Origin.choices, help_text="Who put it there.")
    cue_lemma = TextFilter("cue_lemma", max_length=80, help_text="As in `say` or `according to`.")
    min_confidence = ShareFilter(
        "confidence", "gte", help_text="The engine was at least this sure; leaves out people's own."
    )
    has_speaker = FlagFilter("speaker", "isnull", exclude=True, help_text="The speaker is known.")


class StatementFilters(_QuoteFilters):
    group = ChoiceFilter(
        method="once",
        choices=[("same_words", "Same words")],
        help_text="`same_words`: of confirmed statements that give the same words, whole or in "
        "part, only the fullest that the other parameters leave.",
    )

    def once(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Leave out a quote whose group has a fuller one of the speaker, or else an older row."""
        fullest = F("group__fullest_id")
        rivals = SameWordsQuote.objects.members().filter(
            self._left_by_others("quote"),
            quote__status=Status.CONFIRMED,
            quote__speaker=OuterRef(OuterRef("speaker")),
            group=OuterRef("group"),
        )
        better = Q(quote=fullest) | (Q(quote__lt=OuterRef("quote")) & ~Q(fullest=OuterRef("quote")))
        rivals = rivals.annotate(fullest=fullest).exclude(quote=OuterRef("quote")).filter(better)
        mine = SameWordsQuote.objects.members().filter(
            quote=OuterRef("pk"), group__status__in=(Status.SUGGESTED, Status.CONFIRMED)
        )
        repeated = Exists(mine.filter(Exists(rivals)))
        return rows.filter(~Q(status=Status.CONFIRMED) | ~repeated)

    def _left_by_others(self, quote: str) -> Q:
        """That the other parameters leave this quote too: else it could not stand for a group."""
        asked = {
            name: value
            for name, value in self.form.cleaned_data.items()
            if name != "group" and value is not None
        }
        if not asked:
            return Q()
        left: QuerySet[Any] = Quote.objects.filter(pk=OuterRef(quote))
        for name, value in asked.items():
            left = self.filters[name].filter(left, value)
        if "q" in asked:
            left = left.filter(Quote.having(asked["q"]).matches)
        return Q(Exists(left))


class StatementListFilters(StatementFilters):
    """``speaker`` and ``wikidata_id`` say whose rows are read: the view's ``owners``."""

    collection = IdFilter("collection_id", of=collection_key, help_text=COLLECTION)
    speaker = UUIDFilter(method="of_owner", help_text="Id of the speaker.")
    wikidata_id = WikidataFilter(method="of_owner", help_text="Of the speaker, as in `Q42`.")
    speaker_name = TextFilter(
        method="called",
        help_text="Any name of the speaker, as texts write it, on the article's date: "
        "`the Prime Minister` finds who was that then. In an article without a date, any name.",
    )

    def of_owner(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return rows

    def called(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        day = OuterRef("published_on")
        names = SpeakerName.objects.filter(speaker=OuterRef("speaker"), norm=stored_norm(value))
        then = names.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
        )
        return rows.filter(Q(Exists(then)) | Q(published_on=None) & Q(Exists(names)))


class SpeakerFilters(Filters):
    collection = IdFilter("collection_id", of=collection_key, help_text=COLLECTION)
    q = TextFilter(
        method="named_like", help_text="Like any of their names; forgives typing errors."
    )
    wikidata_id = WikidataFilter("wikidata_id", help_text="As in `Q42`.")
    kind = ChoiceFilter("kind", choices=SpeakerKind.choices, help_text="What they are.")
    has_quotes = FlagFilter(method="quoted", help_text="Has live quotes, or has none.")
    updated_since = TimeFilter("updated_at", "gte", help_text=SINCE)

    def named_like(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        found: QuerySet[Speaker] = rows.named_like(value)
        return found

    def quoted(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's signature
        quotes = Exists(Quote.objects.live().shown().filter(speaker=OuterRef("pk")))
        return rows.filter(quotes) if value else rows.filter(~quotes)


class _CorrectionFilters(Filters):
    kind = ChoiceFilter("kind", choices=CorrectionKind.choices, help_text="What happens in it.")
    status = ChoiceFilter("status", choices=SHOWN_STATUSES, help_text="Where it stands.")
    distinct = FlagFilter(
        method="events", help_text="`true`: each event once, without its retellings."
    )
    published_after = DateFilter("published_on", "gte", help_text=AFTER)
    published_before = DateFilter("published_on", "lte", help_text=BEFORE)
    updated_since = TimeFilter("updated_at", "gte", help_text=SINCE)

    def events(self, rows: Any, name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's signature
        found: QuerySet[Correction] = rows.events() if value else rows
        return found


class CorrectionFilters(_CorrectionFilters):
    collection = IdFilter("collection_id", of=collection_key, help_text=COLLECTION)
    corrector = IdFilter("corrector_id", of=survivor_of, help_text="Id of who corrects.")
    corrected = IdFilter("corrected_id", of=survivor_of, help_text="Id of who is corrected.")
    article = IdFilter("article_id", of=article_key, help_text="Id of the article.")


class SpeakerCorrectionFilters(_CorrectionFilters):
    role = ChoiceFilter(
        method="in_role",
        choices=[("corrector", "Corrects"), ("corrected", "Is corrected")],
        help_text="The part that the speaker has; both without it.",
    )

    def in_role(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        speaker = survivor_of(self.request.parser_context["kwargs"]["public_id"])
        field = {"corrector": "corrector_id", "corrected": "corrected_id"}[value]
        return rows.filter(**{field: speaker})


class ImportFilters(Filters):
    collection = IdFilter("collection_id", of=collection_key, help_text=COLLECTION)
    state = ChoiceFilter("state", choices=ImportState.choices, help_text="How far it has come.")


class ImportItemFilters(Filters):
    state = ChoiceFilter("state", choices=ItemState.choices, help_text="What became of it.")


class RunFilters(Filters):
    article = IdFilter("article_id", of=article_key, help_text="Id of the article.")
    state = ChoiceFilter("state", choices=RunState.choices, help_text="How far it has come.")


def parameters(filters: type[django_filters.FilterSet] | None) -> frozenset[str]:
    """The names of a filter set's parameters."""
    return frozenset(filters.base_filters) if filters else frozenset()

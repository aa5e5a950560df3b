"""Reading: lists in pages, single objects with entity tags. Anybody sees their collections only."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, Throttled
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from quotes.api import reading, serializers
from quotes.api.filters import (
    ArticleFilters,
    CorrectionFilters,
    QuoteFilters,
    SpeakerCorrectionFilters,
    SpeakerFilters,
    StatementFilters,
    parameters,
)
from quotes.api.offsets import CODE_POINTS, UNITS, Offsets
from quotes.api.pagination import (
    BY_CHANGE,
    BY_NAME,
    NEWEST_FIRST,
    PARAMETERS,
    KeysetPagination,
    Order,
)
from quotes.api.permissions import READING
from quotes.api.problems import BadParameter, FieldError, Problem
from quotes.api.throttling import RateLimit
from quotes.models import Article, Correction, ExtractionRun, Quote, Speaker
from quotes.models.suggestion import Status, SuggestionQuerySet

SuggestionRows = TypeVar("SuggestionRows", bound=SuggestionQuerySet)

OFFSET_UNIT = OpenApiParameter(
    "offset_unit",
    str,
    enum=UNITS,
    default=CODE_POINTS,
    description="What offsets count: Unicode code points, or UTF-16 units as JavaScript does.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="An `ETag` seen before: the answer is an empty 304 where it still holds.",
)


class RecordView(GenericAPIView[Any]):
    """What every address does: who asks, how often, with parameters that exist."""

    scopes: ClassVar[Mapping[str, str]] = READING
    known_parameters: frozenset[str] = frozenset()
    lookup_field = "public_id"
    http_method_names = ["get", "head", "post", "patch", "delete"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count first, also what is refused: guessing tokens is what limits are for."""
        self.format_kwarg = None
        negotiated = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negotiated
        request.version = request.versioning_scheme = None
        try:
            self.perform_authentication(request)
        except AuthenticationFailed:
            self._count_failure(request)
            raise
        self.check_throttles(request)
        self.check_permissions(request)
        self.check_parameters(request)

    def _count_failure(self, request: Request) -> None:
        limit = RateLimit().count_anonymous(request)
        if limit is not None:
            request._request.rate_limit_headers = limit.headers()  # type: ignore[attr-defined]
            if limit.is_exceeded:
                raise Throttled(limit.reset)

    def check_parameters(self, request: Request) -> None:
        """Refuse what this address does not take, and what is said twice."""
        reads = request.method in READING
        known = self.known_parameters if reads else frozenset()
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            errors = [
                FieldError(name[:100], "unknown-parameter", "There is no such parameter here.")
                for name in unknown[:20]
            ]
            taken = ", ".join(sorted(known)) or "no parameters"
            raise Problem("unknown-parameter", f"This address takes: {taken}.", errors=errors)
        for name, values in request.query_params.lists():
            if len(values) > 1:
                raise BadParameter(name, "This parameter is given more than once.")

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> None:
        if not request.user.is_authenticated:
            raise NotAuthenticated
        raise Problem("method-not-allowed" if not self._has_method(request) else "forbidden")

    def _has_method(self, request: Request) -> bool:
        return request.method in self.allowed_methods

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate_limit_headers", {}).items():
            response[name] = value
        # Answers depend on who asks. Kept copies are fine once asked whether they still hold.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def unit(self) -> str:
        unit = self.request.query_params.get("offset_unit", CODE_POINTS)
        if unit not in UNITS:
            raise BadParameter("offset_unit", f"One of: {', '.join(UNITS)}.")
        return unit


class ListView(RecordView):
    """One page of what the person may see and the filters leave."""

    filterset_class: type[FilterSet] | None = None
    order: Order = NEWEST_FIRST
    pagination_class = KeysetPagination
    rows: Callable[[QuerySet[Any]], QuerySet[Any]]
    is_list = True
    has_offsets = False

    @property
    def known_parameters(self) -> frozenset[str]:  # type: ignore[override]
        offsets = frozenset({"offset_unit"}) if self.has_offsets else frozenset()
        return PARAMETERS | offsets | parameters(self.filterset_class)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        unit = self.unit()
        rows = self.filter_queryset(self.get_queryset())
        paginator = KeysetPagination()
        page = paginator.page(
            request,
            rows,
            order=BY_CHANGE if self.follows() else self.order,
            decorate=type(self).rows,
        )
        if not page:
            self.refuse_unknown_owner()
        if unit != CODE_POINTS:
            self.shift(page, Offsets.of_articles(unit, (row.article_id for row in page)))
        return paginator.get_paginated_response(self.get_serializer(page, many=True).data)

    def follows(self) -> bool:
        """Whether the client keeps a copy, and so has to learn of rows that went too."""
        return "updated_since" in self.request.query_params

    def to_list(self, rows: SuggestionRows) -> SuggestionRows:
        """What is on record and, for who follows changes, what no longer is.

        What was withdrawn is never found by its words.
        """
        if not self.follows() or "status" in self.request.query_params:
            return rows.on_record()
        if "q" in self.request.query_params:
            return rows.exclude(status=Status.WITHDRAWN)
        return rows

    def refuse_unknown_owner(self) -> None:
        """Lists of one object's rows answer 404 where that object is not to be seen."""

    def shift(self, page: list[Any], offsets: Offsets) -> None:
        raise NotImplementedError


class DetailView(RecordView):
    """One object, with its entity tag."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_row(kwargs["public_id"])
        tag = serializers.etag(row, self.unit())
        if self._is_known(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(self.show(row), headers={"ETag": tag})

    def get_row(self, public_id: uuid.UUID) -> Any:
        row = self.get_queryset().filter(public_id=public_id).first()
        if row is None:
            raise Http404
        return row

    def show(self, row: Model) -> Any:
        unit = self.unit()
        if unit != CODE_POINTS:
            self.shift(row, unit)
        return self.get_serializer(row).data

    def shift(self, row: Any, unit: str) -> None:
        raise NotImplementedError

    @staticmethod
    def _is_known(request: Request, tag: str) -> bool:
        known = request.headers.get("If-None-Match", "")
        tags = {part.strip().removeprefix("W/") for part in known.split(",")}
        return tag in tags or "*" in tags


class ArticleList(ListView):
    """Articles, newest first: the latest version of each story."""

    serializer_class = serializers.ArticleListItem
    filterset_class = ArticleFilters
    queryset = Article.objects.none()
    rows = staticmethod(reading.article_list_rows)

    def get_queryset(self) -> QuerySet[Article]:
        return Article.objects.readable_by(self.request.user).newest_versions()


class ArticleDetail(DetailView):
    """An article with its text."""

    serializer_class = serializers.ArticleSerializer
    queryset = Article.objects.none()
    known_parameters = frozenset({"offset_unit"})

    @extend_schema(parameters=[OFFSET_UNIT, IF_NONE_MATCH])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Article]:
        return reading.whole_article_rows(Article.objects.readable_by(self.request.user))

    def shift(self, row: Article, unit: str) -> None:
        Offsets.of_text(unit, row.pk, row.text).shift_article(row)


class ArticleAnnotations(RecordView):
    """All quotes and corrections of one article, in reading order, with its text."""

    serializer_class = serializers.AnnotationsSerializer
    queryset = Article.objects.none()
    known_parameters = frozenset({"offset_unit"})

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        unit = self.unit()
        readable = Article.objects.readable_by(request.user)
        article = reading.whole_article_rows(readable).filter(public_id=public_id).first()
        if article is None:
            raise Http404
        run = ExtractionRun.objects.filter(article=article).order_by("-pk").first()
        quotes = list(
            reading.quote_rows(
                Quote.objects.filter(article=article).on_record().shown()
            ).in_reading_order()  # type: ignore[attr-defined]
        )
        corrections = list(
            reading.correction_rows(
                Correction.objects.filter(article=article).on_record()
            ).in_reading_order()  # type: ignore[attr-defined]
        )
        offsets = Offsets.of_text(unit, article.pk, article.text)
        offsets.shift_article(article)
        offsets.shift_quotes(quotes)
        offsets.shift_corrections(corrections)
        found = {
            "article": article,
            "extraction": run,
            "quotes": quotes,
            "corrections": corrections,
        }
        return Response(self.get_serializer(found).data)


class QuoteList(ListView):
    """Quotes that nobody withdrew, newest first; rejected ones too (see `status`).

    Attitudes ("wants", "hopes") that nobody has touched are left out, as on the article's page.
    With `updated_since` also those that are `replaced` or, without their words, `withdrawn`.
    """

    serializer_class = serializers.QuoteSerializer
    filterset_class = QuoteFilters
    queryset = Quote.objects.none()
    rows = staticmethod(reading.quote_rows)
    has_offsets = True

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Quote]:
        return self.to_list(Quote.objects.readable_by(self.request.user)).shown()

    def shift(self, page: list[Any], offsets: Offsets) -> None:
        offsets.shift_quotes(page)


class QuoteDetail(DetailView):
    """One quote, with a little of the article around it."""

    serializer_class = serializers.StatementSerializer
    queryset = Quote.objects.none()
    known_parameters = frozenset({"offset_unit"})

    @extend_schema(parameters=[OFFSET_UNIT, IF_NONE_MATCH])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Quote]:
        return reading.statement_rows(Quote.objects.readable_by(self.request.user).on_record())

    def shift(self, row: Quote, unit: str) -> None:
        Offsets.of_articles(unit, [row.article_id]).shift_quotes([row])


class SpeakerList(ListView):
    """Speakers by name, without those that were merged into another.

    With `updated_since` those come too, with `merged_into`.
    """

    serializer_class = serializers.SpeakerSerializer
    filterset_class = SpeakerFilters
    queryset = Speaker.objects.none()
    rows = staticmethod(reading.speaker_rows)
    order = BY_NAME

    def get_queryset(self) -> QuerySet[Speaker]:
        speakers = Speaker.objects.readable_by(self.request.user)
        return speakers if self.follows() else speakers.current()


class SpeakerDetail(DetailView):
    """One speaker with all names. A merged one says into whom."""

    serializer_class = serializers.SpeakerSerializer
    queryset = Speaker.objects.none()

    @extend_schema(parameters=[IF_NONE_MATCH])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Speaker]:
        return reading.speaker_rows(Speaker.objects.readable_by(self.request.user))


class _OfSpeaker(ListView):
    """Rows of one speaker. The speaker is looked up only where there are none."""

    has_offsets = True

    def refuse_unknown_owner(self) -> None:
        speakers = Speaker.objects.readable_by(self.request.user)
        if not speakers.filter(public_id=self.kwargs["public_id"]).exists():
            raise Http404


class SpeakerStatements(_OfSpeaker):
    """What a speaker said: confirmed quotes, newest first.

    Each with its article, exact words, offsets, a little context, who decided, and the corrections
    that it takes part in. A merged speaker's address gives the statements of the one it became.
    """

    serializer_class = serializers.StatementSerializer
    filterset_class = StatementFilters
    queryset = Quote.objects.none()
    rows = staticmethod(reading.statement_rows)

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Quote]:
        return (
            Quote.objects.readable_by(self.request.user)
            .confirmed()
            .filter(speaker_id=reading.survivor_of(self.kwargs["public_id"]))
        )

    def shift(self, page: list[Any], offsets: Offsets) -> None:
        offsets.shift_quotes(page)


class SpeakerCorrections(_OfSpeaker):
    """Corrections that a speaker made or received, newest first.

    With `updated_since` also those that are `replaced` or, without their words, `withdrawn`.
    """

    serializer_class = serializers.CorrectionSerializer
    filterset_class = SpeakerCorrectionFilters
    queryset = Correction.objects.none()
    rows = staticmethod(reading.correction_rows)

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Correction]:
        speaker = reading.survivor_of(self.kwargs["public_id"])
        rows = self.to_list(Correction.objects.readable_by(self.request.user))
        return rows.filter(Q(corrector_id=speaker) | Q(corrected_id=speaker))

    def shift(self, page: list[Any], offsets: Offsets) -> None:
        offsets.shift_corrections(page)


class CorrectionList(ListView):
    """Who corrected whom, newest first. Nobody says who is right.

    With `updated_since` also those that are `replaced` or, without their words, `withdrawn`.
    """

    serializer_class = serializers.CorrectionSerializer
    filterset_class = CorrectionFilters
    queryset = Correction.objects.none()
    rows = staticmethod(reading.correction_rows)
    has_offsets = True

    @extend_schema(parameters=[OFFSET_UNIT])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Correction]:
        return self.to_list(Correction.objects.readable_by(self.request.user))

    def shift(self, page: list[Any], offsets: Offsets) -> None:
        offsets.shift_corrections(page)


class CorrectionDetail(DetailView):
    """One correction: who, whom, the evidence, and the quotes on both sides."""

    serializer_class = serializers.CorrectionSerializer
    queryset = Correction.objects.none()
    known_parameters = frozenset({"offset_unit"})

    @extend_schema(parameters=[OFFSET_UNIT, IF_NONE_MATCH])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Correction]:
        readable = Correction.objects.readable_by(self.request.user)
        return reading.correction_rows(readable.on_record())

    def shift(self, row: Correction, unit: str) -> None:
        Offsets.of_articles(unit, [row.article_id]).shift_corrections([row])

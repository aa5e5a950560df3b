"""What every reading address does: lists in pages or streams, single objects with entity tags."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, OuterRef, Q, QuerySet
from django.http import Http404, StreamingHttpResponse
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, Throttled
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from quotes.api import serializers
from quotes.api.filters import parameters
from quotes.api.offsets import CODE_POINTS, UNITS
from quotes.api.pagination import (
    BY_CHANGE,
    NEWEST_FIRST,
    PARAMETERS,
    KeysetPagination,
    Order,
    Pages,
)
from quotes.api.permissions import READING
from quotes.api.problems import BadParameter, FieldError, Problem
from quotes.api.rendering import JSONRenderer
from quotes.api.streaming import NDJSON, NDJSONRenderer, as_lines
from quotes.api.throttling import RateLimit
from quotes.models import Collection
from quotes.models.suggestion import Status, SuggestionQuerySet
from quotes.models.words import WordSearch

Answer = Response | StreamingHttpResponse
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
    """Of reading; writing takes ``written_parameters``."""
    written_parameters: ClassVar[frozenset[str]] = frozenset()
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

    def get_renderers(self) -> list[Any]:
        """Streams and linked data are for reading; what was written is answered in JSON."""
        if self.request.method not in READING:
            return [JSONRenderer()]
        renderers: list[Any] = super().get_renderers()
        return renderers

    def handle_exception(self, exc: Exception) -> Response:
        """Problems are JSON, whatever else was asked for."""
        if hasattr(self.request, "accepted_renderer"):
            self.request.accepted_renderer = JSONRenderer()
        return super().handle_exception(exc)

    def _count_failure(self, request: Request) -> None:
        limit = RateLimit().count_anonymous(request)
        if limit is not None:
            request._request.rate_limit_headers = limit.headers()  # type: ignore[attr-defined]
            if limit.is_exceeded:
                raise Throttled(limit.reset)

    def check_parameters(self, request: Request) -> None:
        """Refuse what this address does not take, and what is said twice."""
        reads = request.method in READING
        known = self.known_parameters if reads else self.written_parameters
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
    """What the person may see and the filters leave: one page of it, or all of it as a stream.

    Rows are read owner by owner (``owners``, ``belongs``), each along an index in the order of the
    list, so that a page costs the same wherever it lies and however many others cannot see it.
    """

    filterset_class: type[FilterSet] | None = None
    order: Order = NEWEST_FIRST
    pagination_class = KeysetPagination
    renderer_classes = (JSONRenderer, NDJSONRenderer)
    rows: Callable[[QuerySet[Any]], QuerySet[Any]]
    belongs: ClassVar[Q] = Q(collection=OuterRef("pk"))
    """Which rows are those of the owner ``OuterRef("pk")``."""
    having: Callable[[str], WordSearch] | None = None
    """Search for words in the rows' text, where `q` is that."""
    is_list = True
    has_offsets = False

    @property
    def known_parameters(self) -> frozenset[str]:  # type: ignore[override]
        offsets = frozenset({"offset_unit"}) if self.has_offsets else frozenset()
        return PARAMETERS | offsets | parameters(self.filterset_class)

    def owners(self) -> QuerySet[Any]:
        """What the rows belong to, as far as the person may see it."""
        return Collection.objects.readable_by(self.request.user)

    def search(self) -> WordSearch | None:
        """What the words of `q` ask of a row's text."""
        words, having = self.request.query_params.get("q"), type(self).having
        return None if words is None or having is None else having(words)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        unit = self.unit()
        pages = Pages(
            request,
            self.filter_queryset(self.get_queryset()),
            order=BY_CHANGE if self.follows() else self.order,
            owners=self.owners(),
            belongs=self.belongs,
            decorate=type(self).rows,
            search=self.search(),
        )
        if request.accepted_renderer.media_type == NDJSON:
            return self.stream(pages, unit)
        page = pages.page()
        if not page:
            self.refuse_unknown_owner()
        return pages.response(self.show(page, unit))

    def stream(self, pages: Pages, unit: str) -> StreamingHttpResponse:
        """Everything that matches, one object a line, from one state of the database."""
        pages.refuse_pages()
        if not pages.has_rows():
            self.refuse_unknown_owner()

        def rows() -> Iterator[dict[str, Any]]:
            for page in pages.pages():
                yield from self.show(page, unit)

        return StreamingHttpResponse(as_lines(rows()), content_type=NDJSON)

    def show(self, page: list[Any], unit: str) -> Any:
        if unit != CODE_POINTS:
            self.shift(page, unit)
        return self.get_serializer(page, many=True).data

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

    def shift(self, page: list[Any], unit: str) -> None:
        """Put offsets into the client's unit, where rows have offsets."""


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
        """Put offsets into the client's unit, where the row has offsets."""

    @staticmethod
    def _is_known(request: Request, tag: str) -> bool:
        known = request.headers.get("If-None-Match", "")
        tags = {part.strip().removeprefix("W/") for part in known.split(",")}
        return tag in tags or "*" in tags

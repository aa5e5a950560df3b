"""Exports: the tables of the export page, streamed to programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from annotations.selectors import exportable_collections
from quotes.api.fields import UUID_FORM
from quotes.api.problems import BadParameter, Problem
from quotes.api.rendering import JSONRenderer
from quotes.api.views import RecordView
from quotes.exports.csv import OPTIONS as FORM_OPTIONS
from quotes.exports.csv import form_of, stream_csv, table_of
from quotes.exports.filters import NAMES, ExportFilters, RefusedFilter
from quotes.exports.tables import TABLES, UNITS
from quotes.models import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OPTIONS = ("collection", *FORM_OPTIONS)


def _flag(name: str, text: str, default: str = "0") -> OpenApiParameter:
    return OpenApiParameter(name, str, enum=("0", "1"), default=default, description=text)


def _filter(name: str, text: str, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=text)


class ExportTable(RecordView):
    """One table as CSV, streamed, any number of rows.

    UTF-8, comma, CRLF, a header always. Cells that a spreadsheet would run begin with `'`; `raw=1`
    leaves that out.
    """

    scopes = {"GET": "export", "HEAD": "export"}
    queryset = Collection.objects.none()
    known_parameters = frozenset((*NAMES, *OPTIONS))

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001, FBT002 - the framework's signature
    ) -> tuple[BaseRenderer, str]:
        """CSV is what there is here, whatever is asked for; problems are JSON."""
        return JSONRenderer(), "application/json"

    @extend_schema(
        responses={(200, "text/csv"): OpenApiTypes.STR},
        parameters=[
            OpenApiParameter(
                "table", str, OpenApiParameter.PATH, enum=tuple(TABLES), description="Which table."
            ),
            _filter("collection", "Id of the collection.", OpenApiTypes.UUID),
            _filter("article", "Id of the article.", OpenApiTypes.UUID),
            _filter("outlet", "The outlet's name, exactly."),
            _filter("speaker", "Id of the speaker.", OpenApiTypes.UUID),
            _filter("kind", "Kinds of quotes or corrections, parted by commas."),
            _filter("status", "States, parted by commas."),
            _filter("published_after", "Published on this day or later.", OpenApiTypes.DATE),
            _filter("published_before", "Published on this day or earlier.", OpenApiTypes.DATE),
            _flag("raw", "`1`: cells exactly as stored, also where a spreadsheet would run them."),
            _flag("excel", "`1`: a byte order mark in front, so that Excel reads UTF-8."),
            _flag("body", "`0`: the words of articles are left out (copyright).", default="1"),
            OpenApiParameter(
                "unit",
                str,
                enum=tuple(UNITS),
                default="quote",
                description="What one row of quotes.csv stands for.",
            ),
        ],
    )
    def get(self, request: Request, table: str) -> StreamingHttpResponse:
        if table not in TABLES:
            raise Http404
        try:
            table, form = table_of(table, request.query_params), form_of(request.query_params)
        except RefusedFilter as refusal:
            raise BadParameter(refusal.name, str(refusal)) from refusal
        blocks = stream_csv(table, self._filters(request), form)
        return StreamingHttpResponse(
            blocks,
            content_type="text/csv; charset=utf-8; header=present",
            headers={"Content-Disposition": f'attachment; filename="{table}.csv"'},
        )

    def _filters(self, request: Request) -> ExportFilters:
        collections = exportable_collections(cast("User", request.user))
        if not collections:
            raise Problem("forbidden", "You may not export from any collection.")
        collection = request.query_params.get("collection")
        if collection is not None:
            if not UUID_FORM.fullmatch(collection):
                raise BadParameter("collection", "An id is a UUID.")
            collections = [row for row in collections if str(row.public_id) == collection.lower()]
        try:
            filters = ExportFilters.parse(request.query_params, within=(), besides=OPTIONS)
        except RefusedFilter as refusal:
            raise BadParameter(refusal.name, str(refusal)) from refusal
        return dataclasses.replace(filters, within=tuple(row.pk for row in collections))

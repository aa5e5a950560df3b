"""Exports: the tables and formats of the export page, for programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.http import FileResponse, Http404, StreamingHttpResponse
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
from quotes.exports.files import open_format
from quotes.exports.filters import NAMES, ExportFilters, RefusedFilter
from quotes.exports.formats.all import SERVED
from quotes.exports.tables import TABLES, UNITS
from quotes.models import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def _flag(name: str, text: str, default: str = "0") -> OpenApiParameter:
    return OpenApiParameter(name, str, enum=("0", "1"), default=default, description=text)


def _filter(name: str, text: str, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=text)


_FILTERS = (
    _filter("collection", "Id of the collection.", OpenApiTypes.UUID),
    _filter("article", "Id of the article.", OpenApiTypes.UUID),
    _filter("outlet", "The outlet's name, exactly."),
    _filter("language", "BCP 47, as in `en` or `pt-BR`."),
    _filter("external_id", "The id that the importer gave."),
    _filter("published_after", "Published on this day or later.", OpenApiTypes.DATE),
    _filter("published_before", "Published on this day or earlier.", OpenApiTypes.DATE),
    _filter("speaker", "Id of the speaker.", OpenApiTypes.UUID),
    _filter("addressee", "Id of the speaker spoken to.", OpenApiTypes.UUID),
    _filter("kind", "Kinds of quotes or corrections, parted by commas."),
    _filter("status", "States, parted by commas."),
    _filter("origin", "Who put it there, parted by commas: `machine`, `person`, `import`."),
    _filter("cue_lemma", "As in `say` or `according to`."),
    _filter("min_confidence", "The engine was at least this sure, from 0 to 1."),
    _filter("updated_since", "Changed at this time or later.", OpenApiTypes.DATETIME),
    _filter("has_speaker", "The speaker is known, or is not.", bool),
    _filter("q", 'Words of the quote; `"…"` for a phrase, `-` to leave out, `or`.'),
    _filter("corrector", "Id of who corrects.", OpenApiTypes.UUID),
    _filter(
        "corrected",
        "`true` or `false`: quotes that are the claim of a live correction, or are not. An id: "
        "corrections of this speaker.",
    ),
    _filter("distinct", "`true`: each correction once, without its retellings.", bool),
)


class _Export(RecordView):
    scopes = {"GET": "export", "HEAD": "export"}
    queryset = Collection.objects.none()
    options: ClassVar[tuple[str, ...]] = ("collection",)
    """Parameters that are no filters of rows."""

    @property
    def known_parameters(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset((*NAMES, *self.options))

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001, FBT002 - the framework's signature
    ) -> tuple[BaseRenderer, str]:
        """A file is what there is here, whatever is asked for; problems are JSON."""
        return JSONRenderer(), "application/json"

    def filters(self, request: Request) -> ExportFilters:
        """What the person may take away and the parameters leave of it."""
        collections = exportable_collections(cast("User", request.user))
        if not collections:
            raise Problem("forbidden", "You may not export from any collection.")
        collection = request.query_params.get("collection")
        if collection is not None:
            if not UUID_FORM.fullmatch(collection):
                raise BadParameter("collection", "An id is a UUID.")
            collections = [row for row in collections if str(row.public_id) == collection.lower()]
        try:
            filters = ExportFilters.parse(request.query_params, within=(), besides=self.options)
        except RefusedFilter as refusal:
            raise BadParameter(refusal.name, str(refusal)) from refusal
        return dataclasses.replace(filters, within=tuple(row.pk for row in collections))


class ExportTable(_Export):
    """One table as CSV, streamed, any number of rows.

    UTF-8, comma, CRLF, a header always. Cells that a spreadsheet would run begin with `'`; `raw=1`
    leaves that out.
    """

    options = ("collection", *FORM_OPTIONS)

    @extend_schema(
        operation_id="exports_table_retrieve",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        parameters=[
            OpenApiParameter(
                "table", str, OpenApiParameter.PATH, enum=tuple(TABLES), description="Which table."
            ),
            *_FILTERS,
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
        blocks = stream_csv(table, self.filters(request), form)
        return StreamingHttpResponse(
            blocks,
            content_type="text/csv; charset=utf-8; header=present",
            headers={"Content-Disposition": f'attachment; filename="{table}.csv"'},
        )


class ExportInFormat(_Export):
    """The record in another tool's format, one file.

    It holds the words of articles; without a filter on `status`, what is suggested or confirmed.
    """

    @extend_schema(
        operation_id="exports_format_retrieve",
        responses={(200, one.media_type): OpenApiTypes.BINARY for one in SERVED.values()},
        parameters=[
            OpenApiParameter(
                "name",
                str,
                OpenApiParameter.PATH,
                enum=tuple(SERVED),
                description="Which format: "
                + ", ".join(f"`{o.name}` {o.title}" for o in SERVED.values())
                + ".",
            ),
            *_FILTERS,
        ],
    )
    def get(self, request: Request, name: str) -> FileResponse:
        chosen = SERVED.get(name)
        if chosen is None:
            raise Http404
        return FileResponse(
            open_format(chosen, self.filters(request)),
            as_attachment=True,
            filename=chosen.file_name,
            content_type=chosen.media_type,
        )

"""The export page: what there is to download, and the downloads themselves."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from annotations import selectors
from annotations.refusals import Invalid, NotVisible
from annotations.views.answers import SignedInRequest, refusing, signed_in
from quotes.exports.codebook import codebook_csv
from quotes.exports.csv import OPTIONS, Form, form_of, row_counts, stream_csv, table_of
from quotes.exports.files import open_format
from quotes.exports.filters import ExportFilters, RefusedFilter
from quotes.exports.formats.all import SERVED
from quotes.exports.preview import first_quotes
from quotes.exports.tables import TABLES

PREVIEWED = (
    "outlet",
    "published_on",
    "speaker_name",
    "kind",
    "quote_text",
    "status",
)


@require_safe
@signed_in
@refusing
def export_list(request: SignedInRequest) -> HttpResponse:
    """Choose what goes in, see how many rows it is and the first of them, take it."""
    filters, form = _filters(request), _form(request)
    given = request.GET.copy()
    for name in [name for name in given if not given[name]]:
        del given[name]
    collections = selectors.exportable_collections(request.user)
    context = {
        "tables": [(TABLES[name], n) for name, n in row_counts(filters).items()],
        "outlets": selectors.outlets(request.user),
        "collections": collections,
        "given": given,
        "query": given.urlencode(),
        "formats": list(SERVED.values()),
        "previewed": [column for column in TABLES["quotes"].columns if column.name in PREVIEWED],
        "rows": [
            [row[name] for name in TABLES["quotes"].header if name in PREVIEWED]
            for row in (first_quotes(filters, form) if collections else [])
        ],
    }
    page = "_export_result.html" if request.htmx else "export_list.html"
    return render(request, f"annotations/{page}", context)


@require_safe
@signed_in
def export_codebook(request: SignedInRequest) -> HttpResponse:
    """Every column of every table: what it means, what may stand in it, who made it."""
    return render(request, "annotations/export_codebook.html", {"tables": TABLES.values()})


@require_safe
@signed_in
def export_codebook_file(request: SignedInRequest) -> HttpResponse:
    """The codebook as CSV."""
    answer = HttpResponse(codebook_csv(), content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = 'attachment; filename="codebook.csv"'
    return answer


@require_GET
@signed_in
@refusing
def export_table(request: SignedInRequest, table: str) -> HttpResponseBase:
    """One table as CSV, streamed: any number of rows."""
    if table not in TABLES:
        raise NotVisible("There is no such table.")
    filters = _filters(request)
    form = _form(request)
    try:
        table = table_of(table, request.GET)
    except RefusedFilter as refusal:
        raise Invalid(str(refusal), field=refusal.name) from refusal
    rows = stream_csv(table, filters, form)
    answer = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="{table}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
@signed_in
@refusing
def export_format(request: SignedInRequest, name: str) -> HttpResponseBase:
    """The record in another tool's format, as a file; those that need spaCy are not made here."""
    chosen = SERVED.get(name)
    if chosen is None:
        raise NotVisible("There is no such format.")
    if not _form(request).body:
        raise Invalid("A format holds the articles’ words. Take the tables without them.")
    answer = FileResponse(
        open_format(chosen, _filters(request)),
        as_attachment=True,
        filename=chosen.file_name,
        content_type=chosen.media_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _filters(request: SignedInRequest) -> ExportFilters:
    within = [collection.pk for collection in selectors.exportable_collections(request.user)]
    try:
        return ExportFilters.parse(request.GET, within=within, besides=OPTIONS)
    except RefusedFilter as refusal:
        raise Invalid(str(refusal), field=refusal.name) from refusal


def _form(request: SignedInRequest) -> Form:
    try:
        return form_of(request.GET)
    except RefusedFilter as refusal:
        raise Invalid(str(refusal), field=refusal.name) from refusal

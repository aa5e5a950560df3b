"""The export page: what there is to download, and the downloads themselves."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from annotations import selectors
from annotations.refusals import Invalid, NotVisible
from annotations.views.answers import SignedInRequest, refusing, signed_in
from quotes.exports.csv import count_rows, stream_csv
from quotes.exports.filters import ExportFilters, RefusedFilter
from quotes.exports.tables import TABLES

OPTIONS = ("raw", "excel")


@require_safe
@signed_in
@refusing
def export_list(request: SignedInRequest) -> HttpResponse:
    """Choose what goes in, see how many rows it is, take it."""
    filters = _filters(request)
    given = request.GET.copy()
    context = {
        "tables": [(table, count_rows(name, filters)) for name, table in TABLES.items()],
        "outlets": selectors.outlets(request.user),
        "collections": selectors.exportable_collections(request.user),
        "given": given,
        "query": given.urlencode(),
        "quotes": TABLES["quotes"],
    }
    return render(request, "annotations/export_list.html", context)


@require_GET
@signed_in
@refusing
def export_table(request: SignedInRequest, table: str) -> HttpResponseBase:
    """One table as CSV, streamed: any number of rows."""
    if table not in TABLES:
        raise NotVisible("There is no such table.")
    filters = _filters(request)
    raw, excel = (request.GET.get(option) == "1" for option in OPTIONS)
    rows = stream_csv(table, filters, raw=raw, excel=excel)
    answer = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="{table}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _filters(request: SignedInRequest) -> ExportFilters:
    within = [collection.pk for collection in selectors.exportable_collections(request.user)]
    try:
        return ExportFilters.parse(request.GET, within=within, besides=OPTIONS)
    except RefusedFilter as refusal:
        raise Invalid(str(refusal), field=refusal.name) from refusal

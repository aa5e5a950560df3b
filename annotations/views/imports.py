"""Bringing articles in: paste or files, then a report of each item that fills in by itself."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from annotations import selectors
from annotations.forms.base import checked
from annotations.forms.imports import AddressForm, FilesForm, PasteForm, TriedFilesForm
from annotations.operations.importing import (
    import_address,
    import_annotations,
    import_articles,
    import_people,
)
from annotations.views.answers import SignedInRequest, refused, refusing, signed_in
from quotes.api.throttling import count_within
from quotes.formula_guard import guard
from quotes.importing import (
    MAX_ARCHIVE_BYTES,
    MAX_FILE_BYTES,
    ArticleInput,
    ReadFailure,
    read_paste,
    read_upload,
)
from quotes.models import Import

TABLED = {"annotations": import_annotations, "speakers": import_people}
"""Ways in that answer at once with what became of each line, or would."""
ADDRESSES_PER_QUARTER_HOUR = 60
"""Each keeps a thread of the server waiting, for ten seconds at most."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def article_import(request: SignedInRequest) -> HttpResponse:
    """Paste one article, or choose files that may hold many."""
    collections = selectors.importable_collections(request.user)
    if request.POST.get("way") == "address":
        return _from_address(request)
    way = request.POST.get("way") or request.GET.get("way", "")
    if way in TABLED:
        return _with_report(request, way)
    by_files = "uploads" in request.FILES or request.POST.get("way") == "files"
    data = request.POST if request.method == "POST" else None
    paste = PasteForm(None if by_files else data, collections=collections)
    files = FilesForm(data if by_files else None, request.FILES or None, collections=collections)
    used = files if by_files else paste
    if used.is_valid():
        facts = dict(used.cleaned_data)
        collection = facts.pop("collection")
        items = _from_files(facts["uploads"]) if by_files else iter([read_paste(**facts)])
        batch = import_articles(collection=collection, user=request.user, items=items)
        return _after(batch)
    ways = {"files", "address"} if settings.URL_IMPORT else {"files"}
    context = {
        "paste": paste,
        "files": files,
        "way": "files" if by_files else way if way in ways else "paste",
        "address_allowed": settings.URL_IMPORT,
        "collections": collections,
        "max_megabytes": MAX_FILE_BYTES // 2**20,
    }
    status = 422 if used.is_bound else 200
    return render(request, "annotations/article_import.html", context, status=status)


@require_safe
@signed_in
@refusing
def import_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What became of each item; asked for each second while the engine still reads."""
    batch, items = selectors.import_report(request.user, public_id)
    waiting = selectors.still_read(items)
    context = {
        "batch": batch,
        "items": items,
        "waiting": waiting,
        "read": len(items) - waiting,
        "tally": selectors.tally(items),
    }
    page = "_import_report.html" if request.htmx else "import_detail.html"
    return render(request, f"annotations/{page}", context)


@require_safe
@signed_in
@refusing
def import_report_file(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The report as a table: one row an item, with its article's address."""
    batch, items = selectors.import_report(request.user, public_id)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{batch.created_at:%Y-%m-%d}.csv"'
    rows = csv.writer(answer, lineterminator="\r\n")
    rows.writerow(("item", "name", "state", "reason", "title", "article_url", "reading", "quotes"))
    for item in items:
        article = item.article
        there = (
            request.build_absolute_uri(
                reverse("annotations:article_detail", args=[article.public_id])
            )
            if article
            else ""
        )
        cells = (
            item.name,
            item.state,
            item.message,
            article.title if article else "",
            there,
            item.run_state or "",  # type: ignore[attr-defined]
            str(item.n_quotes or 0) if article else "",  # type: ignore[attr-defined]
        )
        rows.writerow((item.ordinal, *map(guard, cells)))
    return answer


def _with_report(request: SignedInRequest, way: str) -> HttpResponse:
    """Take a file in at once, or only say what would happen; the page shows which line did what."""
    collections = selectors.importable_collections(request.user)
    form = TriedFilesForm(request.POST or None, request.FILES or None, collections=collections)
    report, dry_run = None, False
    if form.is_valid():
        facts = form.cleaned_data
        dry_run = facts["dry_run"]
        report = TABLED[way](
            collection=facts["collection"],
            user=request.user,
            files=[(upload.name or "file", cast(BinaryIO, upload)) for upload in facts["uploads"]],
            dry_run=dry_run,
        )
    context = {
        "way": way,
        "form": form,
        "report": report,
        "states": sorted(report.states.items()) if report else [],
        "counts": sorted(report.counts.items()) if report else [],
        "dry_run": dry_run,
        "address_allowed": settings.URL_IMPORT,
        "collections": collections,
        "max_megabytes": MAX_ARCHIVE_BYTES // 2**20,
    }
    status = 422 if form.is_bound and report is None else 200
    return render(request, "annotations/article_import_tables.html", context, status=status)


def _from_address(request: SignedInRequest) -> HttpResponse:
    """Ask another server for the article; each person only so often."""
    form = AddressForm(request.POST, collections=selectors.importable_collections(request.user))
    facts = checked(form)
    limit = count_within(
        name="import-address",
        client=f"user:{request.user.pk}",
        allowed=ADDRESSES_PER_QUARTER_HOUR,
        seconds=900,
    )
    if limit.is_exceeded:
        return refused(request, "Too many addresses at once. Wait a quarter of an hour.", 429)
    batch = import_address(
        collection=facts["collection"], user=request.user, address=facts["address"].strip()
    )
    return _after(batch)


def _from_files(uploads: list[UploadedFile]) -> Iterator[ArticleInput | ReadFailure]:
    """Read one file after the other; a file over the limit is never read into memory whole."""
    return chain.from_iterable(
        read_upload(upload.name or "file", cast(BinaryIO, upload)) for upload in uploads
    )


def _after(batch: Import) -> HttpResponse:
    """One new article opens at once; anything else shows its report."""
    items = list(batch.items.select_related("article").defer("article__text")[:2])
    if len(items) == 1 and items[0].state == "stored" and items[0].article:
        return redirect("annotations:article_detail", items[0].article.public_id)
    return redirect("annotations:import_detail", batch.public_id)

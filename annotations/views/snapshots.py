"""Snapshots on the export page: ask for one, see what is kept, take it."""

from __future__ import annotations

import uuid

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from annotations import selectors
from annotations.models import Snapshot
from annotations.operations.snapshots import path_of, request_snapshot
from annotations.refusals import Invalid, NotVisible
from annotations.views.answers import SignedInRequest, refusing, signed_in
from quotes.exports.csv import form_of
from quotes.exports.filters import NAMES, RefusedFilter
from quotes.models import Collection


@require_safe
@signed_in
@refusing
def snapshot_list(request: SignedInRequest) -> HttpResponse:
    """What is kept, newest first; asked for again while one is being made."""
    rows = selectors.snapshots(request.user)
    context = {
        "snapshots": rows,
        "waiting": any(row.state in {"queued", "running"} for row in rows),
        "collections": selectors.exportable_collections(request.user),
    }
    page = "_snapshots.html" if request.htmx else "snapshot_list.html"
    return render(request, f"annotations/{page}", context)


@require_POST
@signed_in
@refusing
def snapshot_make(request: SignedInRequest) -> HttpResponse:
    """Ask for the next snapshot of a collection, with the filters of the form."""
    collection = get_object_or_404(
        Collection.objects.readable_by(request.user), slug=request.POST.get("collection", "")
    )
    filters = {name: request.POST.get(name, "") for name in NAMES if name != "collection"}
    try:
        form = form_of(request.POST)
    except RefusedFilter as refusal:
        raise Invalid(str(refusal), field=refusal.name) from refusal
    request_snapshot(collection=collection, user=request.user, filters=filters, form=form)
    return redirect("annotations:snapshot_list")


@require_GET
@signed_in
@refusing
def snapshot_download(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The zip of a finished snapshot."""
    row = selectors.snapshots(request.user, public_id=public_id)
    if not row or row[0].state != Snapshot.State.DONE:
        raise NotVisible("There is no such snapshot.")
    path = path_of(row[0])
    if not path.is_file():
        raise NotVisible(f"The file {path.name} is not where it was put. Ask who runs the server.")
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=path.name, content_type="application/zip"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer

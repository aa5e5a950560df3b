"""What became of somebody's decisions, and taking back one of them."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations import selectors
from annotations.conflicts import undo_refusal
from annotations.forms.base import ActionForm, checked, without_page
from annotations.operations.undoing import ChangedSince, undo_edit
from annotations.sentences import what_was_undone
from annotations.views.answers import SignedInRequest, came_from, refusing, said, signed_in

FATES = {"": "All", "stands": "Stand", "changed": "Changed by others", "undone": "Taken back"}


@require_safe
@signed_in
@refusing
def history_list(request: SignedInRequest) -> HttpResponse:
    """This person's decisions, and what became of them."""
    fate = request.GET.get("fate", "")
    fate = fate if fate in FATES else ""
    outcomes = selectors.what_became(
        request.user, person=request.user, fate=fate, page=request.GET.get("page")
    )
    counts = outcomes.counts
    chips = [(key, label, counts[key or "all"]) for key, label in FATES.items()]
    context = {
        "page": outcomes.page,
        "outcomes": outcomes.rows,
        "counts": counts,
        "chips": chips,
        "fate": fate,
        "query": without_page(request.GET),
    }
    return render(request, "annotations/history_list.html", context)


@require_POST
@signed_in
@refusing
def edit_undo(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back one decision where its sentence stands; refused where it was changed since."""
    version = checked(ActionForm(request.POST))["version"]
    back = came_from(request)
    try:
        edit = undo_edit(object_id=public_id, version=version, user=request.user)
    except ChangedSince as refusal:
        context = {
            "refusal": undo_refusal(refusal.edit, refusal.current),
            "of_history": True,
            "back": back,
        }
        return render(request, "annotations/undo_refused.html", context, status=409)
    gone = (edit.after or {}).get("status") == "withdrawn"
    if gone and edit.article:  # what was added is off the record, and so is its page
        back = reverse("annotations:article_history", args=[edit.article.public_id])
    return said(request, f"Undone: {what_was_undone([edit])}", to=back)

"""Undo and redo: one button each, on every page that decides something."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from annotations import selectors
from annotations.conflicts import undo_refusal
from annotations.forms.articles import UndoForm
from annotations.forms.base import checked
from annotations.operations.undoing import ChangedSince, redo_last, undo_last
from annotations.sentences import what_was_undone
from annotations.views.answers import (
    SignedInRequest,
    came_from,
    desk_answer,
    refusing,
    safe_next,
    said,
    signed_in,
)

if TYPE_CHECKING:
    from annotations.models import Edit


@require_POST
@signed_in
@refusing
def undo(request: SignedInRequest) -> HttpResponse:
    """Take back this person's last decision."""
    return _reverse(request, undo_last, "Undone", undone=True)


@require_POST
@signed_in
@refusing
def redo(request: SignedInRequest) -> HttpResponse:
    """Do again what was taken back last."""
    return _reverse(request, redo_last, "Done again", undone=False)


def _reverse(
    request: SignedInRequest, operation: Callable[..., list[Edit]], word: str, *, undone: bool
) -> HttpResponse:
    data = checked(UndoForm(request.POST))
    article = selectors.article_in_full(request.user, data["article"]) if data["article"] else None
    past = {"before": data["before"]} if undone else {}
    try:
        edits = operation(user=request.user, article=article, **past)
    except ChangedSince as refusal:
        return _changed_since(request, refusal, undone=undone)
    message = f"{word}: {what_was_undone(edits)}"
    if article is None:
        answer = said(request, message, to=safe_next(request, request.POST.get("next", "")))
        if request.htmx:
            return HttpResponse(headers={"HX-Redirect": answer["Location"]})
        return answer
    return desk_answer(
        request,
        article_id=article.public_id,
        card_id=str(edits[0].object_id),
        message=message,
        whole=True,
        stay=True,
        undone=undone,
    )


def _changed_since(
    request: SignedInRequest, refusal: ChangedSince, *, undone: bool
) -> HttpResponse:
    """Both versions, and the way past: the decision before it."""
    context = {
        "refusal": undo_refusal(refusal.edit, refusal.current),
        "undone": undone,
        "article": request.POST.get("article", ""),
        "next": request.POST.get("next", ""),
        "back": came_from(request),
    }
    page = "annotations/_undo_refused.html" if request.htmx else "annotations/undo_refused.html"
    answer = render(request, page, context, status=409)
    return reswap(retarget(answer, "#ask"), "innerHTML") if request.htmx else answer

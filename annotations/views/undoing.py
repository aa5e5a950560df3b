"""Undo and redo: one button each, on every page that decides something."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from annotations import selectors
from annotations.forms import UndoForm, checked
from annotations.operations.undoing import redo_last, undo_last
from annotations.sentences import what_was_undone
from annotations.views.answers import (
    SignedInRequest,
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
    article_id = checked(UndoForm(request.POST))["article"]
    article = selectors.article_in_full(request.user, article_id) if article_id else None
    edits = operation(user=request.user, article=article)
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

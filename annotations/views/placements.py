"""A changed story asks where each decision belongs: both texts side by side, one at a time."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations import selectors
from annotations.forms.articles import PlacementForm, QuestionForm
from annotations.forms.base import ActionForm, checked, lenient
from annotations.operations.placing import leave_behind, place
from annotations.operations.selections import Selection
from annotations.views.answers import SignedInRequest, refusing, signed_in
from quotes.models import Placement


@require_safe
@signed_in
@refusing
def article_placements(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where does this stand now? The older text beside the new one."""
    asked = lenient(QuestionForm(request.GET))
    questions = selectors.questions_of(
        request.user, public_id, at=asked["at"] or None, whole=bool(asked["whole"])
    )
    context = {
        "questions": questions,
        "question": questions.question,
        "article": questions.article,
        "may_annotate": selectors.may(request.user, questions.article, "annotate"),
    }
    return render(request, "annotations/article_placements.html", context)


@require_POST
@signed_in
@refusing
def placement_place(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the place offered, or the words that were selected or written."""
    data = checked(PlacementForm(request.POST))
    words = None
    if "exact" in request.POST:
        placement, text = selectors.question_text(request.user, public_id)
        words = [_chosen(text, data, near=selectors.offered_start(placement))]
    placement = place(public_id=public_id, version=data["version"], user=request.user, words=words)
    return _onward(request, placement, "Placed in the new version.")


@require_POST
@signed_in
@refusing
def placement_leave(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The changed story no longer has it."""
    data = checked(ActionForm(request.POST))
    placement = leave_behind(public_id=public_id, version=data["version"], user=request.user)
    return _onward(request, placement, "Kept out of the new version.")


def _chosen(text: str, data: dict[str, object], *, near: int) -> Selection:
    exact = str(data["exact"])
    start, end = data["start"], data["end"]
    if not isinstance(start, int) or not isinstance(end, int):
        exact = exact.strip()
        start = selectors.place_of(text, exact, near=near)
        end = start + len(exact)
    return Selection(start, end, exact)


def _onward(request: SignedInRequest, placement: Placement, message: str) -> HttpResponse:
    """The next question, or the article when all is answered."""
    messages.success(request, message)
    article_id = placement.newer.public_id
    if Placement.objects.asked().filter(newer=placement.newer).exists():
        return redirect("annotations:article_placements", article_id)
    messages.success(request, "All decisions have their place.")
    return redirect(reverse("annotations:article_detail", args=[article_id]))

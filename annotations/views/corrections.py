"""Who corrected whom: the page of corrections, and what an editor does to one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations import selectors
from annotations.forms.base import ActionForm, checked, lenient, without_page
from annotations.forms.lists import CorrectionFilterForm
from annotations.operations.corrections import (
    confirm_correction,
    reject_correction,
    reopen_correction,
    swap_correction,
)
from annotations.permissions import allows, role_in
from annotations.picture import draw
from annotations.sentences import sentences
from annotations.views.answers import (
    SignedInRequest,
    desk_answer,
    refusing,
    said,
    signed_in,
)
from quotes.models import Correction


@require_safe
@signed_in
@refusing
def correction_list(request: SignedInRequest) -> HttpResponse:
    """Claim, evidence and retort side by side, newest first."""
    filters = lenient(CorrectionFilterForm(request.GET))
    page = selectors.correction_list(request.user, filters, request.GET.get("page"))
    pairs, n_pairs = selectors.correction_pairs(request.user, filters)
    context = {
        "page": page,
        "cards": selectors.triptychs(request.user, list(page.object_list)),
        "counts": selectors.correction_counts(request.user),
        "pairs": pairs[:12],
        "n_pairs": n_pairs,
        "picture": draw(pairs[:12]),
        "filters": filters,
        "query": without_page(request.GET),
        "on_list": True,
    }
    return render(request, "annotations/correction_list.html", context)


def _act(
    request: SignedInRequest,
    public_id: uuid.UUID,
    operation: Callable[..., Correction],
    message: str,
    *,
    stay: bool = False,
) -> HttpResponse:
    data = checked(ActionForm(request.POST))
    correction = operation(public_id=public_id, version=data["version"], user=request.user)
    return correction_answer(request, correction, message, stay=stay)


def correction_answer(
    request: SignedInRequest,
    correction: Correction,
    message: str,
    *,
    stay: bool = False,
    whole: bool = False,
) -> HttpResponse:
    """The changed card, as the page draws it that the form was on."""
    if request.POST.get("from") == "list":
        return _list_answer(request, correction, message)
    return desk_answer(
        request,
        article_id=correction.article.public_id,
        changed=correction.article,
        card_id=str(correction.public_id),
        message=message,
        stay=stay,
        whole=whole,
    )


def _list_answer(request: SignedInRequest, correction: Correction, message: str) -> HttpResponse:
    """The same card as the page of corrections draws."""
    if not request.htmx:
        to = f"{reverse('annotations:correction_list')}#item-{correction.public_id}"
        return said(request, message, to=to)
    context = {
        "card": selectors.triptych_of(request.user, correction),
        "on_list": True,
        "said": message,
        "can_undo": True,
        "oob": True,
        "counts": selectors.correction_counts(request.user),
    }
    return render(request, "annotations/_triptych_answer.html", context)


@require_POST
@signed_in
@refusing
def correction_confirm(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Accept as shown."""
    return _act(request, public_id, confirm_correction, "Correction confirmed")


@require_POST
@signed_in
@refusing
def correction_reject(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Nobody is corrected here."""
    return _act(request, public_id, reject_correction, "Rejected: not a correction")


@require_POST
@signed_in
@refusing
def correction_reopen(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A suggestion again."""
    return _act(request, public_id, reopen_correction, "Reopened: a suggestion again", stay=True)


@require_POST
@signed_in
@refusing
def correction_swap(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The other way round; still to be accepted."""
    return _act(request, public_id, swap_correction, "Sides swapped", stay=True)


@require_safe
@signed_in
@refusing
def correction_history(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who decided what of this correction."""
    correction = selectors.readable_correction(request.user, public_id)
    edits = list(selectors.history_of(object_id=correction.public_id)[:200])
    role = role_in(request.user, correction.collection_id)
    context = {
        "correction": correction,
        "sentences": sentences(edits),
        "may_annotate": allows(role, "annotate"),
        "may_withdraw": allows(role, "withdraw"),
    }
    return render(request, "annotations/correction_history.html", context)

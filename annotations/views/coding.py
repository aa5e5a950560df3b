"""Blind coding: one's own answers on an article, one case after the other."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations import selectors
from annotations.forms.base import checked
from annotations.forms.team import AnswerForm
from annotations.models import Coding
from annotations.operations.coding import code_correction, code_quote, finish_assignment
from annotations.refusals import Invalid
from annotations.views.answers import SignedInRequest, refusing, signed_in


@require_safe
@signed_in
@refusing
def assignment_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The first case without an answer, or the one asked for."""
    desk = selectors.coding_desk(request.user, public_id, focus=request.GET.get("focus", ""))
    return render(request, "annotations/assignment_detail.html", {"desk": desk})


@require_POST
@signed_in
@refusing
def quote_code(request: SignedInRequest, public_id: uuid.UUID, quote_id: uuid.UUID) -> HttpResponse:
    """Answer on a quote, and go on."""
    asked = checked(AnswerForm(request.POST))
    coding = code_quote(
        assignment_id=public_id,
        quote_id=quote_id,
        user=request.user,
        is_there=asked["is_there"],
        kind=asked["kind"],
        speaker_id=_speaker(request, public_id, asked),
    )
    return _onward(request, public_id, coding)


@require_POST
@signed_in
@refusing
def correction_code(
    request: SignedInRequest, public_id: uuid.UUID, correction_id: uuid.UUID
) -> HttpResponse:
    """Answer on a correction, and go on."""
    asked = checked(AnswerForm(request.POST))
    coding = code_correction(
        assignment_id=public_id,
        correction_id=correction_id,
        user=request.user,
        is_there=asked["is_there"],
        kind=asked["kind"],
        corrector_id=asked["corrector"],
        corrected_id=asked["corrected"],
    )
    return _onward(request, public_id, coding)


@require_POST
@signed_in
@refusing
def assignment_finish(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that one is through."""
    assignment = finish_assignment(public_id=public_id, user=request.user)
    messages.success(request, "Done. Your answers can no longer be changed.")
    return redirect("annotations:team_detail", assignment.collection.public_id)


def _speaker(
    request: SignedInRequest, public_id: uuid.UUID, asked: dict[str, Any]
) -> uuid.UUID | None:
    """Who was chosen, or the one who goes by the name that was written."""
    name = asked["name"].strip()
    if asked["speaker"] or not name or not asked["is_there"]:
        return asked["speaker"] or None
    found = selectors.speaker_named(request.user, public_id, name)
    if found is None:
        raise Invalid(f"Nobody here, or more than one, goes by the name “{name}”.", field="name")
    return found


def _onward(request: SignedInRequest, public_id: uuid.UUID, coding: Coding) -> HttpResponse:
    address = reverse("annotations:assignment_detail", args=[public_id])
    if request.POST.get("again"):  # an answer that was changed: stay where it stands
        case = coding.quote or coding.correction
        address += f"?focus={case.public_id}" if case else ""
    return redirect(address)

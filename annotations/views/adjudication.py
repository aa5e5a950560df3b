"""Settling disputes: each coder's answer side by side, and one that holds."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from annotations import selectors
from annotations.forms.base import checked
from annotations.forms.team import SettleForm
from annotations.operations.adjudicating import accept_agreed, settle_correction, settle_quote
from annotations.views.answers import SignedInRequest, refusing, signed_in


@require_safe
@signed_in
@refusing
def article_disputes(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the coders of an article disagree about."""
    context = {"found": selectors.disputes_of(request.user, public_id)}
    return render(request, "annotations/article_disputes.html", context)


@require_POST
@signed_in
@refusing
def article_accept_agreed(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take over what all coders answered alike."""
    n = accept_agreed(article_id=public_id, user=request.user)
    messages.success(request, f"Decided {n} as all coders answered. One undo takes all back.")
    return redirect("annotations:article_disputes", public_id)


@require_POST
@signed_in
@refusing
def quote_settle(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One answer on a quote holds."""
    asked = checked(SettleForm(request.POST))
    quote = settle_quote(
        public_id=public_id,
        version=asked["version"],
        user=request.user,
        is_there=asked["is_there"],
        kind=asked["kind"],
        speaker_id=asked["speaker"],
    )
    messages.success(request, "Settled.")
    return redirect("annotations:article_disputes", quote.article.public_id)


@require_POST
@signed_in
@refusing
def correction_settle(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One answer on a correction holds."""
    asked = checked(SettleForm(request.POST))
    correction = settle_correction(
        public_id=public_id,
        version=asked["version"],
        user=request.user,
        is_there=asked["is_there"],
        kind=asked["kind"],
        corrector_id=asked["corrector"],
        corrected_id=asked["corrected"],
    )
    messages.success(request, "Settled.")
    return redirect("annotations:article_disputes", correction.article.public_id)

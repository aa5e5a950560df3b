"""Withdrawing for legal or privacy reasons, and putting back: managers only."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import selectors
from annotations.forms.base import checked
from annotations.forms.speakers import WithdrawForm
from annotations.operations.putting_back import put_back
from annotations.operations.withdrawing import withdraw
from annotations.views.answers import SignedInRequest, refusing, said, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def withdraw_page(request: SignedInRequest, public_id: uuid.UUID, kind: str) -> HttpResponse:
    """What would go and why it should; a post withdraws it."""
    if request.method == "POST":
        data = checked(WithdrawForm(request.POST))
        act = withdraw(kind=kind, public_id=public_id, user=request.user, **data)
        message = f"Withdrawn: {act.n_quotes} quotes and {act.n_corrections} corrections went."
        return said(request, message, to=reverse("annotations:withdrawal_list"))
    context = {"asked": selectors.to_withdraw(request.user, kind, public_id), "kind": kind}
    return render(request, "annotations/withdraw.html", context)


@require_safe
@signed_in
@refusing
def withdrawal_list(request: SignedInRequest) -> HttpResponse:
    """What was withdrawn in one's collections, why, and by whom."""
    page = selectors.withdrawals(request.user, request.GET.get("page"))
    return render(request, "annotations/withdrawal_list.html", {"page": page})


@require_POST
@signed_in
@refusing
def withdrawal_put_back(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put all that went with it back on the record."""
    act = put_back(public_id=public_id, user=request.user)
    return said(
        request, f"Back on the record: {act.label}", to=reverse("annotations:withdrawal_list")
    )

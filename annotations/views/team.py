"""The team of a collection: who has what to do, how far they are, and how far they agree."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from annotations import selectors
from annotations.forms.base import checked
from annotations.forms.team import AssignForm
from annotations.models import Purpose
from annotations.operations.assigning import assign_articles, cancel_assignment
from annotations.views.answers import SignedInRequest, refusing, signed_in


@require_safe
@signed_in
@refusing
def team_list(request: SignedInRequest) -> HttpResponse:
    """The collections whose team one belongs to; the only one at once."""
    found = selectors.collections_of(request.user)
    if len(found) == 1:
        return redirect("annotations:team_detail", found[0][0].public_id)
    return render(request, "annotations/team_list.html", {"memberships": found})


@require_safe
@signed_in
@refusing
def team_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One's own work first, then everybody's, for those who hand it out."""
    context = {"team": selectors.team_of(request.user, public_id), "purposes": Purpose.choices}
    return render(request, "annotations/team_detail.html", context)


@require_POST
@signed_in
@refusing
def article_assign(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Hand articles out."""
    collection = selectors.team_of(request.user, public_id).collection
    asked = checked(AssignForm(request.POST))
    made = assign_articles(
        collection=collection,
        user=request.user,
        purpose=asked["purpose"],
        people=asked["people"],
        sample=asked["sample"] or 0,
        articles=[asked["article"]] if asked["article"] else [],
        due=asked["due"],
    )
    n = len({one.article_id for one in made})
    messages.success(request, f"Handed out {n} article{'s' if n != 1 else ''}.")
    return redirect("annotations:team_detail", public_id)


@require_POST
@signed_in
@refusing
def assignment_cancel(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an assignment back."""
    assignment = cancel_assignment(public_id=public_id, user=request.user)
    messages.success(request, "Taken back. The answers given so far no longer count.")
    return redirect("annotations:team_detail", assignment.collection.public_id)

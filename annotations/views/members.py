"""One's own account, the people of a collection, and the invitations that bring them in."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import selectors
from annotations.forms.base import checked
from annotations.forms.people import ActiveForm, InviteForm, NewPersonForm, RoleForm
from annotations.operations import members
from annotations.permissions import role_table
from annotations.refusals import Invalid
from annotations.sign_in_rules import BACKEND, note_session
from annotations.views.answers import SignedInRequest, refusing, signed_in
from quotes.models import Collection, Membership


@require_safe
@signed_in
@refusing
def account(request: SignedInRequest) -> HttpResponse:
    """Where one belongs, and how one signs in."""
    context = {
        "memberships": selectors.collections_of(request.user),
        "sends_mail": bool(settings.EMAIL_HOST),
        "has_provider": bool(settings.OIDC_SERVER_URL),
    }
    return render(request, "annotations/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def member_list(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The people of a collection; a new invitation's link is shown once, where it was made."""
    collection = selectors.managed_collection(request.user, public_id)
    link = ""
    if request.method == "POST":
        said = checked(InviteForm(request.POST))
        _, secret = members.invite_member(collection=collection, user=request.user, **said)
        there = reverse("annotations:invitation_accept", args=[secret])
        link = (settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}") + there
    context = {
        "collection": collection,
        "people": selectors.members_of(collection),
        "invitations": selectors.open_invitations(collection),
        "roles": Membership.Role.choices,
        "role_table": role_table(),
        "link": link,
        "days": members.INVITATION_LIFETIME.days,
    }
    return render(request, "annotations/member_list.html", context, status=201 if link else 200)


@require_POST
@signed_in
@refusing
def member_set_role(request: SignedInRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """Give a member another role."""
    collection = selectors.managed_collection(request.user, public_id)
    role = checked(RoleForm(request.POST))["role"]
    membership = members.set_role(collection=collection, member_id=pk, role=role, user=request.user)
    return _back(request, collection, f"Now {membership.get_role_display().lower()}.")


@require_POST
@signed_in
@refusing
def member_remove(request: SignedInRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """End a membership."""
    collection = selectors.managed_collection(request.user, public_id)
    members.end_membership(collection=collection, member_id=pk, user=request.user)
    return _back(request, collection, "No longer a member. What they decided stays.")


@require_POST
@signed_in
@refusing
def member_set_active(request: SignedInRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """Shut a person out of the server, or let them in again."""
    collection = selectors.managed_collection(request.user, public_id)
    active = bool(checked(ActiveForm(request.POST))["active"] == "1")
    members.set_active(member_id=pk, active=active, user=request.user)
    return _back(request, collection, "May sign in again." if active else "Shut out.")


@require_POST
@signed_in
@refusing
def invitation_revoke(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """End an invitation that nobody used."""
    invitation = members.revoke_invitation(public_id=public_id, user=request.user)
    return _back(request, invitation.collection, "The invitation no longer works.")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@refusing
def invitation_accept(request: SignedInRequest, secret: str) -> HttpResponse:
    """Join by an invitation: as who one is, or with a new account. Looking spends nothing."""
    invitation = members.open_invitation(secret)
    form = NewPersonForm()
    status = 200
    if request.method == "POST" and request.user.is_authenticated:
        members.accept_invitation(secret=secret, user=request.user)
        return redirect("annotations:article_list")
    if request.method == "POST":
        form = NewPersonForm(request.POST)
        if form.is_valid() and _joined(request, secret, form):
            return redirect("annotations:article_list")
        status = 422
    context: dict[str, Any] = {"invitation": invitation, "form": form}
    return render(request, "annotations/invitation_accept.html", context, status=status)


def _joined(request: SignedInRequest, secret: str, form: NewPersonForm) -> bool:
    try:
        user = members.accept_as_new_person(secret=secret, **form.cleaned_data)
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    login(request, user, backend=BACKEND)
    note_session(request, user)
    return True


def _back(request: SignedInRequest, collection: Collection, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("annotations:member_list", collection.public_id)

"""Webhooks: who is told of what people do, and how each message went."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotations import selectors
from annotations.forms.base import ActionForm, checked
from annotations.forms.people import WebhookActiveForm, WebhookForm
from annotations.models import ObjectKind
from annotations.operations import webhooks
from annotations.refusals import Invalid, NotVisible
from annotations.views.answers import SignedInRequest, refusing, said, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def webhook_list(request: SignedInRequest) -> HttpResponse:
    """The webhooks of one's collections; a new one's secret is shown once, where it was made."""
    collections = list(selectors.webhook_collections(request.user).order_by("name", "pk"))
    form = WebhookForm(request.POST or None)
    secret = refusal = ""
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        named = [row for row in collections if row.public_id == facts["collection"]]
        if not named:
            raise NotVisible
        facts["collection"] = named[0]
        try:
            _, secret = webhooks.add_webhook(user=request.user, **facts)
            form = WebhookForm()
        except Invalid as error:
            refusal = str(error)
    context = {
        "collections": collections,
        "hooks": selectors.managed_webhooks(request.user),
        "kinds": ObjectKind.choices,
        "form": form,
        "secret": secret,
        "refusal": refusal,
    }
    status = 201 if secret else 422 if refusal or form.errors else 200
    return render(request, "annotations/webhook_list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def webhook_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One webhook with its log; a post makes a new secret, shown once."""
    hook = selectors.managed_webhook(request.user, public_id)
    secret = ""
    if request.method == "POST":
        version = checked(ActionForm(request.POST))["version"]
        hook, secret = webhooks.renew_secret(
            public_id=public_id, version=version, user=request.user
        )
    context = {"hook": hook, "secret": secret, "deliveries": selectors.deliveries_of(hook)}
    return render(request, "annotations/webhook_detail.html", context)


@require_POST
@signed_in
@refusing
def webhook_test(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Send a message that means nothing."""
    webhooks.try_webhook(public_id=public_id, user=request.user)
    there = redirect("annotations:webhook_detail", public_id)
    return said(request, "On its way: the log says how it went.", to=there.url)


@require_POST
@signed_in
@refusing
def webhook_set_active(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Turn it on or off."""
    given = checked(WebhookActiveForm(request.POST))
    active = given["active"] == "1"
    webhooks.change_webhook(
        public_id=public_id,
        version=given["version"],
        user=request.user,
        changes={"active": active},
    )
    there = redirect("annotations:webhook_detail", public_id)
    return said(request, "It is on." if active else "It is off.", to=there.url)


@require_POST
@signed_in
@refusing
def webhook_remove(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take it away."""
    version = checked(ActionForm(request.POST))["version"]
    hook = webhooks.remove_webhook(public_id=public_id, version=version, user=request.user)
    there = redirect("annotations:webhook_list")
    return said(request, f"Taken away: {hook.name}", to=there.url)

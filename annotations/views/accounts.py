"""Signing in and out, one-time links, tokens for the API, and the two switches of the pages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from annotations import selectors
from annotations.forms.base import checked
from annotations.forms.people import TOKEN_DAYS, KeysForm, ThemeForm, TokenForm, TourForm
from annotations.models import ApiToken
from annotations.operations.sign_in import use_sign_in_link
from annotations.operations.tokens import make_token, revoke_token
from annotations.refusals import NotVisible
from annotations.sign_in_rules import BACKEND, note_session
from annotations.views.answers import SignedInRequest, refused, refusing, safe_next, signed_in

YEAR = 365 * 24 * 3600


class SignIn(LoginView):
    """A name or e-mail address with a password, a passkey, or one's own identity provider."""

    template_name = "annotations/sign_in.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        page: dict[str, Any] = super().get_context_data(
            sends_mail=bool(settings.EMAIL_HOST),
            provider=settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][:1],
            next=self.request.GET.get("next") or self.request.POST.get("next", ""),
            **context,
        )
        return page


sign_in = require_http_methods(["GET", "HEAD", "POST"])(SignIn.as_view())


@require_GET
@never_cache
def sign_in_by_link(request: SignedInRequest, secret: str) -> HttpResponse:
    """Sign in with a link that works once."""
    try:
        user = use_sign_in_link(secret=secret)
    except NotVisible as refusal:
        if request.user.is_authenticated:
            return redirect("annotations:article_list")
        return refused(request, str(refusal), 404)
    login(request, user, backend=BACKEND)
    note_session(request, user)
    return redirect("annotations:article_list")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("annotations:sign_in")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def token_list(request: SignedInRequest) -> HttpResponse:
    """A person's tokens; a new one is shown once, on the page that made it."""
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        _, secret = make_token(
            user=request.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=timezone.now() + dt.timedelta(days=days) if days else None,
        )
        form = TokenForm()
    context = {
        "form": form,
        "secret": secret,
        "tokens": selectors.tokens_of(request.user),
        "scopes": ApiToken.Scope.choices,
        "lifetimes": TOKEN_DAYS,
    }
    status = 422 if form.is_bound and not form.is_valid() else 201 if secret else 200
    return render(request, "annotations/token_list.html", context, status=status)


@require_POST
@signed_in
@refusing
def token_revoke(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """End a token at once."""
    token = revoke_token(public_id=public_id, user=request.user)
    messages.success(request, f"Revoked: {token.name}")
    return redirect("annotations:token_list")


@require_POST
@refusing
def preference_theme(request: SignedInRequest) -> HttpResponse:
    """Light, dark, or as the system says; kept in this browser."""
    theme = checked(ThemeForm(request.POST))["theme"]
    answer = HttpResponseRedirect(safe_next(request, request.POST.get("next", "")))
    return _remember(request, answer, "theme", theme, default="system")


@require_POST
@refusing
def preference_keys(request: SignedInRequest) -> HttpResponse:
    """Single-letter keys on or off; kept in this browser."""
    keys = checked(KeysForm(request.POST))["keys"]
    answer = HttpResponseRedirect(safe_next(request, request.POST.get("next", "")))
    return _remember(request, answer, "keys", keys, default="on")


@require_POST
@refusing
def preference_tour(request: SignedInRequest) -> HttpResponse:
    """Skip the first visit's tour, or show it again; kept in this browser."""
    tour = checked(TourForm(request.POST))["tour"]
    answer = HttpResponseRedirect(safe_next(request, request.POST.get("next", "")))
    return _remember(request, answer, "tour", tour, default="on")


@require_safe
def key_map(request: HttpRequest) -> HttpResponse:
    """All keys, as a page for those without the script."""
    return render(request, "annotations/key_map.html")


def _remember(
    request: HttpRequest, answer: HttpResponse, name: str, value: str, *, default: str
) -> HttpResponse:
    if value == default:
        answer.delete_cookie(name, samesite="Lax")
    else:
        answer.set_cookie(
            name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return answer

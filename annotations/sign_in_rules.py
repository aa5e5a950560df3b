"""What django-allauth asks of this product: no sign-up, counted attempts, links to our own host."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from quotes.api.throttling import RateLimit, count_within

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from rest_framework.request import Request

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

QUARTER_HOUR = 900
ATTEMPTS_PER_ACCOUNT = 10
ATTEMPTS_PER_ADDRESS = 50


class Rules(DefaultAccountAdapter):
    """Accounts: made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The peer, or whom the one trusted proxy names; never what a client says of itself."""
        return str(RateLimit().get_ident(cast("Request", request)))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before the password is looked at.

        Names that nobody has are counted too: the answer tells nothing about who has an account.
        """
        given = str(credentials.get("username") or credentials.get("email") or "")
        name = unicodedata.normalize("NFKC", given).strip().casefold()
        clients = (
            ("sign-in-account", name, ATTEMPTS_PER_ACCOUNT),
            ("sign-in-address", self.get_client_ip(request), ATTEMPTS_PER_ADDRESS),
        )
        limits = [
            count_within(name=kind, client=client, allowed=allowed, seconds=QUARTER_HOUR)
            for kind, client, allowed in clients
        ]
        wait = max((limit.reset for limit in limits if limit.is_exceeded), default=0)
        if wait:
            said = "Too many attempts to sign in. Wait a quarter of an hour, or ask for a link."
            page = {"message": said, "status": 429, "back": request.path}
            answer = render(request, "annotations/refused.html", page, status=429)
            answer["Retry-After"] = str(math.ceil(wait))
            raise ImmediateHttpResponse(answer)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign with our own name: the library would with the request's Host."""
        host = urlsplit(settings.PUBLIC_URL).hostname or "this server"
        named = {"current_site": {"name": "On Record", "domain": host}}
        super().send_mail(template_prefix, email, {**context, **named})

    def get_reset_password_from_key_url(self, key: str) -> str:
        return at_public_address(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return at_public_address(super().get_email_confirmation_url(request, emailconfirmation))


class SecondFactors(DefaultMFAAdapter):
    """Authenticator apps and passkeys."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": self._host(), "name": "On Record"}

    def _host(self) -> str:
        from allauth.core import context

        host = urlsplit(settings.PUBLIC_URL).hostname if settings.PUBLIC_URL else None
        return host or context.request.get_host().partition(":")[0]


class ProviderRules(DefaultSocialAccountAdapter):
    """An identity provider signs in who is known here, by a verified address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


def at_public_address(link: str) -> str:
    """A link to be sent by mail: to the configured address, never to what a Host header said."""
    if not settings.PUBLIC_URL:
        return link
    parts = urlsplit(link)
    query = f"?{parts.query}" if parts.query else ""
    return f"{settings.PUBLIC_URL}{parts.path}{query}"


def note_session(request: HttpRequest, user: User) -> None:
    """Put a session that no form began into the person's list of sessions."""
    from allauth.usersessions.models import UserSession

    UserSession.objects.create_from_request(request)

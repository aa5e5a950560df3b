"""Who is asking: a bearer token in the header, or the session of a signed-in person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed

from annotations.operations.tokens import authenticate_token
from quotes.api.throttling import RateLimit

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from rest_framework.request import Request

    from annotations.models import ApiToken


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer …`` and nothing else: an address with a token in it ends in logs."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        keyword, _, plain = request.headers.get("Authorization", "").partition(" ")
        if keyword.lower() != "bearer":
            return None
        token = authenticate_token(plain.strip(), address=RateLimit().get_ident(request))
        if token is None:
            # One sentence for all reasons: which of them it is helps only somebody who guesses.
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="On Record"'


class CsrfSessionAuthentication(SessionAuthentication):
    """The framework's own, under a name that the OpenAPI document can tell apart."""

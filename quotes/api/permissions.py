"""Who may use an address at all: somebody signed in, and a token only within its scopes.

Roles in a collection are the queries' and the operations' to hold; this is the door.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rest_framework.permissions import BasePermission

from quotes.api.problems import Problem

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

READING: Final = {"GET": "read", "HEAD": "read"}


class HasScope(BasePermission):
    """Views say in ``scopes`` which scope each method needs; a method not there is refused."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        user: Any = request.user
        if user is None or not user.is_authenticated or not user.is_active:
            return False
        scope = getattr(view, "scopes", {}).get(request.method)
        if scope is None:
            return False
        token: Any = request.auth
        if token is not None and scope not in token.scopes:
            raise Problem("missing-scope", f"The token lacks the scope “{scope}”.")
        return True

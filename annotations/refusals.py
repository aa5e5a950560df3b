"""Expected refusals: operations raise them, views and API translate them to a status."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model


class Refusal(Exception):
    """An action that cannot be done now. ``str()`` is a sentence for the person who asked."""


class NotVisible(Refusal):
    """There is no such object, or none that this person may see: 404."""

    def __init__(self, message: str = "There is nothing here.") -> None:
        super().__init__(message)


class StaleVersion(Refusal):
    """Somebody changed the object since it was read: 409 in pages, 412 in the API.

    ``current`` is the object as it stands now.
    """

    def __init__(self, current: Model) -> None:
        super().__init__("Somebody changed this while you were looking at it.")
        self.current = current


class NotAllowedNow(Refusal):
    """The object's state does not have this action: 409. Says what is allowed."""


class Invalid(Refusal):
    """What was asked cannot be stored: 422. ``code`` is stable, ``str()`` for people."""

    def __init__(self, message: str, *, code: str = "invalid", field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class NothingToUndo(Refusal):
    """The person has no decision left to take back: 409."""

    def __init__(self, message: str = "There is nothing to undo.") -> None:
        super().__init__(message)

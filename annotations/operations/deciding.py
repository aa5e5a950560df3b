"""What every decision on a quote or a correction shares: check, save, history row."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils import timezone

from annotations.history import (
    Decided,
    Held,
    Snapshot,
    Standing,
    record_edit,
    snapshot,
)
from annotations.models import Edit, ObjectKind
from annotations.refusals import Invalid, NotAllowedNow, StaleVersion
from quotes.models import (
    Article,
    Correction,
    CorrectionQuote,
    Quote,
    SameWords,
)
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KINDS: Final[dict[type[models.Model], ObjectKind]] = {
    Quote: ObjectKind.QUOTE,
    Correction: ObjectKind.CORRECTION,
    SameWords: ObjectKind.SAME_WORDS,
}

TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    "accept": frozenset({Status.SUGGESTED, Status.CONFIRMED}),
    "reject": frozenset({Status.SUGGESTED, Status.CONFIRMED}),
    "reopen": frozenset({Status.CONFIRMED, Status.REJECTED}),
    "change": frozenset({Status.SUGGESTED, Status.CONFIRMED}),
    "remark": frozenset({Status.SUGGESTED, Status.CONFIRMED, Status.REJECTED}),
}
"""Action → the states it may be taken in. What is not here is refused."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An action that was begun on a locked row: change the row, then ``save``."""

    row: Decided
    action: str
    user: User
    before: Snapshot

    def save(
        self,
        *,
        batch: uuid.UUID | None = None,
        in_place: bool = False,
        holds: Held | None = None,
    ) -> Edit:
        """Save the row with its next version and write the history row.

        ``in_place`` says that neither a quote's spans nor a correction's quotes were touched, and
        ``holds`` what they are now, so that the state after need not read them again.
        """
        return save_decision(
            self.row,
            user=self.user,
            action=self.action,
            before=self.before,
            batch=batch,
            in_place=in_place,
            holds=holds,
        )


Leaves = Mapping[str, Any]


def begin(
    row: Decided,
    user: User,
    version: int,
    action: str,
    *,
    needs: str,
    leaves: Leaves | Callable[[Snapshot], Leaves] | None = None,
) -> Decision | None:
    """Begin an action on a locked row; None when this person just did the same (a double click).

    ``needs`` names the row of ``TRANSITIONS`` that must allow it. ``leaves`` is what the action
    leaves behind, where its name alone does not say it. Raises ``StaleVersion`` for a change made
    looking at an older version and ``NotAllowedNow`` for one that the row's state does not have.
    """
    before = state_seen(row)
    if is_repeat(
        row,
        version=version,
        user=user,
        action=action,
        after=leaves(before) if callable(leaves) else leaves or {},
    ):
        return None
    if row.version != version:
        raise StaleVersion(row)
    if row.status not in TRANSITIONS[needs]:
        allowed = sorted(name for name, states in TRANSITIONS.items() if row.status in states)
        raise NotAllowedNow(
            f"This is {row.get_status_display().lower()}: you can {' or '.join(allowed)} it."
        )
    return Decision(row, action, user, before)


def state_seen(row: Decided) -> Snapshot:
    """The state of a row that was locked just now and has the version that was expected."""
    if isinstance(row, SameWords):
        return snapshot(row)
    name = "spans" if isinstance(row, Quote) else "quotes"
    return snapshot(row, like={name: getattr(row, f"{name}_seen")})


def is_repeat(row: Decided, *, version: int, user: User, action: str, after: Leaves) -> bool:
    """Did this person already do just this to the version they saw (a double click)?"""
    if row.version != version + 1:
        return False
    edit = Edit.objects.filter(
        object_id=row.public_id, version=row.version, actor=user, action=action
    ).first()
    left = (edit and edit.after) or {}
    return edit is not None and all(_alike(left.get(name), it) for name, it in after.items())


def _alike(left: object, given: object) -> bool:
    """Is it the same value, or are these the same places in whatever order?"""
    if isinstance(left, list) and isinstance(given, list):
        return sorted(left) == sorted(given)
    return left == given


def refuse_while_in_confirmed_correction(quote: Quote) -> None:
    """A confirmed correction stands on its quotes: their speaker and status hold it up.

    Call it with the quote locked: whoever confirms a correction locks its quotes, too.
    """
    links = CorrectionQuote.objects.filter(
        quote=quote, correction__status=Correction.Status.CONFIRMED
    )
    if links.exists():
        raise NotAllowedNow(
            "This quote stands in a confirmed correction. Reopen the correction first."
        )


def mark_decided(row: Decided, status: str, user: User) -> None:
    row.status = status
    row.decided_by = user
    row.decided_at = timezone.now()


def mark_undecided(row: Decided) -> None:
    row.status = Status.SUGGESTED
    row.decided_by = None
    row.decided_at = None


@contextmanager
def constraint_messages(*models_: type[models.Model]) -> Iterator[None]:
    """Turn a broken database constraint into a refusal with the constraint's own message."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        for model in models_:
            for constraint in model._meta.constraints:
                if constraint.name == name:
                    raise Invalid(
                        str(constraint.get_violation_error_message()), code=constraint.name
                    ) from error
        raise


def check_fields(row: models.Model) -> None:
    """Validate the row's own fields; relations were just read, the rest is the database's."""
    relations = {field.name for field in row._meta.fields if field.is_relation}
    for field in row._meta.concrete_fields:
        # Neither Django's model fields nor PostgreSQL's text know this character.
        if isinstance(value := getattr(row, field.attname), str) and "\x00" in value:
            raise Invalid("There is a NUL character in the text.", field=field.name)
    try:
        row.clean_fields(exclude=relations)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field=name) from error


def save_decision(
    row: Decided,
    *,
    user: User,
    action: str,
    before: Snapshot | None,
    batch: uuid.UUID | None = None,
    undoes: Edit | None = None,
    is_undo: bool = False,
    in_place: bool = False,
    holds: Held | None = None,
    names_version: bool = False,
    told_in: Article | None = None,
    standing: Standing | None = None,
) -> Edit:
    """Check and save a changed row with its next version, and write its history row.

    ``names_version`` keeps with the state which version of the story the row stands in;
    ``told_in`` is the version in whose history it is told, where that is another. ``standing`` is
    given where the row itself did not bring it.
    """
    if before is not None:
        row.version += 1
    check_fields(row)
    with constraint_messages(type(row)):
        row.save()
    known = before if in_place else None if holds is None else {"spans": holds, "quotes": holds}
    after = snapshot(row, like=known)
    if names_version:
        after |= {"article": str(row.article.public_id)}
    return record_edit(
        actor=user,
        action=action,
        kind=KINDS[type(row)],
        object_id=row.public_id,
        article=told_in or row.article,
        version=row.version,
        before=before,
        after=after,
        batch=batch,
        undoes=undoes,
        is_undo=is_undo,
        standing=standing or standing_of(row),
    )


def standing_of(row: models.Model) -> Standing | None:
    """When the person decided last, and whether anybody is to be told; where it came with the row.

    Annotated by ``lock_quote``, ``lock_correction`` and ``article_to_add_to``.
    """
    if not hasattr(row, "is_heard"):
        return None
    return row.previous_at, row.is_heard  # type: ignore[attr-defined]

"""The tagger's labels: which word begins, goes on with or stands outside a span."""

from __future__ import annotations

from typing import Literal

Role = Literal["source", "cue", "content"]

ROLES: tuple[Role, ...] = ("source", "cue", "content")
OUTSIDE = 0
LABELS = ("O", *(f"{prefix}-{role}" for role in ROLES for prefix in "BI"))


def begin(role: Role) -> int:
    """Label of a span's first word."""
    return 1 + 2 * ROLES.index(role)


def inside(role: Role) -> int:
    """Label of a span's further words."""
    return 2 + 2 * ROLES.index(role)


def role_of(label: int) -> Role | None:
    """The role a label speaks of; None outside all spans."""
    return None if label == OUTSIDE else ROLES[(label - 1) // 2]


def begins(label: int) -> bool:
    """True for the label of a span's first word."""
    return label % 2 == 1


def may_follow(before: int, after: int) -> bool:
    """BIO's law: a span goes on only after its own beginning or middle."""
    if after == OUTSIDE or begins(after):
        return True
    return role_of(before) == role_of(after)

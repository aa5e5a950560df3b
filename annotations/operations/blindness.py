"""What blind coders may not do on the record meanwhile, and may not settle themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from annotations.models import Assignment, Coding
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article, Correction, Quote

NOBODY: Final = Value(0)
CODES_BLIND: Final = "You code this article blind: answer there, and decide when all are through."
OWN_DISPUTE: Final = "You are one of the coders who disagree here: somebody else settles it."


def codes_blind(user: User, article: str = "article") -> Exists:
    """Whether the person still codes a row's article blind; comes with the row."""
    mine = Assignment.objects.of_person(user).blind().open()
    return Exists(mine.filter(article=OuterRef(article)))


def own_dispute(user: User, what: str) -> Exists:
    """Whether somebody answered on the quote or correction otherwise than this person did."""
    return disputed(what, coder=user)


def disputed(what: str, **mine: object) -> Exists:
    """Whether two coders, or one of these and another, answered on a row in different ways."""
    answers = Coding.objects.to_be_seen().annotate(
        said_by=Coalesce("speaker_id", NOBODY),
        by=Coalesce("corrector_id", NOBODY),
        whom=Coalesce("corrected_id", NOBODY),
    )
    same = {name: OuterRef(name) for name in ("is_there", "kind", "said_by", "by", "whom")}
    others = answers.filter(**{what: OuterRef(what)}).exclude(Q(**same))
    return Exists(answers.filter(Exists(others), **mine, **{what: OuterRef("pk")}))


def refuse_blind_coder(user: User, article_id: int) -> None:
    """Refuse who still codes the article blind; for what concerns no single row of it."""
    if Assignment.objects.of_person(user).blind().open().filter(article=article_id).exists():
        raise PermissionDenied(CODES_BLIND)


def refuse_coders(row: Article | Quote | Correction) -> None:
    """Refuse who codes blind, and who is party to what coders dispute.

    Reads what was annotated when the row was locked: no statement.
    """
    if getattr(row, "codes_blind", False):
        raise PermissionDenied(CODES_BLIND)
    if getattr(row, "own_dispute", False) and row.status == Status.SUGGESTED:  # type: ignore[union-attr]
        raise PermissionDenied(OWN_DISPUTE)

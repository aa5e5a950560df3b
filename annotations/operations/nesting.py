"""Quotes inside a quote: which one is around each, and what becomes of one that it lets go of."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db.models import F, Q

from annotations.history import quote_snapshots
from annotations.operations.deciding import save_decision
from annotations.operations.locking import read_what_was_set_meanwhile
from annotations.refusals import NotAllowedNow
from quotes.models import Quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models.quote import QuoteQuerySet

FREED: Final = "quote.freed"
"""A quote is out of the one around it, which was moved: taken back with that, never alone."""

# One that waits in another version of the story says nothing of the places here.
STICKS_OUT: Final = Q(parent__article=F("article")) & (
    Q(start__lt=F("parent__start")) | Q(end__gt=F("parent__end"))
)


def enclosing_quote(quote: Quote) -> Quote | None:
    """The live quote that this one is inside of, if any: then it is a quote in a quote."""
    return (
        Quote.objects.live()
        .top_level()
        .filter(article=quote.article, start__lte=quote.start, end__gte=quote.end)
        .exclude(start=quote.start, end=quote.end)
        .exclude(pk=quote.pk)
        .first()
    )


def enclosing_and_sticking_out(quote: Quote) -> tuple[Quote | None, bool]:
    """The quote around this one's new place, and whether one inside it is held no more."""
    around = Q(parent=None, start__lte=quote.start, end__gte=quote.end)
    sticks_out = Q(parent=quote) & (Q(start__lt=quote.start) | Q(end__gt=quote.end))
    there = Quote.objects.live().filter(around | sticks_out, article=quote.article)
    rows = list(there.exclude(start=quote.start, end=quote.end).exclude(pk=quote.pk))
    outer = next((row for row in rows if row.parent_id is None), None)
    return outer, any(row.parent_id is not None for row in rows)


def leave_lost_parent(quote: Quote) -> None:
    """Before a quote is live again: the one around it may have been moved meanwhile."""
    outer = quote.parent
    if outer is None or outer.article_id != quote.article_id:
        return
    if quote.start < outer.start or quote.end > outer.end:
        _let_go(quote)


def free_nested(moved: Sequence[int], *, user: User, batch: uuid.UUID) -> None:
    """Take live quotes out of the one around them where that no longer holds them.

    ``moved`` are keys of quotes that were moved or are live again: what is inside of them is
    looked at, and they themselves. Call it with the article locked and the quotes saved. Refused
    where one would be left half inside a quote.
    """
    out = Quote.objects.live().filter(Q(pk__in=moved) | Q(parent__in=moved)).filter(STICKS_OUT)
    rows = _locked(out)
    before = quote_snapshots(rows)
    # The wider one first: another may stand inside it.
    for row in sorted(rows, key=lambda quote: (quote.start, -quote.end)):
        _let_go(row)
        save_decision(
            row, user=user, action=FREED, before=before[row.pk], batch=batch, in_place=True
        )


def nested_in(parent: int) -> list[Quote]:
    """The quotes inside a quote, locked."""
    return _locked(Quote.objects.filter(parent=parent))


def move_nested(
    inside: Sequence[Quote], to: Quote, *, user: User, batch: uuid.UUID, action: str
) -> None:
    """Hang those of these quotes below another that lie inside it."""
    rows = [row for row in inside if row.start >= to.start and row.end <= to.end]
    before = quote_snapshots(rows) if rows else {}
    for row in rows:
        row.parent = to
        save_decision(
            row, user=user, action=action, before=before[row.pk], batch=batch, in_place=True
        )


def _locked(quotes: QuoteQuerySet) -> list[Quote]:
    people = ("speaker", "addressee", "parent")
    locked = quotes.select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = list(locked.select_related("article", *people))
    for row in rows:
        read_what_was_set_meanwhile(row, *people)
    return rows


def _let_go(quote: Quote) -> None:
    """Into the next quote that holds it, or out of all; refused where it would overlap one."""
    quote.parent = enclosing_quote(quote)
    there = Quote.objects.live().top_level().filter(article=quote.article).exclude(pk=quote.pk)
    if quote.parent is None and there.filter(start__lt=quote.end, end__gt=quote.start).exists():
        words = quote.article.text[quote.start : quote.end][:80]
        raise NotAllowedNow(
            f"“{words}” would be left half outside the quote around it. "
            "Move or reject one of them first."
        )

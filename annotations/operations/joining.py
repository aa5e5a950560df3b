"""Two quotes that are one, and one that is two: joining and splitting, each taken back as one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from annotations.history import Held, Snapshot
from annotations.models import Edit
from annotations.operations.deciding import (
    begin,
    constraint_messages,
    refuse_while_in_confirmed_correction,
    save_decision,
    standing_of,
    state_seen,
)
from annotations.operations.locking import lock_quote
from annotations.operations.nesting import move_nested, nested_in
from annotations.operations.quotes import place_content, touch
from annotations.operations.selections import (
    Selection,
    check_selections,
    parts_of,
    spans_with,
    write_spans,
)
from annotations.refusals import Invalid, NotAllowedNow, StaleVersion
from quotes.models import Quote, QuoteSpan, SpeakerCandidate
from quotes.models.quote import SpanRole as Role
from quotes.models.suggestion import LIVE_STATES

if TYPE_CHECKING:
    from django.contrib.auth.models import User

JOINED, SPLIT = "quote.joined", "quote.split"

Parts = dict[Role, list[Selection]]


@transaction.atomic
def join_quotes(
    *, public_id: uuid.UUID, version: int, user: User, next_id: uuid.UUID, next_version: int
) -> Quote:
    """Make one quote of this and the next: its words become further parts of this one.

    Who said it, and whether it is decided, stay as they are here; what is missing here, the source
    or the cue or the speaker, is taken from the other, which leaves the record.
    """
    quote = lock_quote(public_id, user=user, moving=True)
    decision = begin(quote, user, version, JOINED, needs="change")
    if decision is None:
        _refuse_another_join(quote, next_id)
        return quote
    other = lock_quote(next_id, user=user)
    if other.version != next_version:
        raise StaleVersion(other)
    _check_neighbours(quote, other)
    refuse_while_in_confirmed_correction(other)
    batch, other_before = uuid.uuid4(), state_seen(other)
    mine, theirs = _parts(quote, decision.before), _parts(other, other_before)
    joined: Parts = {role: mine[role] or theirs[role] for role in Role}
    joined[Role.CONTENT] = [*mine[Role.CONTENT], *theirs[Role.CONTENT]]
    other.status, other.touched = Quote.Status.WITHDRAWN, True
    save_decision(other, user=user, action=JOINED, before=other_before, batch=batch, in_place=True)
    move_nested(nested_in(other.pk), quote, user=user, batch=batch, action=JOINED)
    if quote.kind != other.kind:
        quote.kind = Quote.Kind.MIXED
    quote.speaker = quote.speaker or other.speaker
    quote.cue_lemma = quote.cue_lemma or other.cue_lemma
    decision.save(batch=batch, holds=_write(quote, joined, held=decision.before["spans"]))
    return quote


@transaction.atomic
def split_quote(
    *, public_id: uuid.UUID, version: int, user: User, rest: Selection
) -> tuple[Quote, Quote]:
    """Cut a quote in two where ``rest`` begins; both have its speaker and its state.

    Source and cue stay with the first. A cut between two parts takes nothing from either.
    """
    quote = lock_quote(public_id, user=user, moving=True)
    check_selections(quote.article.text, [rest])
    decision = begin(quote, user, version, SPLIT, needs="change")
    if decision is None:
        return quote, _cut_off(quote, rest.start)
    batch, parts = uuid.uuid4(), _parts(quote, decision.before)
    first, second = _cut(quote.article.text, parts[Role.CONTENT], rest.start)
    if not first or not second:
        raise Invalid("Put the cursor between words of the quote.", code="cut_outside")
    new = Quote(
        article=quote.article,
        collection_id=quote.collection_id,
        published_on=quote.published_on,
        origin=Quote.Origin.PERSON,
        touched=True,
        kind=quote.kind,
        parent=quote.parent,
        speaker=quote.speaker,
        addressee=quote.addressee,
        status=quote.status,
        decided_by=quote.decided_by,
        decided_at=quote.decided_at,
    )
    cut = {**parts, Role.CONTENT: first}
    decision.save(batch=batch, holds=_write(quote, cut, held=decision.before["spans"]))
    place_content(new, second)
    holds = spans_with([], {Role.CONTENT: second})
    standing = standing_of(quote)
    save_decision(
        new, user=user, action=SPLIT, before=None, batch=batch, holds=holds, standing=standing
    )
    with constraint_messages(QuoteSpan):
        write_spans(new, holds, held=[])
    SpeakerCandidate.objects.bulk_create(
        SpeakerCandidate(
            quote=new,
            speaker_id=known.speaker_id,
            rank=known.rank,
            probability=known.probability,
            reason=known.reason,
        )
        for known in SpeakerCandidate.objects.filter(quote=quote)
    )
    inside = nested_in(quote.pk)
    live = [row for row in inside if row.status in LIVE_STATES]
    if any(row.start < new.start and row.end > quote.end for row in live):
        raise NotAllowedNow("A quote inside this one stands across the cut: move that one first.")
    move_nested(inside, new, user=user, batch=batch, action=SPLIT)
    return quote, new


def _cut_off(quote: Quote, at: int) -> Quote:
    """What was cut off in this very place, whatever became of it; of another cut: look again."""
    done = Edit.objects.of_object(quote.public_id).filter(version=quote.version)
    made = Edit.objects.filter(batch__in=done.values("batch"), action=SPLIT, before__isnull=True)
    edit = made.get()
    rows = Quote.objects.on_record().select_related("article", "speaker")
    second = rows.filter(public_id=edit.object_id).first()
    if second is None or not quote.end <= at <= (edit.after or {})["start"]:
        raise StaleVersion(quote)
    return second


def _refuse_another_join(quote: Quote, next_id: uuid.UUID) -> None:
    """A quote that was just joined with one is not, by the same look at it, joined with another."""
    done = Edit.objects.of_object(quote.public_id).filter(version=quote.version)
    left = Edit.objects.of_object(next_id).filter(batch__in=done.values("batch"), action=JOINED)
    if not left.exists():
        raise StaleVersion(quote)


def _check_neighbours(quote: Quote, other: Quote) -> None:
    live = Quote.objects.live().filter(article=quote.article, parent=quote.parent_id)
    following = live.filter(start__gte=quote.end).order_by("start", "pk").first()
    if following is None or following.pk != other.pk:
        raise NotAllowedNow("Only a quote and the one right after it can be joined.")


def _parts(quote: Quote, state: Snapshot) -> Parts:
    return {role: parts_of(quote, state["spans"], role) for role in Role}


def _cut(
    text: str, content: Sequence[Selection], at: int
) -> tuple[list[Selection], list[Selection]]:
    """The parts before and after a place, without the white space on either side of it."""
    first: list[Selection] = []
    second: list[Selection] = []
    for part in content:
        for side, start, end in (
            (first, part.start, min(part.end, at)),
            (second, max(part.start, at), part.end),
        ):
            words = text[start:end] if start < end else ""
            if words.strip():
                start += len(words) - len(words.lstrip())
                side.append(Selection(start, start + len(words.strip()), words.strip()))
    return first, second


def _write(quote: Quote, parts: Parts, *, held: Held) -> Held:
    """Give the quote (not yet saved) its words; what it holds now is the answer."""
    place_content(quote, parts[Role.CONTENT])
    holds = spans_with([], parts)
    with constraint_messages(QuoteSpan):
        write_spans(quote, holds, held=held)
    touch(quote)
    quote.changed_fields = sorted({*quote.changed_fields, "content"})
    return holds

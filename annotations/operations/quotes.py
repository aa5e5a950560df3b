"""What an editor does to a quote. Each function is one action, one transaction, one history row."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from django.db import transaction

from annotations.operations.deciding import (
    begin,
    constraint_messages,
    mark_decided,
    mark_undecided,
    refuse_while_in_confirmed_correction,
    save_decision,
    standing_of,
    state_seen,
)
from annotations.operations.locking import article_to_add_to, became, lock_quote, lock_speaker
from annotations.operations.nesting import (
    enclosing_and_sticking_out,
    free_nested,
    leave_lost_parent,
)
from annotations.operations.selections import (
    Selection,
    check_kind,
    check_selections,
    fitting_kind,
    parts_of,
    spans_with,
    write_spans,
)
from annotations.refusals import Invalid
from quotes.extraction.text import normalise_quote
from quotes.extraction.types import Span
from quotes.models import (
    Quote,
    QuoteSpan,
)
from quotes.models.quote import SpanRole as Role
from quotes.normal_form import words_hash

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BOUNDARIES_SET: Final = "quote.boundaries_set"


@transaction.atomic
def confirm_quote(
    *, public_id: uuid.UUID, version: int, user: User, batch: uuid.UUID | None = None
) -> Quote:
    """Accept a suggested quote as it stands."""
    quote = lock_quote(public_id, user=user)
    decision = begin(quote, user, version, "quote.confirmed", needs="accept")
    if decision is None:
        return quote
    accept(quote, user)
    decision.save(batch=batch, in_place=True)
    return quote


@transaction.atomic
def reject_quote(*, public_id: uuid.UUID, version: int, user: User, reason: str = "") -> Quote:
    """Say that this is not a quote. The engine never suggests it again."""
    quote = lock_quote(public_id, user=user)
    decision = begin(quote, user, version, "quote.rejected", needs="reject")
    if decision is None:
        return quote
    refuse_while_in_confirmed_correction(quote)
    quote.touched = True
    if reason:
        quote.note = reason
    mark_decided(quote, Quote.Status.REJECTED, user)
    decision.save(in_place=True)
    return quote


@transaction.atomic
def reopen_quote(*, public_id: uuid.UUID, version: int, user: User) -> Quote:
    """Make a decided quote a suggestion again."""
    quote = lock_quote(public_id, user=user, moving=True)
    decision = begin(quote, user, version, "quote.reopened", needs="reopen")
    if decision is None:
        return quote
    refuse_while_in_confirmed_correction(quote)
    leave_lost_parent(quote)
    mark_undecided(quote)
    decision.save(in_place=True)
    return quote


@transaction.atomic
def set_speaker(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    speaker_id: uuid.UUID,
    batch: uuid.UUID | None = None,
) -> Quote:
    """Say who said it, and accept the quote."""
    quote = lock_quote(public_id, user=user)
    done = {"speaker": str(speaker_id)}
    decision = begin(quote, user, version, "quote.speaker_set", needs="change", leaves=done)
    if decision is None:
        return quote
    speaker = lock_speaker(speaker_id, collection_id=quote.collection_id)
    if quote.speaker_id != speaker.pk:
        refuse_while_in_confirmed_correction(quote)
    quote.speaker = speaker
    accept(quote, user)
    decision.save(batch=batch, in_place=True)
    return quote


@transaction.atomic
def set_kind(*, public_id: uuid.UUID, version: int, user: User, kind: str) -> Quote:
    """Say whether the quote is direct, mixed or indirect. Does not decide it."""
    quote = lock_quote(public_id, user=user)
    decision = begin(quote, user, version, "quote.kind_set", needs="change", leaves={"kind": kind})
    if decision is None:
        return quote
    content = [
        Span(start, end) for role, _, start, end in decision.before["spans"] if role == Role.CONTENT
    ]
    check_kind(kind, quote.article.text, content)
    quote.kind = kind
    touch(quote)
    decision.save(in_place=True)
    return quote


@transaction.atomic
def set_boundaries(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    content: Sequence[Selection] | None = None,
    source: Sequence[Selection] | None = None,
    cue: Sequence[Selection] | None = None,
) -> Quote:
    """Say where the content, the source or the cue stands; None leaves one as it is.

    The kind follows the content's marks where the old kind no longer fits. A quote inside this one
    that it no longer holds is out of it.
    """
    quote = lock_quote(public_id, user=user, moving=content is not None)
    wanted = {Role.CONTENT: content, Role.SOURCE: source, Role.CUE: cue}
    given = {role: list(spans) for role, spans in wanted.items() if spans is not None}
    return _set_boundaries(quote, given, version=version, user=user)


@transaction.atomic
def set_part(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    part: Selection,
    ordinal: int | None = None,
) -> Quote:
    """Put a part of the content in place of the one with this number, from 0, or add one more."""
    quote = lock_quote(public_id, user=user, moving=True)
    parts = parts_of(quote, state_seen(quote)["spans"], Role.CONTENT)
    if ordinal is None:
        parts = sorted({*parts, part}, key=lambda one: (one.start, one.end))
    elif ordinal < len(parts):
        parts[ordinal] = part
    else:
        raise Invalid("This quote has no such part.", field="ordinal")
    return _set_boundaries(quote, {Role.CONTENT: parts}, version=version, user=user)


def _set_boundaries(
    quote: Quote, given: Mapping[Role, Sequence[Selection]], *, version: int, user: User
) -> Quote:
    for spans in given.values():
        check_selections(quote.article.text, spans)
    decision = begin(
        quote,
        user,
        version,
        BOUNDARIES_SET,
        needs="change",
        leaves=lambda before: {"spans": spans_with(before["spans"], given)},
    )
    if decision is None:
        return quote
    some_stick_out = False
    if Role.CONTENT in given:
        place_content(quote, given[Role.CONTENT])
        quote.parent, some_stick_out = enclosing_and_sticking_out(quote)
    held = decision.before["spans"]
    holds = spans_with(held, given)
    with constraint_messages(QuoteSpan):
        write_spans(quote, holds, held=held)
    touch(quote)
    quote.changed_fields = sorted({*quote.changed_fields, *(role.value for role in given)})
    batch = uuid.uuid4()
    decision.save(batch=batch, holds=holds)
    if some_stick_out:
        free_nested([quote.pk], user=user, batch=batch)
    return quote


@transaction.atomic
def add_quote(
    *,
    article_id: uuid.UUID,
    user: User,
    content: Sequence[Selection],
    source: Sequence[Selection] = (),
    cue: Sequence[Selection] = (),
    speaker_id: uuid.UUID | None = None,
) -> Quote:
    """Add a quote that the engine missed. It is confirmed from the start."""
    article = article_to_add_to(article_id, user=user)
    for selections in (content, source, cue):
        check_selections(article.text, selections)
    quote = Quote(
        article=article,
        collection_id=article.collection_id,
        published_on=article.published_on,
        origin=Quote.Origin.PERSON,
        touched=True,
    )
    if speaker_id is not None:
        quote.speaker = lock_speaker(speaker_id, collection_id=article.collection_id)
    place_content(quote, content)
    quote.parent, same = _around(quote)
    if same is not None:
        if same.origin == Quote.Origin.PERSON and same.decided_by_id == user.pk:
            return same  # a double click, or a form sent again after a lost answer
        raise Invalid("Another quote already stands there.", code="quote_already_there")
    if cue:
        quote.cue_lemma = cue[0].exact.casefold()[:80]
    mark_decided(quote, Quote.Status.CONFIRMED, user)
    holds = spans_with([], {Role.CONTENT: content, Role.SOURCE: source, Role.CUE: cue})
    save_decision(
        quote,
        user=user,
        action="quote.added",
        before=None,
        holds=holds,
        standing=standing_of(article),
    )
    with constraint_messages(QuoteSpan):
        write_spans(quote, holds, held=[])
    return quote


@transaction.atomic
def set_note(*, public_id: uuid.UUID, version: int, user: User, note: str) -> Quote:
    """Leave a note on a quote. Does not decide it."""
    quote = lock_quote(public_id, user=user)
    decision = begin(quote, user, version, "quote.note_set", needs="remark", leaves={"note": note})
    if decision is None:
        return quote
    quote.note = note
    touch(quote)
    decision.save(in_place=True)
    return quote


@transaction.atomic
def flag_quote(*, public_id: uuid.UUID, version: int, user: User, flagged: bool) -> Quote:
    """Ask for a second pair of eyes, or say that it is no longer needed."""
    quote = lock_quote(public_id, user=user)
    action = "quote.flagged" if flagged else "quote.unflagged"
    decision = begin(quote, user, version, action, needs="remark")
    if decision is None:
        return quote
    quote.flagged = flagged
    touch(quote)
    decision.save(in_place=True)
    return quote


def accept(quote: Quote, user: User) -> None:
    touch(quote)
    mark_decided(quote, Quote.Status.CONFIRMED, user)


def touch(quote: Quote) -> None:
    """The machine leaves the row alone from here on; note what differs from its suggestion."""
    quote.touched = True
    if quote.suggestion is None:
        return
    spans = {"content", "source", "cue"} & set(quote.changed_fields)
    changed = {"kind"} if quote.kind != quote.suggestion["kind"] else set()
    if not became(quote.suggestion["speaker"], quote.speaker):
        changed.add("speaker")
    quote.changed_fields = sorted(spans | changed)


def place_content(quote: Quote, content: Sequence[Selection]) -> None:
    if not content:
        raise Invalid("A quote needs content.", code="no_content", field="content")
    if not any(character.isalnum() for part in content for character in part.exact):
        raise Invalid("There are no words in the selection.", code="no_words", field="content")
    spans = [Span(part.start, part.end) for part in content]
    quote.start, quote.end = spans[0].start, spans[-1].end
    quote.kind = fitting_kind(quote.article.text, spans, quote.kind)
    quote.normal_text = normalise_quote("\n".join(part.exact for part in content))
    quote.same_words_hash = words_hash(quote.normal_text)


def _around(quote: Quote) -> tuple[Quote | None, Quote | None]:
    """The live quote that a new one is inside of, and one with the very same hull.

    Beside the latter this one would say the same twice.
    """
    there = Quote.objects.live().filter(article=quote.article)
    there = there.filter(start__lte=quote.start, end__gte=quote.end)
    rows = list(there.select_related("article", "speaker"))
    hull = (quote.start, quote.end)
    same = next((row for row in rows if (row.start, row.end) == hull), None)
    outer = (row for row in rows if row.parent_id is None and (row.start, row.end) != hull)
    return next(outer, None), same

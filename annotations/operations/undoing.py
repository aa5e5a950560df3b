"""Undo and redo: on the server, per person, across reloads and devices, bulk actions as one.

Nothing of the history is removed: an undo is a further edit that puts the state before back, a
redo an edit that undoes the undo. Where somebody has changed the object since, it is refused.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from annotations.history import (
    Snapshot,
    restore_correction_fields,
    restore_quote_fields,
    snapshot,
    with_survivors,
)
from annotations.models import Edit, ObjectKind
from annotations.operations.deciding import (
    constraint_messages,
    refuse_while_in_confirmed_correction,
    save_decision,
)
from annotations.operations.joining import JOINED, SPLIT
from annotations.operations.leaving_out import LEFT_OUT_ACTIONS, reverse_put_back
from annotations.operations.locking import lock_correction, lock_quote
from annotations.operations.moving import FOLLOWING
from annotations.operations.nesting import FREED, free_nested
from annotations.operations.placing import follow_answer, make_room
from annotations.operations.quotes import BOUNDARIES_SET
from annotations.operations.same_words import reverse_same_words_edit
from annotations.operations.speakers import REVERSIBLE, first_done, reverse_speaker_edit
from annotations.refusals import (
    NotAllowedNow,
    NothingToUndo,
    NotVisible,
    Refusal,
    StaleVersion,
)
from quotes.extraction.text import normalise_quote
from quotes.models import Article, Correction, CorrectionQuote, Quote, QuoteSpan
from quotes.models.suggestion import LIVE_STATES, Status
from quotes.normal_form import words_hash

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from annotations.models import EditQuerySet


DECIDED = Q(object_kind__in=(ObjectKind.QUOTE, ObjectKind.CORRECTION, ObjectKind.SAME_WORDS)) | Q(
    action__in=LEFT_OUT_ACTIONS
)
INDIVISIBLE = frozenset({JOINED, SPLIT, BOUNDARIES_SET, FREED})
"""Actions on several quotes of which none can be taken back without the others."""


class ChangedSince(Refusal):
    """Somebody changed the object after the decision that is to be taken back: 409.

    ``edit`` is that decision, ``current`` the object as it stands now.
    """

    def __init__(self, edit: Edit, current: Quote | Correction) -> None:
        super().__init__("Somebody changed this after you did: it is left as it stands now.")
        self.edit = edit
        self.current = current


def next_undo(
    *, user: User, article: Article | None = None, before: uuid.UUID | None = None
) -> Edit | None:
    """The person's newest decision that still holds, in one article or anywhere.

    ``before`` names a batch that is left as it is: the newest decision before it is meant.
    """
    edits = _in_effect(user, article).filter(is_undo=False)
    if before is not None:
        first = Edit.objects.by_person(user).filter(batch=before).order_by("pk").values("pk")[:1]
        edits = edits.filter(pk__lt=first)
    return edits.newest_first().first()


def next_redo(*, user: User, article: Article | None = None) -> Edit | None:
    """The person's newest undo that still holds, unless they decided something new since."""
    undo = _in_effect(user, article).filter(is_undo=True).newest_first().first()
    if undo is None:
        return None
    newer = _of_person(user, article).filter(undoes=None, pk__gt=undo.pk)
    return None if newer.exists() else undo


@transaction.atomic
def undo_last(
    *, user: User, article: Article | None = None, before: uuid.UUID | None = None
) -> list[Edit]:
    """Take back the person's last decision; a bulk action is taken back as one.

    Raises ``ChangedSince`` where somebody changed the object after it; ``before`` goes past that.
    """
    edit = next_undo(user=user, article=article, before=before)
    if edit is None:
        raise NothingToUndo
    return _reverse_batch(edit, user=user, is_undo=True)


@transaction.atomic
def redo_last(*, user: User, article: Article | None = None) -> list[Edit]:
    """Do again what the person took back last."""
    edit = next_redo(user=user, article=article)
    if edit is None:
        raise NothingToUndo("There is nothing to do again.")
    return _reverse_batch(edit, user=user, is_undo=False)


@transaction.atomic
def undo_edit(*, object_id: uuid.UUID, version: int, user: User) -> Edit:
    """Take back one decision of the history, whoever made it; of an undo: do it again.

    ``object_id`` and ``version`` name the history row. Raises ``ChangedSince`` where the object is
    no longer what that decision made of it.
    """
    edits = Edit.objects.of_object(object_id).filter(version=version).exclude(action__in=FOLLOWING)
    edit = edits.filter(DECIDED).first()
    if edit is None:
        raise NotVisible
    if Edit.objects.filter(undoes=edit).exists():
        raise NothingToUndo("This was taken back already.")
    if edit.object_kind == ObjectKind.SAME_WORDS:
        return reverse_same_words_edit(edit, user=user, is_undo=not edit.is_undo)
    if first_done(edit).action in INDIVISIBLE:
        done = _reverse_batch(edit, user=user, is_undo=not edit.is_undo)
        return next(one for one in done if one.undoes_id == edit.pk)
    return _reverse_alone(edit, user=user, is_undo=not edit.is_undo)


def _of_person(user: User, article: Article | None) -> EditQuerySet:
    edits = Edit.objects.told().by_person(user).filter(DECIDED | Q(action__in=REVERSIBLE))
    edits = edits.exclude(action__in=FOLLOWING)
    return edits if article is None else edits.filter(article=article)


def _in_effect(user: User, article: Article | None) -> EditQuerySet:
    return _of_person(user, article).filter(Q(undone_by=None)).for_display()


def _reverse_batch(edit: Edit, *, user: User, is_undo: bool) -> list[Edit]:
    edits = Edit.objects.filter(batch=edit.batch, undone_by=None).newest_first()
    if edit.action in REVERSIBLE:
        return [reverse_speaker_edit(edit, user=user, is_undo=is_undo)]
    if edit.object_kind == ObjectKind.SAME_WORDS:
        return [reverse_same_words_edit(edit, user=user, is_undo=is_undo)]
    batch = uuid.uuid4()
    if edit.action in LEFT_OUT_ACTIONS:
        return [_reverse(edit, user=user, batch=batch, is_undo=is_undo)]
    done, refused = [], None
    for one in edits:
        if one.object_kind not in {ObjectKind.QUOTE, ObjectKind.CORRECTION}:
            continue
        try:
            done.append(_reverse(one, user=user, batch=batch, is_undo=is_undo))
        except ChangedSince as refusal:  # the rest of a bulk action is still taken back
            if first_done(edit).action in INDIVISIBLE:
                raise
            refused = refusal
    if not done and refused is not None:
        raise refused
    _free_nested(done, user=user, batch=batch)
    return done


def _reverse_alone(edit: Edit, *, user: User, is_undo: bool) -> Edit:
    batch = uuid.uuid4()
    done = _reverse(edit, user=user, batch=batch, is_undo=is_undo)
    _free_nested([done], user=user, batch=batch)
    return done


def _free_nested(done: Sequence[Edit], *, user: User, batch: uuid.UUID) -> None:
    """Once all of a batch stands again: what was nested meanwhile may be held no more."""
    moved = [edit.object_id for edit in done if _took_up_room(edit)]
    if moved:
        keys = Quote.objects.filter(public_id__in=moved).values_list("pk", flat=True)
        free_nested(list(keys), user=user, batch=batch)


def _took_up_room(edit: Edit) -> bool:
    """Does a quote stand elsewhere by this, inside another or on the record again?"""
    before, after = edit.before or {}, edit.after or {}
    if edit.object_kind != ObjectKind.QUOTE or after["status"] not in LIVE_STATES:
        return False
    moved = any(before[key] != after[key] for key in ("start", "end", "parent"))
    return moved or before["status"] not in LIVE_STATES


def _reverse(edit: Edit, *, user: User, batch: uuid.UUID, is_undo: bool) -> Edit:
    if edit.action in LEFT_OUT_ACTIONS:
        return reverse_put_back(edit, user=user, batch=batch, is_undo=is_undo)
    is_quote = edit.object_kind == ObjectKind.QUOTE
    row: Quote | Correction
    if is_quote:
        row = lock_quote(edit.object_id, user=user, withdrawn=True, moving=True)
    else:
        row = lock_correction(edit.object_id, user=user, withdrawn=True)
    now = snapshot(row)
    before, after = _in_its_version(edit, row, now)
    if after is not None and "article" in after:
        now |= {"article": str(row.article.public_id)}
    if now not in (after, with_survivors(after or {})):
        raise ChangedSince(edit, row)
    # What the action made is taken off the record; its row and history remain.
    state = before if before is not None else {**now, "status": Status.WITHDRAWN}
    if isinstance(row, Quote) and (
        state["speaker"] != now["speaker"] or state["status"] not in LIVE_STATES
    ):
        refuse_while_in_confirmed_correction(row)
    with constraint_messages(Quote, QuoteSpan, Correction, CorrectionQuote):
        _restore(row, state)
    if isinstance(row, Quote) and "article" in state:
        make_room(row)
    if isinstance(row, Correction) and row.status == Status.CONFIRMED:
        _require_links_that_fit(row)
    done = save_decision(
        row,
        user=user,
        action=f"{edit.object_kind}.{'undone' if is_undo else 'redone'}",
        before=now,
        batch=batch,
        undoes=edit,
        is_undo=is_undo,
        names_version="article" in state,
        told_in=edit.article if "article" in state else None,
    )
    if "article" in state:
        follow_answer(row)
    return done


PLACE: Final = ("start", "end", "spans", "parent", "cue_start", "cue_end", "cue_text")


def _in_its_version(
    edit: Edit, row: Quote | Correction, now: Snapshot
) -> tuple[Snapshot | None, Snapshot | None]:
    """The states before and after, where the row stands now if its story changed since.

    A decision that left the place alone is taken back at the new place. One that moved
    boundaries names places of the older text: it is past undoing.
    """
    before, after = edit.before, edit.after
    if edit.article_id == row.article_id or after is None or "article" in after:
        return before, after
    place = {key: now[key] for key in PLACE if key in now}
    if before is not None and any(before[key] != after[key] for key in place):
        raise ChangedSince(edit, row)
    return before and before | place, after | place


def _require_links_that_fit(correction: Correction) -> None:
    links = CorrectionQuote.objects.filter(correction=correction)
    # The row is saved after this: ask about the people that it will have.
    people = {
        CorrectionQuote.Side.CORRECTED: correction.corrected_id,
        CorrectionQuote.Side.CORRECTING: correction.corrector_id,
    }
    for link in links.select_related("quote"):
        quote = link.quote
        fits = quote.speaker_id == people[CorrectionQuote.Side(link.side)]
        if quote.status not in LIVE_STATES or not fits:
            raise NotAllowedNow(
                "The quotes of this correction were changed since: it cannot be put back."
            )


def _restore(row: Quote | Correction, state: Snapshot) -> None:
    if "article" in state:
        row.article = Article.objects.defer("search_vector").get(public_id=state["article"])
        row.published_on = row.article.published_on
    if isinstance(row, Quote):
        restore_quote_fields(row, state)
        _restore_spans(row, state)
    else:
        restore_correction_fields(row, state)
        row.exact = row.article.text[row.start : row.end]
        _restore_links(row, state)


def _restore_spans(quote: Quote, state: Snapshot) -> None:
    text = quote.article.text
    QuoteSpan.objects.filter(quote=quote).delete()
    spans = [
        QuoteSpan(
            quote=quote, role=role, ordinal=ordinal, start=start, end=end, exact=text[start:end]
        )
        for role, ordinal, start, end in state["spans"]
    ]
    QuoteSpan.objects.bulk_create(spans)
    content = [span.exact for span in spans if span.role == QuoteSpan.Role.CONTENT]
    quote.normal_text = normalise_quote("\n".join(content))
    quote.same_words_hash = words_hash(quote.normal_text)


def _restore_links(correction: Correction, state: Snapshot) -> None:
    quotes = {
        str(quote.public_id): quote
        for quote in Quote.objects.filter(public_id__in=[q for _, q in state["quotes"]])
    }
    CorrectionQuote.objects.filter(correction=correction).delete()
    CorrectionQuote.objects.bulk_create(
        CorrectionQuote(correction=correction, quote=quotes[public_id], side=side)
        for side, public_id in state["quotes"]
    )


@transaction.atomic
def undo_own(*, public_id: uuid.UUID, version: int, user: User) -> Quote | Correction:
    """Take back one's own last decision on this quote or correction, which nobody changed since.

    Of a bulk action only this object's part is taken back.
    """
    is_quote = Quote.objects.on_record().filter(public_id=public_id).exists()
    row: Quote | Correction = (
        lock_quote(public_id, user=user, moving=True)
        if is_quote
        else lock_correction(public_id, user=user)
    )
    if row.version != version:
        raise StaleVersion(row)
    edits = Edit.objects.of_object(public_id).filter(undone_by=None, is_undo=False)
    edits = edits.exclude(action__in=FOLLOWING)
    edit = edits.for_display().newest_first().first()
    if edit is None:
        raise NothingToUndo
    if edit.actor_id != user.pk:
        raise NotAllowedNow("Somebody else decided this last: only one's own is taken back.")
    if first_done(edit).action in INDIVISIBLE:
        _reverse_batch(edit, user=user, is_undo=True)
    else:
        _reverse_alone(edit, user=user, is_undo=True)
    row.refresh_from_db()
    return row

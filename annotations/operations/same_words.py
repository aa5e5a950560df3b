"""What people say of groups of same words. One function per action."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from django.db import transaction

from annotations.history import Snapshot, restore_decision, snapshot
from annotations.models import Edit
from annotations.operations.deciding import (
    Decision,
    begin,
    constraint_messages,
    mark_decided,
    mark_undecided,
    save_decision,
)
from annotations.operations.locking import last_edit_at
from annotations.permissions import membership_role, require, require_known
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Quote, SameWords, SameWordsQuote
from quotes.models.same_words import SameWordsQuoteQuerySet
from quotes.models.suggestion import Status
from quotes.operations.same_words import find_same_words, lock_same_words, settle

if TYPE_CHECKING:
    from django.contrib.auth.models import User

State = SameWordsQuote.State
PERMISSION: Final = "annotate"


@transaction.atomic
def confirm_same_words(*, public_id: uuid.UUID, version: int, user: User) -> SameWords:
    """Say that these quotes give the same words, with all that are shown in the group."""
    group = _lock(public_id, user=user)
    decision = begin(group, user, version, "same_words.confirmed", needs="accept")
    if decision is None:
        return group
    _members(group).update(state=State.CONFIRMED)
    _require_two(group)
    mark_decided(group, Status.CONFIRMED, user)
    return _save(group, decision)


@transaction.atomic
def reject_same_words(*, public_id: uuid.UUID, version: int, user: User) -> SameWords:
    """Say that these are not the same words. They are never suggested together again."""
    group = _lock(public_id, user=user)
    decision = begin(group, user, version, "same_words.rejected", needs="reject")
    if decision is None:
        return group
    _members(group).update(state=State.ASIDE)
    mark_decided(group, Status.REJECTED, user)
    return _save(group, decision)


@transaction.atomic
def reopen_same_words(*, public_id: uuid.UUID, version: int, user: User) -> SameWords:
    """Make a decided group a suggestion again."""
    group = _lock(public_id, user=user)
    decision = begin(group, user, version, "same_words.reopened", needs="reopen")
    if decision is None:
        return group
    with constraint_messages(SameWordsQuote):
        places = SameWordsQuote.objects.filter(group=group).exclude(state=State.OUT)
        places.update(state=State.SUGGESTED)
    mark_undecided(group)
    return _save(group, decision)


@transaction.atomic
def put_in_same_words(
    *, public_id: uuid.UUID, version: int, user: User, quote_id: uuid.UUID
) -> SameWords:
    """Say that one more quote gives these words."""
    group = _lock(public_id, user=user)
    decision = begin(
        group,
        user,
        version,
        "same_words.quote_put_in",
        needs="change",
        leaves=lambda now: _placed(now, quote_id, State.CONFIRMED),
    )
    if decision is None:
        return group
    quote = _quote(quote_id, group.collection_id)
    with constraint_messages(SameWordsQuote):
        SameWordsQuote.objects.update_or_create(
            group=group, quote=quote, defaults={"state": State.CONFIRMED}
        )
    return _save(group, decision)


@transaction.atomic
def take_out_of_same_words(
    *, public_id: uuid.UUID, version: int, user: User, quote_id: uuid.UUID
) -> SameWords:
    """Say that a quote gives other words. It is never suggested for this group again."""
    group = _lock(public_id, user=user)
    decision = begin(
        group,
        user,
        version,
        "same_words.quote_taken_out",
        needs="change",
        leaves=lambda now: _placed(now, quote_id, State.OUT),
    )
    if decision is None:
        return group
    if not _members(group).filter(quote__public_id=quote_id).update(state=State.OUT):
        raise Invalid("That quote is not in this group.", code="unknown_quote", field="quote")
    _require_two(group)
    return _save(group, decision)


@transaction.atomic
def add_same_words(*, quote_id: uuid.UUID, other_id: uuid.UUID, user: User) -> SameWords:
    """Say that two quotes give the same words where the machine saw none. It is confirmed."""
    quote = Quote.objects.live().filter(public_id=quote_id).first()
    if quote is None:
        raise NotVisible
    require(user, PERMISSION, quote.collection_id)
    if other_id == quote_id:
        raise Invalid("Choose another quote than this one.", field="quote")
    lock_same_words(quote.collection_id)
    other = _quote(other_id, quote.collection_id)
    group = SameWords(
        collection_id=quote.collection_id,
        relation=SameWords.Relation.NEAR,
        fullest=quote,
        origin=SameWords.Origin.PERSON,
        touched=True,
    )
    mark_decided(group, Status.CONFIRMED, user)
    group.save()
    with constraint_messages(SameWordsQuote):
        SameWordsQuote.objects.bulk_create(
            SameWordsQuote(group=group, quote=row, state=State.CONFIRMED) for row in (quote, other)
        )
    settle(group)
    save_decision(group, user=user, action="same_words.added", before=None)
    return group


@transaction.atomic
def look_for_same_words(*, quote_id: uuid.UUID, user: User) -> SameWords | None:
    """Have the machine compare a quote whose words a person has set; gives its group, if any."""
    quote = Quote.objects.live().filter(public_id=quote_id).select_related("article").first()
    if quote is None:
        raise NotVisible
    require(user, PERMISSION, quote.collection_id)
    find_same_words(article=quote.article, only=quote)
    place = SameWordsQuote.objects.members().filter(quote=quote).select_related("group").first()
    return place.group if place else None


@transaction.atomic
def reverse_same_words_edit(edit: Edit, *, user: User, is_undo: bool) -> Edit:
    """Put back what a decision on a group changed; refused where somebody changed it since."""
    group = _lock(edit.object_id, user=user, withdrawn=True)
    now = snapshot(group)
    if _decided(now, edit.after or {}) != edit.after:
        raise NotAllowedNow("Somebody changed this since: it is left as it stands now.")
    made_here = edit.before is None
    state = now | {"status": Status.WITHDRAWN} if edit.before is None else edit.before
    with constraint_messages(SameWordsQuote):
        _restore_places(group, state, aside=made_here)
    restore_decision(group, state)
    group.relation = state["relation"]
    group.fullest = Quote.objects.select_related("article").get(public_id=state["fullest"])
    return save_decision(
        group,
        user=user,
        action=f"same_words.{'undone' if is_undo else 'redone'}",
        before=now,
        undoes=edit,
        is_undo=is_undo,
    )


def _decided(now: Snapshot, after: Snapshot) -> Snapshot:
    """The state without the quotes that the machine has suggested since."""
    known = {quote for quote, _ in after.get("quotes", ())}
    places = [p for p in now["quotes"] if p[0] in known or p[1] != State.SUGGESTED]
    return now | {"quotes": places}


def _restore_places(group: SameWords, state: Snapshot, *, aside: bool) -> None:
    """What the machine has suggested since stays; what the decision had put in is free again."""
    known = dict(state["quotes"])
    places = SameWordsQuote.objects.filter(group=group).select_related("quote")
    for place in places.order_by("pk"):
        quote = str(place.quote.public_id)
        if quote not in known:
            if place.state != State.SUGGESTED:
                place.delete()
            continue
        place.state = State.ASIDE if aside else known.pop(quote)
        place.save(update_fields=("state",))
    if not aside:  # left over: what an undo had taken away again
        again = Quote.objects.filter(public_id__in=known)
        SameWordsQuote.objects.bulk_create(
            SameWordsQuote(group=group, quote=quote, state=known[str(quote.public_id)])
            for quote in again
        )


def _placed(now: Snapshot, quote_id: uuid.UUID, state: str) -> Snapshot:
    """What a repeated click finds: the quote stands there already."""
    return {"quotes": now["quotes"] if [str(quote_id), state] in now["quotes"] else None}


def _lock(public_id: uuid.UUID, *, user: User, withdrawn: bool = False) -> SameWords:
    """The group, locked until the end of the transaction, if this person may change it."""
    rows = SameWords.objects.all() if withdrawn else SameWords.objects.on_record()
    collection = rows.filter(public_id=public_id).values_list("collection_id", flat=True).first()
    if collection is None:
        raise NotVisible
    lock_same_words(collection)
    group = (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("fullest__article")
        .annotate(role=membership_role(user), previous_at=last_edit_at(user))
        .filter(public_id=public_id)
        .first()
    )
    if group is None:
        raise NotVisible
    require_known(user, PERMISSION, group.role)
    return group


def _quote(public_id: uuid.UUID, collection_id: int) -> Quote:
    quote = Quote.objects.live().filter(public_id=public_id, collection_id=collection_id).first()
    if quote is None:
        raise Invalid("There is no such quote here.", code="unknown_quote", field="quote")
    return quote


def _members(group: SameWords) -> SameWordsQuoteQuerySet:
    return SameWordsQuote.objects.members().filter(group=group)


def _require_two(group: SameWords) -> None:
    if _members(group).filter(quote__status__in=("suggested", "confirmed")).count() < 2:
        raise NotAllowedNow("A group has two quotes at least: say instead that it is none.")


def _save(group: SameWords, decision: Decision) -> SameWords:
    group.touched = True
    settle(group)
    decision.save()
    return group

"""What people do to speakers: make one, say that two are one, and that one is two."""

from __future__ import annotations

import uuid
from collections.abc import Collection as Many
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from annotations.history import Standing, record_edit
from annotations.models import Edit, ObjectKind
from annotations.operations.deciding import (
    begin,
    check_fields,
    constraint_messages,
    refuse_while_in_confirmed_correction,
    standing_of,
)
from annotations.operations.locking import lock_quote
from annotations.operations.moving import Move, Moved, are_all, between, lock_rows
from annotations.operations.quotes import accept
from annotations.permissions import require, require_known
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.matching import lock_matching
from quotes.models import Article, Collection, Correction, Quote, Speaker, SpeakerName
from quotes.models.speaker import Origin
from quotes.normal_form import normal_name, stored_norm

if TYPE_CHECKING:
    from django.contrib.auth.models import User


MERGED: Final = "speaker.merged"
SPLIT: Final = "speaker.split"
REVERSIBLE: Final = frozenset({MERGED, SPLIT, "speaker.undone", "speaker.redone"})
"""Edits of the child (who was merged, or split off): each lists what it moved."""

_TRIES: Final = 6
"""How often to start anew when somebody names the speaker while its rows are being locked."""


@transaction.atomic
def create_speaker(
    *,
    collection: Collection,
    user: User,
    name: str,
    kind: str = Speaker.Kind.PERSON,
) -> Speaker:
    """Make a speaker with one name."""
    require(user, "change_speaker", collection.pk)
    return name_speaker(collection.pk, user=user, name=name, kind=kind)


def name_speaker(
    collection_id: int,
    *,
    user: User,
    name: str,
    kind: str = Speaker.Kind.PERSON,
    batch: uuid.UUID | None = None,
    standing: Standing | None = None,
) -> Speaker:
    """As ``create_speaker``, within an action of somebody who is known to be allowed to."""
    name = name.strip()
    if not normal_name(name):
        raise Invalid("A speaker needs a name.", field="name")
    speaker = Speaker(collection_id=collection_id, name=name, kind=kind, origin=Origin.PERSON)
    check_fields(speaker)
    speaker.save()
    speaker.has_been = []  # type: ignore[attr-defined]
    _add_name(speaker, name)
    record_edit(
        actor=user,
        action="speaker.created",
        kind=ObjectKind.SPEAKER,
        object_id=speaker.public_id,
        article=None,
        version=speaker.version,
        before=None,
        after={"name": name, "kind": kind},
        batch=batch,
        standing=standing,
    )
    return speaker


@transaction.atomic
def set_new_speaker(
    *, public_id: uuid.UUID, version: int, user: User, name: str, kind: str = Speaker.Kind.PERSON
) -> Quote:
    """Say that somebody said it who was not known yet, and accept the quote."""
    name = name.strip()
    quote = lock_quote(public_id, user=user)
    done = {"speaker_name": name}
    decision = begin(quote, user, version, "quote.speaker_set", needs="change", leaves=done)
    if decision is None:
        return quote
    refuse_while_in_confirmed_correction(quote)
    require_known(user, "change_speaker", quote.role)  # type: ignore[attr-defined]
    batch = uuid.uuid4()
    quote.speaker = name_speaker(
        quote.collection_id,
        user=user,
        name=name,
        kind=kind,
        batch=batch,
        standing=standing_of(quote),
    )
    accept(quote, user)
    decision.save(batch=batch, in_place=True)
    return quote


@transaction.atomic
def merge_speakers(
    *, public_id: uuid.UUID, version: int, user: User, into_id: uuid.UUID
) -> Speaker:
    """Say that this speaker is that one: whatever points to the first points to the other then.

    ``version`` is that of the speaker that is merged. The survivor is the answer.
    """
    child, parent = _lock_two(public_id, into_id, user=user, moving_from=public_id)
    if child.merged_into_id == parent.pk and child.version == version + 1:
        return parent  # a double click
    if child.version != version:
        raise StaleVersion(child)
    _refuse_merge(child, parent)
    _join(child, parent, user=user, action=MERGED, before={"merged_into": None})
    return parent


@transaction.atomic
def split_speaker(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    name: str,
    articles: Many[uuid.UUID],
    names: Many[str] = (),
) -> Speaker:
    """Say that somebody else speaks in these articles; the new speaker is the answer.

    ``names`` are those of the speaker's names, as written, that are the other one's.
    """
    parent = _lock_one(public_id, user=user)
    if parent.version != version:
        raise StaleVersion(parent)
    if parent.merged_into_id is not None:
        raise NotAllowedNow("This speaker was merged into another. Open that one.")
    if not articles:
        raise Invalid("Choose at least one article.", field="articles")
    batch = uuid.uuid4()
    child = Speaker(
        collection_id=parent.collection_id,
        name=name.strip(),
        kind=parent.kind,
        origin=Origin.PERSON,
    )
    if not normal_name(name):
        raise Invalid("A speaker needs a name.", field="name")
    check_fields(child)
    child.save()
    those = Article.objects.filter(collection_id=parent.collection_id, public_id__in=articles)
    move = Move(parent, child, user, batch, articles=those)
    move.corrections()
    move.quotes()
    move.candidates()
    if not any((move.done.quotes, move.done.made, move.done.received)):
        raise Invalid("The speaker says nothing in these articles.", field="articles")
    wanted = SpeakerName.objects.filter(speaker=parent, text__in=names)
    move.names(wanted.values_list("norm", "kind", "place"))
    _name(child, child.name)
    _record(child, parent, move, user=user, action=SPLIT, before=None, how="part")
    return child


@transaction.atomic
def undo_speaker_edit(*, public_id: uuid.UUID, version: int, user: User) -> Speaker:
    """Take back a merge or a split: ``public_id`` and ``version`` name its history row."""
    edit = Edit.objects.of_object(public_id).filter(version=version).first()
    if edit is None or edit.action not in REVERSIBLE:
        raise NotVisible
    reverse_speaker_edit(edit, user=user, is_undo=not edit.is_undo)
    return Speaker.objects.get(public_id=public_id)


@transaction.atomic
def reverse_speaker_edit(edit: Edit, *, user: User, is_undo: bool) -> Edit:
    """Undo, or do again, a merge or split. What others changed since stays as they left it."""
    state: dict[str, Any] = edit.after or {}
    child = Speaker.objects.get(public_id=edit.object_id)
    other = child.merged_into.public_id if child.merged_into else uuid.UUID(state["other"])
    joined = state["how"] == "join"
    child, parent = _lock_two(
        child.public_id, other, user=user, moving_from=other if joined else child.public_id
    )
    newer = Edit.objects.of_object(child.public_id).filter(action__in=REVERSIBLE, pk__gt=edit.pk)
    if newer.exists() or joined is not (child.merged_into_id is not None):
        raise NotAllowedNow("Somebody changed this since: it is left as it stands now.")
    action = "speaker.undone" if is_undo else "speaker.redone"
    is_split = first_done(edit).action == SPLIT
    if joined:
        done = _part(child, parent, edit, user=user, action=action, is_undo=is_undo)
        if is_split:
            _name(child, child.name)
        return done
    _refuse_merge(child, parent)
    if is_split:
        _forget_made_name(child, state)
    return _join(
        child,
        parent,
        user=user,
        action=action,
        before={"merged_into": None},
        undoes=edit,
        is_undo=is_undo,
    )


def _lock_one(public_id: uuid.UUID, *, user: User) -> Speaker:
    return _lock_two(public_id, public_id, user=user, moving_from=public_id)[0]


def _lock_two(
    child_id: uuid.UUID, parent_id: uuid.UUID, *, user: User, moving_from: uuid.UUID
) -> tuple[Speaker, Speaker]:
    """Both speakers, and all rows of the one that rows are moved from, locked."""
    those = Speaker.objects.filter(public_id__in=(child_id, parent_id), withdrawal=None)
    known = {s.public_id: s for s in those}
    child, parent = known.get(child_id), known.get(parent_id)
    if child is None:
        raise NotVisible
    require(user, "change_speaker", child.collection_id)
    if parent is None or parent.collection_id != child.collection_id:
        raise Invalid("There is no such speaker here.", code="unknown_speaker", field="into")
    # Runs of the engine choose among speakers one at a time; so nothing new comes from them.
    lock_matching(child.collection_id)
    both = Speaker.objects.filter(pk__in=(child.pk, parent.pk)).order_by("pk")
    for _ in range(_TRIES):
        point = transaction.savepoint()
        held = lock_rows(known[moving_from])
        locked = {s.public_id: s for s in both.select_for_update(of=("self",), no_key=True)}
        if any(speaker.withdrawal_id for speaker in locked.values()):
            raise NotVisible
        if are_all(held, known[moving_from]):
            return locked[child_id], locked[parent_id]
        transaction.savepoint_rollback(point)
    raise NotAllowedNow("Others are working on this speaker just now. Try again in a moment.")


def _refuse_merge(child: Speaker, parent: Speaker) -> None:
    if child.pk == parent.pk:
        raise Invalid("A speaker cannot be merged into itself.", field="into")
    for speaker in (child, parent):
        if speaker.merged_into_id is not None:
            raise NotAllowedNow(f"{speaker.name} was merged into another speaker. Search again.")
    if between(child, parent).filter(status=Correction.Status.CONFIRMED).exists():
        raise NotAllowedNow(
            f"{child.name} and {parent.name} stand on two sides of a confirmed correction. "
            "Reopen it first, if they are one."
        )


def _join(
    child: Speaker,
    parent: Speaker,
    *,
    user: User,
    action: str,
    undoes: Edit | None = None,
    **edit: Any,
) -> Edit:
    move = Move(child, parent, user, uuid.uuid4())
    move.clear_between(Edit.objects.filter(batch=first_done(undoes).batch) if undoes else ())
    move.corrections()
    move.quotes()
    move.candidates()
    move.names()
    move.followers()
    if child.wikidata_id and not parent.wikidata_id:
        wikidata, child.wikidata_id = child.wikidata_id, None
        child.save(update_fields=("wikidata_id",))
        parent.wikidata_id = wikidata
        move.done.wikidata = True
    child.merged_into = parent
    return _record(child, parent, move, user=user, action=action, how="join", undoes=undoes, **edit)


def _part(child: Speaker, parent: Speaker, joined: Edit, *, user: User, **edit: Any) -> Edit:
    """Give the child back what it brought, as far as it still stands with the parent."""
    earlier = Moved(**(joined.after or {})["moved"])
    child.merged_into = None
    child.save(update_fields=("merged_into",))
    move = Move(parent, child, user, uuid.uuid4(), only=earlier)
    move.corrections()
    move.quotes()
    move.restore_joined(earlier)
    move.candidates()
    move.names((norm, kind, place) for norm, kind, place in earlier.names)
    SpeakerName.objects.bulk_create(
        (SpeakerName(speaker=child, **name) for name in earlier.dropped), ignore_conflicts=True
    )
    move.followers()
    move.restore_cleared(Edit.objects.filter(batch=joined.batch))
    move.refuse_where_links_broke()
    if earlier.wikidata and parent.wikidata_id:
        wikidata, parent.wikidata_id = parent.wikidata_id, None
        parent.save(update_fields=("wikidata_id",))
        child.wikidata_id = wikidata
    before = {"merged_into": str(parent.public_id)}
    return _record(child, parent, move, user=user, how="part", before=before, undoes=joined, **edit)


def _record(
    child: Speaker,
    parent: Speaker,
    move: Move,
    *,
    user: User,
    how: str,
    action: str,
    before: dict[str, Any] | None,
    undoes: Edit | None = None,
    is_undo: bool = False,
) -> Edit:
    """Save both speakers with their next versions and write their history rows."""
    for speaker in (parent, child):
        if speaker is parent or before is not None:
            speaker.version += 1
        with constraint_messages(Speaker):
            speaker.save()
    record_edit(
        actor=user,
        action="speaker.gained" if how == "join" else "speaker.lost",
        kind=ObjectKind.SPEAKER,
        object_id=parent.public_id,
        article=None,
        version=parent.version,
        before={},
        after={"name": parent.name, "other": str(child.public_id), "other_name": child.name},
        batch=move.batch,
    )
    return record_edit(
        actor=user,
        action=action,
        kind=ObjectKind.SPEAKER,
        object_id=child.public_id,
        article=None,
        version=child.version,
        before=before,
        after={
            "how": how,
            "name": child.name,
            "other": str(parent.public_id),
            "other_name": parent.name,
            "moved": move.done.as_json(),
        },
        batch=move.batch,
        undoes=undoes,
        is_undo=is_undo,
    )


def first_done(edit: Edit) -> Edit:
    """What an undo, or an undo of an undo, goes back to."""
    while edit.undoes is not None:
        edit = edit.undoes
    return edit


def _forget_made_name(child: Speaker, split: dict[str, Any]) -> None:
    """The name that a split made for the new speaker goes with it: no text called the other so."""
    norm = stored_norm(split["name"])
    if norm not in {moved for moved, *_ in split["moved"]["names"]}:
        made = SpeakerName.objects.filter(speaker=child, norm=norm, origin=Origin.PERSON)
        made.filter(kind=SpeakerName.Kind.NAME).delete()


def _name(speaker: Speaker, name: str) -> None:
    """Give the speaker its own name, where none of its names is that."""
    if not SpeakerName.objects.filter(speaker=speaker, norm=stored_norm(name)).exists():
        _add_name(speaker, name)


def _add_name(speaker: Speaker, name: str) -> None:
    SpeakerName.objects.create(
        speaker=speaker,
        text=name,
        norm=stored_norm(name),
        kind=SpeakerName.Kind.NAME,
        origin=Origin.PERSON,
    )

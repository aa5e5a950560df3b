"""What people change of one speaker: how lists show it, its kind, its Wikidata id, its names."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from annotations.history import Snapshot, record_edit
from annotations.models import Edit, ObjectKind
from annotations.operations.deciding import check_fields, constraint_messages
from annotations.permissions import require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.models import Speaker, SpeakerName
from quotes.models.speaker import Origin
from quotes.normal_form import normal_name, stored_norm

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHANGED: Final = "speaker.changed"
NAME_ADDED: Final = "speaker.name_added"
NAME_REMOVED: Final = "speaker.name_removed"
RESTORED: Final = "speaker.change_undone"
REDONE: Final = "speaker.change_redone"
CHANGES: Final = frozenset({CHANGED, NAME_ADDED, NAME_REMOVED, RESTORED, REDONE})
"""Edits of one speaker alone: ``before`` and ``after`` hold all of it that they can change."""

DETAILS: Final = ("name", "kind", "description", "wikidata_id")
Did = Callable[[Snapshot, Snapshot], bool]
"""Whether an earlier edit, from the state before it and after it, was this very change."""

_NAME: Final = ("text", "kind", "valid_from", "valid_to", "place", "origin")


@transaction.atomic
def change_speaker(
    *, public_id: uuid.UUID, version: int, user: User, changes: Mapping[str, Any]
) -> Speaker:
    """Change how a speaker is shown, what it is, or its Wikidata id. A new name is one more."""
    if "name" in changes:
        changes = {**changes, "name": changes["name"].strip()}

    def change(speaker: Speaker) -> None:
        for field in DETAILS:
            if field in changes:
                setattr(speaker, field, changes[field])
        speaker.wikidata_id = speaker.wikidata_id or None
        if not normal_name(speaker.name):
            raise Invalid("A speaker needs a name.", field="name")
        norm = stored_norm(speaker.name)
        if not SpeakerName.objects.filter(speaker=speaker, norm=norm).exists():
            _add(speaker, text=speaker.name, kind=SpeakerName.Kind.NAME)

    def did(before: Snapshot, after: Snapshot) -> bool:
        return all((after[field] or "") == (value or "") for field, value in changes.items())

    return _change(public_id, version, user, CHANGED, change, did)


@transaction.atomic
def add_speaker_name(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    text: str,
    kind: str = SpeakerName.Kind.NAME,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    place: str = "",
) -> Speaker:
    """Say that texts call the speaker so too, between these days where they are given."""

    def add(speaker: Speaker) -> None:
        if not any(map(str.isalnum, text)):
            raise Invalid("A name needs a letter.", field="text")
        _add(
            speaker,
            text=text.strip(),
            kind=kind,
            valid_from=valid_from,
            valid_to=valid_to,
            place=place.strip(),
        )

    def did(before: Snapshot, after: Snapshot) -> bool:
        new = _without(after["names"], before["names"])
        return [(name[0], name[1]) for name in new] == [(text.strip(), kind)]

    return _change(public_id, version, user, NAME_ADDED, add, did)


@transaction.atomic
def remove_speaker_name(
    *, public_id: uuid.UUID, version: int, user: User, text: str, kind: str, place: str = ""
) -> Speaker:
    """Say that texts do not call the speaker so. The last name stays."""

    def remove(speaker: Speaker) -> None:
        names = SpeakerName.objects.filter(speaker=speaker)
        found = names.filter(text=text, kind=kind, place=place).first()
        if found is None:
            raise Invalid("The speaker has no such name.", code="unknown_name", field="text")
        if names.count() == 1:
            raise NotAllowedNow("This is the speaker's only name: add another one first.")
        found.delete()

    def did(before: Snapshot, after: Snapshot) -> bool:
        gone = _without(before["names"], after["names"])
        return [(name[0], name[1], name[4]) for name in gone] == [(text, kind, place)]

    return _change(public_id, version, user, NAME_REMOVED, remove, did)


@transaction.atomic
def undo_speaker_change(*, public_id: uuid.UUID, version: int, user: User) -> Speaker:
    """Take back the change that made this version of the speaker; of an undo: do it again."""
    speaker = _locked(public_id, user=user)
    if speaker.version != version:
        raise StaleVersion(speaker)
    edit = Edit.objects.of_object(public_id).filter(version=version).first()
    if edit is None or edit.action not in CHANGES:
        raise NotVisible
    before = _state(speaker)
    _go_back(speaker, edit)
    is_undo = not edit.is_undo
    action = RESTORED if is_undo else REDONE
    return _save(speaker, action, user=user, before=before, undoes=edit, is_undo=is_undo)


def _change(
    public_id: uuid.UUID,
    version: int,
    user: User,
    action: str,
    change: Callable[[Speaker], None],
    did: Did,
) -> Speaker:
    speaker = _locked(public_id, user=user)
    before = _state(speaker)
    if speaker.version == version + 1 and _was_just_done(speaker, action, user, did):
        return speaker
    if speaker.version != version:
        raise StaleVersion(speaker)
    if speaker.merged_into_id is not None:
        raise NotAllowedNow("This speaker was merged into another. Open that one.")
    change(speaker)
    if _state(speaker) == before:
        raise Invalid("This is what stands there already.", code="nothing_to_change")
    return _save(speaker, action, user=user, before=before)


def _was_just_done(speaker: Speaker, action: str, user: User, did: Did) -> bool:
    """Did this person make just this change to the version they saw (a request sent twice)?"""
    edit = Edit.objects.of_object(speaker.public_id).filter(version=speaker.version).first()
    if edit is None or edit.action != action or edit.actor_id != user.pk:
        return False
    return did(edit.before or {}, edit.after or {})


def _go_back(speaker: Speaker, edit: Edit) -> None:
    """Give the row (not yet saved) and its names what the edit took; later names stay."""
    before, after = edit.before or {}, edit.after or {}
    for field in DETAILS:
        setattr(speaker, field, before[field])
    for text, kind, _, _, place, _ in _without(after["names"], before["names"]):
        SpeakerName.objects.filter(speaker=speaker, text=text, kind=kind, place=place).delete()
    for name in _without(before["names"], after["names"]):
        _add(speaker, **dict(zip(_NAME, name, strict=True)))


def _without(names: list[list[Any]], others: list[list[Any]]) -> list[list[Any]]:
    return [name for name in names if name not in others]


def _locked(public_id: uuid.UUID, *, user: User) -> Speaker:
    rows = Speaker.objects.select_for_update(of=("self",), no_key=True)
    speaker = rows.filter(public_id=public_id, withdrawal=None).first()
    if speaker is None:
        raise NotVisible
    require(user, "change_speaker", speaker.collection_id)
    return speaker


def _state(speaker: Speaker) -> Snapshot:
    names = SpeakerName.objects.filter(speaker=speaker).order_by("kind", "text", "place", "pk")
    return {
        **{field: getattr(speaker, field) for field in DETAILS},
        "names": [
            [value.isoformat() if isinstance(value, dt.date) else value for value in name]
            for name in names.values_list(*_NAME)
        ],
    }


def _add(speaker: Speaker, *, text: str, origin: str = Origin.PERSON, **facts: Any) -> None:
    for day in ("valid_from", "valid_to"):
        if isinstance(facts.get(day), str):
            facts[day] = dt.date.fromisoformat(facts[day])
    name = SpeakerName(speaker=speaker, text=text, norm=stored_norm(text), origin=origin, **facts)
    check_fields(name)
    with constraint_messages(SpeakerName), transaction.atomic():
        name.save()


def _save(speaker: Speaker, action: str, *, user: User, before: Snapshot, **edit: Any) -> Speaker:
    speaker.version += 1
    check_fields(speaker)
    with constraint_messages(Speaker), transaction.atomic():
        speaker.save(update_fields=(*DETAILS, "version", "updated_at"))
    record_edit(
        actor=user,
        action=action,
        kind=ObjectKind.SPEAKER,
        object_id=speaker.public_id,
        article=None,
        version=speaker.version,
        before=before,
        after=_state(speaker),
        **edit,
    )
    return speaker

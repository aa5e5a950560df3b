"""What people do to speakers: make one that the engine did not know."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from annotations.history import record_edit
from annotations.models import ObjectKind
from annotations.operations.deciding import (
    begin,
    check_fields,
    lock_quote,
)
from annotations.operations.quotes import set_speaker
from annotations.permissions import require
from annotations.refusals import Invalid
from quotes.models import Collection, Quote, Speaker, SpeakerName
from quotes.models.speaker import Origin
from quotes.normal_form import normal_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def create_speaker(
    *,
    collection: Collection,
    user: User,
    name: str,
    kind: str = Speaker.Kind.PERSON,
    batch: uuid.UUID | None = None,
) -> Speaker:
    """Make a speaker with one name."""
    require(user, "change_speaker", collection.pk)
    name = name.strip()
    norm = normal_name(name)
    if not norm:
        raise Invalid("A speaker needs a name.", field="name")
    speaker = Speaker(collection=collection, name=name, kind=kind, origin=Origin.PERSON)
    check_fields(speaker)
    speaker.save()
    SpeakerName.objects.create(
        speaker=speaker,
        text=name,
        norm=norm[:300],
        kind=SpeakerName.Kind.NAME,
        origin=Origin.PERSON,
    )
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
    if begin(quote, user, version, "quote.speaker_set", needs="change", leaves=done) is None:
        return quote
    batch = uuid.uuid4()
    speaker = create_speaker(
        collection=quote.collection, user=user, name=name, kind=kind, batch=batch
    )
    return set_speaker(
        public_id=public_id,
        version=version,
        user=user,
        speaker_id=speaker.public_id,
        batch=batch,
    )

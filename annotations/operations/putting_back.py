"""Putting back what was withdrawn: every row as it was, and every name in its place.

Where the story has changed meanwhile, what somebody decided moves to its newest version, or waits
for a person, as if it had stood there when that came in.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from annotations.history import correction_snapshots, quote_snapshots
from annotations.models import Edit, ObjectKind
from annotations.operations.locking import read_what_was_set_meanwhile
from annotations.operations.nesting import free_nested
from annotations.operations.withdrawing import (
    FACTS,
    WITHDRAWN,
    record_of,
    save_others,
    save_rows,
)
from annotations.permissions import require
from annotations.refusals import NotAllowedNow, NotVisible
from quotes.matching import lock_matching
from quotes.models import (
    Article,
    Correction,
    Placement,
    Quote,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
    Withdrawal,
)
from quotes.operations import request_extraction
from quotes.operations.versions import carry_over

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def put_back(*, public_id: uuid.UUID, user: User) -> Withdrawal:
    """Take a withdrawal back: all that went with it is on the record again."""
    act = Withdrawal.objects.filter(public_id=public_id).first()
    if act is None:
        raise NotVisible
    require(user, "withdraw", act.collection_id)
    changed = _changed_stories(act)
    lock_matching(act.collection_id)
    corrections = _gone(Correction, act)
    quotes = _gone(Quote, act)
    act = Withdrawal.objects.select_for_update(no_key=True).get(pk=act.pk)
    if act.ended_at is not None:
        return act  # a double click
    speakers = list(Speaker.objects.filter(withdrawal=act).select_for_update(no_key=True))
    _name_again(speakers, act, user)
    try:
        with transaction.atomic():
            _return(act, user, ObjectKind.QUOTE, quotes, quote_snapshots)
            _return(act, user, ObjectKind.CORRECTION, corrections, correction_snapshots)
            _asked(act).update(state=Placement.State.ASKED, updated_at=Now())
            for older, newest in changed:
                carry_over(older=older, newer=newest, withdrawn=False)
            free_nested([quote.pk for quote in quotes], user=user, batch=act.public_id)
            for newest in {newest for _, newest in changed}:
                request_extraction(article=newest)  # its run kept silent of what was withdrawn
    except IntegrityError as error:
        raise NotAllowedNow(
            "Somebody has added a quote where one of these stood. Reject it first."
        ) from error
    _remember_in_others(act, user)
    act.ended_at, act.ended_by = timezone.now(), user
    act.kept, act.norms = {}, []
    act.save()
    return act


def _asked(act: Withdrawal) -> QuerySet[Placement]:
    """What a changed story asked about what was withdrawn."""
    return Placement.objects.filter(public_id__in=act.kept.get("asked", []))


def _changed_stories(act: Withdrawal) -> list[tuple[Article, Article]]:
    """Older versions in which rows of the act stand, or are asked about, each with its newest.

    Both are locked: no newer version comes in meanwhile.
    """
    keys = {
        *Quote.objects.filter(withdrawal=act).values_list("article_id", flat=True),
        *Correction.objects.filter(withdrawal=act).values_list("article_id", flat=True),
        *_asked(act).values_list("newer_id", flat=True),
    }
    rows = Article.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.defer("text", "search_vector")
    found = []
    for older in rows.filter(pk__in=keys).order_by("pk"):
        newest = older
        while not newest.is_latest:
            versions = Article.objects.versions_of(older.public_id).newest_versions()
            newest = rows.get(pk=versions.values_list("pk", flat=True)[0])
        if newest.pk != older.pk:
            found.append((older, newest))
    return found


def _gone(model: Any, act: Withdrawal) -> list[Any]:
    people = ("speaker", "addressee", "parent") if model is Quote else ("corrector", "corrected")
    rows = model.objects.filter(withdrawal=act).order_by("pk")
    locked = rows.select_for_update(of=("self",), no_key=True).select_related("article", *people)
    found = list(locked.defer("article__text", "article__search_vector"))
    for row in found:
        read_what_was_set_meanwhile(row, *people)
    return found


def _return(
    act: Withdrawal, user: User, kind: ObjectKind, rows: Sequence[Any], snapshots: Any
) -> None:
    taken = Edit.objects.filter(batch=act.public_id, action=f"{kind.value}.{WITHDRAWN}")
    edits = {edit.object_id: edit for edit in taken}
    before = snapshots(rows)
    for row in rows:
        state = edits[row.public_id].before or {}
        row.status, row.touched, row.withdrawal = state["status"], state["touched"], None
        row.version += 1
    action = f"{kind.value}.put_back"
    save_rows(act, user, action, kind, rows, before, snapshots(rows), undone=edits)


def _name_again(speakers: Sequence[Speaker], act: Withdrawal, user: User) -> None:
    for row in speakers:
        kept = act.kept["speakers"][str(row.public_id)]
        for field in FACTS:
            setattr(row, field, kept[field])
        row.withdrawal = None
        row.version += 1
        row.updated_at = timezone.now()
        if row.wikidata_id and _is_taken(row):
            row.wikidata_id = None
        row.save(update_fields=(*FACTS, "withdrawal", "version", "updated_at"))
        SpeakerName.objects.bulk_create(SpeakerName(speaker=row, **name) for name in kept["names"])
        record_of(row, act, user, "speaker.put_back")


def _is_taken(speaker: Speaker) -> bool:
    """Somebody made the same person anew meanwhile, and gave them the Wikidata id."""
    others = Speaker.objects.filter(
        collection_id=speaker.collection_id, wikidata_id=speaker.wikidata_id
    )
    return others.exclude(pk=speaker.pk).exists()


def _remember_in_others(act: Withdrawal, user: User) -> None:
    """Give quotes by others back what they said of the speaker, where nothing else stands there."""
    kept: dict[str, Any] = act.kept.get("quotes", {})
    if not kept:
        return
    speaker = Speaker.objects.get(public_id=act.object_id)
    people = ("speaker", "addressee", "parent")
    rows = Quote.objects.filter(public_id__in=kept).order_by("pk").select_related(*people)
    others = list(rows.select_for_update(of=("self",), no_key=True))
    for quote in others:
        read_what_was_set_meanwhile(quote, *people)
    touched = [quote for quote in others if quote.touched]
    before = quote_snapshots(touched)
    candidates = []
    for quote in others:
        was = kept[str(quote.public_id)]
        if was["addressee"] and quote.addressee_id is None:
            quote.addressee = speaker
        quote.reason = quote.reason or was["reason"]
        suggestion = quote.suggestion or {}
        if was["suggested_name"] and suggestion.get("speaker") == str(speaker.public_id):
            quote.suggestion = {**suggestion, "speaker_name": was["suggested_name"]}
        if was["candidate"]:
            candidates.append(SpeakerCandidate(quote=quote, speaker=speaker, **was["candidate"]))
        quote.version += 1
    SpeakerCandidate.objects.bulk_create(candidates, ignore_conflicts=True)
    save_others(act, user, others, touched, before)

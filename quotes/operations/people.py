"""Taking in a table of speakers: those who are there are known by their id or their name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from quotes.importing import ReadFailure
from quotes.importing.items import RefusedInput
from quotes.importing.people import PersonRow
from quotes.matching import lock_matching
from quotes.models import Collection, Speaker, SpeakerName
from quotes.models.speaker import Origin
from quotes.normal_form import stored_norm
from quotes.operations.restoring import RestoreReport

Changed = Callable[[Speaker, dict[str, Any] | None, dict[str, Any]], object]
"""Told of each speaker that a row made or changed: what it was, and what it is now."""


def store_people(
    *,
    collection: Collection,
    rows: Iterable[PersonRow | ReadFailure],
    dry_run: bool = False,
    changed: Changed | None = None,
) -> RestoreReport:
    """Make speakers and add to those who are there; nothing that stands there is written over.

    Each row is taken whole or refused with a reason. A dry run does it all and takes it back.
    """
    report = RestoreReport()
    with transaction.atomic():
        lock_matching(collection.pk)
        for row in rows:
            if isinstance(row, ReadFailure):
                report.say(row.name, "failed", row.reason)
                continue
            try:
                with transaction.atomic():
                    _store(collection, row, report, changed)
            except RefusedInput as refusal:
                report.say(row.line, "failed", str(refusal))
            except ValidationError as refusal:
                report.say(row.line, "failed", " ".join(refusal.messages))
        if dry_run:
            transaction.set_rollback(True)
    return report


def _store(
    collection: Collection, row: PersonRow, report: RestoreReport, changed: Changed | None
) -> None:
    speaker = _found(collection, row)
    if speaker is not None:  # locked against a merge meanwhile
        speaker = Speaker.objects.select_for_update(no_key=True).get(pk=speaker.pk)
    before = None if speaker is None else _state(speaker)
    if speaker is None:
        speaker = _made(collection, row)
        report.counts["speakers"] += 1
    said = _add_facts(speaker, row, report)
    if row.also_called and _add_name(speaker, row):
        report.counts["names"] += 1
    after = _state(speaker)
    if before == after:
        report.say(row.line, "known", said)
        return
    if before is not None:
        speaker.version += 1
    speaker.full_clean(exclude=("collection", "merged_into"))
    speaker.save()
    if changed is not None:
        changed(speaker, before, after)
    report.say(row.line, "stored", said)


def _found(collection: Collection, row: PersonRow) -> Speaker | None:
    people = Speaker.objects.filter(collection=collection, withdrawal=None)
    if row.speaker_id is not None:
        speaker = people.filter(public_id=row.speaker_id).select_related("merged_into").first()
        if speaker is None:
            raise RefusedInput("There is no speaker with this id here.")
        speaker = speaker.merged_into or speaker
        if stored_norm(row.name) not in _names(speaker):
            raise RefusedInput(f"The speaker with this id is {speaker.name}, not {row.name}.")
        return speaker
    same = SpeakerName.objects.filter(
        norm=stored_norm(row.name), kind__in=(SpeakerName.Kind.NAME, SpeakerName.Kind.SHORT_NAME)
    )
    found = list(people.current().filter(names__in=same).distinct().order_by("pk")[:2])
    if len(found) == 2:
        raise RefusedInput(f"Several speakers are called {row.name}: give the speaker_id.")
    return found[0] if found else None


def _made(collection: Collection, row: PersonRow) -> Speaker:
    norm = stored_norm(row.name)
    if not norm:
        raise RefusedInput("The name has no letters.")
    speaker = Speaker(
        collection=collection, name=row.name, kind=row.kind or "person", origin=Origin.IMPORT
    )
    speaker.full_clean(exclude=("collection", "merged_into"))
    speaker.save()
    SpeakerName.objects.create(speaker=speaker, text=row.name, norm=norm, origin=Origin.IMPORT)
    return speaker


def _add_facts(speaker: Speaker, row: PersonRow, report: RestoreReport) -> str:
    """Fill what is empty; give what was not set, and why, in words."""
    if row.kind and row.kind != speaker.kind:
        raise RefusedInput(f"{speaker.name} is on record as {speaker.kind}, not {row.kind}.")
    speaker.description = speaker.description or row.description
    if not row.wikidata_id or speaker.wikidata_id == row.wikidata_id:
        return ""
    refusal = _wikidata_refusal(speaker, row)
    if refusal:
        report.counts["Wikidata ids not set"] += 1
        return f"{row.wikidata_id} is not set: {refusal}"
    speaker.wikidata_id = row.wikidata_id
    report.counts["Wikidata ids"] += 1
    return ""


def _wikidata_refusal(speaker: Speaker, row: PersonRow) -> str:
    if not row.wikidata_label:
        return "its label is missing (wikidata_label)."
    if stored_norm(row.wikidata_label) not in _names(speaker):
        return f"its label “{row.wikidata_label}” is no name of {speaker.name}."
    if speaker.wikidata_id:
        return f"{speaker.name} has {speaker.wikidata_id} already."
    holder = Speaker.objects.filter(
        collection=speaker.collection_id, wikidata_id=row.wikidata_id
    ).first()
    return f"{holder.name} has it." if holder else ""


def _add_name(speaker: Speaker, row: PersonRow) -> bool:
    norm = stored_norm(row.also_called)
    there = SpeakerName.objects.filter(
        speaker=speaker, norm=norm, kind=row.called_kind, place=row.place
    )
    if not norm or there.exists():
        return False
    SpeakerName.objects.create(
        speaker=speaker,
        text=row.also_called,
        norm=norm,
        kind=row.called_kind,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        place=row.place,
        origin=Origin.IMPORT,
    )
    return True


def _names(speaker: Speaker) -> set[str]:
    return set(speaker.names.values_list("norm", flat=True)) | {stored_norm(speaker.name)}


def _state(speaker: Speaker) -> dict[str, Any]:
    names = speaker.names.order_by("kind", "text", "pk").values_list("text", flat=True)
    return {
        "name": speaker.name,
        "kind": speaker.kind,
        "description": speaker.description,
        "wikidata_id": speaker.wikidata_id,
        "names": list(names),
    }

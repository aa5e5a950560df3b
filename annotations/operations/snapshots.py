"""Snapshots: asked for by a person, made by a worker, kept and checked."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from annotations.models import Snapshot
from annotations.permissions import require
from annotations.refusals import Invalid
from quotes.exports.csv import PLAIN, Form
from quotes.exports.filters import ExportFilters, RefusedFilter
from quotes.exports.snapshots import (
    SnapshotFacts,
    current_checksums,
    verify_snapshot,
    write_snapshot,
)
from quotes.extraction.config import ENGINE_VERSION
from quotes.models import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

SNAPSHOT_TASK = "annotations.make_snapshot"
SNAPSHOT_QUEUE = "snapshots"


@transaction.atomic
def request_snapshot(
    *,
    collection: Collection,
    user: User | None,
    filters: Mapping[str, str] | None = None,
    form: Form = PLAIN,
    queue: bool = True,
) -> Snapshot:
    """Ask for the next snapshot of a collection; a worker makes it when this commits.

    Raises ``Invalid`` for a filter that does not exist. ``user`` None is the command line.
    """
    if user is not None:
        require(user, "export", collection.pk)
    given = {name: value for name, value in (filters or {}).items() if value}
    try:
        ExportFilters.parse(given, within=(collection.pk,))
    except RefusedFilter as refusal:
        raise Invalid(str(refusal), field=refusal.name) from refusal
    Collection.objects.select_for_update(no_key=True).get(pk=collection.pk)
    last = Snapshot.objects.filter(collection=collection).order_by("-number").first()
    row = Snapshot.objects.create(
        collection=collection,
        number=last.number + 1 if last else 1,
        filters=given,
        options={"raw": form.raw, "excel": form.excel, "body": form.body},
        software=f"On Record {ENGINE_VERSION}",
        made_by=user,
    )
    if queue:
        app.configure_task(SNAPSHOT_TASK, queue=SNAPSHOT_QUEUE).defer(
            snapshot_id=str(row.public_id)
        )
    return row


def make_snapshot(*, snapshot_id: uuid.UUID | str) -> Snapshot:
    """Write the zip and keep what is in it; one that is done is left as it is."""
    row = Snapshot.objects.select_related("collection").get(public_id=snapshot_id)
    if row.state == Snapshot.State.DONE:
        return row
    row.state = Snapshot.State.RUNNING
    row.save(update_fields=("state", "updated_at"))
    try:
        contents = write_snapshot(
            path_of(row),
            facts=_facts(row),
            filters=_filters(row),
            form=Form(**row.options),
            previous=_file_before(row),
        )
    except OSError as error:
        logger.warning("Snapshot %s stopped: %s", row.public_id, error)
        row.state = Snapshot.State.FAILED
        row.error = f"The file could not be written: {error.strerror or error}."[:500]
        row.save(update_fields=("state", "error", "updated_at"))
        return row
    row.state, row.error = Snapshot.State.DONE, ""
    row.counts, row.checksums = contents.counts, contents.checksums
    row.size, row.sha256 = contents.size, contents.sha256
    row.finished_at = timezone.now()
    row.save()
    return row


def give_up_snapshot(*, snapshot_id: uuid.UUID | str) -> None:
    """Say that a snapshot's workers died: nobody waits for it any longer."""
    rows = Snapshot.objects.filter(public_id=snapshot_id).exclude(state=Snapshot.State.DONE)
    rows.update(
        state=Snapshot.State.FAILED,
        error="What makes it was stopped several times. Make another one.",
        updated_at=timezone.now(),
    )


def check_snapshot(row: Snapshot) -> list[str]:
    """Say what is wrong with a kept snapshot; nothing when it is whole and as it was made."""
    if row.state != Snapshot.State.DONE:
        return [f"It was not made: {row.error or f'{row.get_state_display()}.'}"]
    if not path_of(row).is_file():
        return [f"Its file {row.file_name} is not there."]
    return verify_snapshot(path_of(row), sha256=row.sha256)


def changed_tables(row: Snapshot) -> list[str]:
    """Name the tables that would come out differently now."""
    now = current_checksums(_filters(row), Form(**row.options))
    return [name for name, checksum in row.checksums.items() if now.get(name) != checksum]


def path_of(row: Snapshot) -> Path:
    return Path(settings.DATA_DIR) / "snapshots" / row.file_name


def _filters(row: Snapshot) -> ExportFilters:
    return ExportFilters.parse(row.filters, within=(row.collection_id,))


def _file_before(row: Snapshot) -> Path | None:
    """The newest finished snapshot before this one that asked for the same."""
    before = (
        Snapshot.objects.done()
        .filter(collection=row.collection_id, number__lt=row.number)
        .filter(filters=row.filters, options=row.options)
        .select_related("collection")
        .order_by("-number")
        .first()
    )
    return path_of(before) if before else None


def _facts(row: Snapshot) -> SnapshotFacts:
    collection = row.collection
    return SnapshotFacts(
        number=row.number,
        collection=collection.slug,
        title=collection.name,
        made_at=row.created_at,
        software=row.software,
        licence=str(collection.settings.get("data_licence", "")),
        guidelines=collection.guidelines,
        address=settings.PUBLIC_URL,
        filters=row.filters,
    )

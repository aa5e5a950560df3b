"""What an editor does to bring articles in, and to have one read again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from annotations.history import Snapshot, record_edit
from annotations.models import ObjectKind
from annotations.permissions import require
from annotations.refusals import Invalid
from quotes.fetching import Limits, NotFetched, RefusedAddress, fetch
from quotes.importing import (
    MAX_FILE_BYTES,
    ArticleInput,
    ReadFailure,
    read_download,
    read_upload,
)
from quotes.importing.annotated import read_annotated
from quotes.importing.people import read_people
from quotes.models import Collection, Import, Speaker
from quotes.operations import as_waiting, import_items, queue_import
from quotes.operations.people import store_people
from quotes.operations.restoring import RestoreReport, restore_lines

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_WAITING = 5_000
MAX_WAITING_CHARACTERS = 50_000_000
"""Of one file that a worker is to bring in: it is kept in the database until then."""


def import_articles(
    *, collection: Collection, user: User, items: Iterable[ArticleInput | ReadFailure]
) -> Import:
    """Bring articles into a collection; each item is stored whole or reported as failed."""
    require(user, "import", collection.pk)
    return import_items(collection=collection, items=items, user=user)


def queue_articles(*, collection: Collection, user: User, articles: list[dict[str, Any]]) -> Import:
    """Have a worker bring in many articles; the answer says where to look how far it has come."""
    require(user, "import", collection.pk)
    return queue_import(collection=collection, waiting=articles, user=user)


def queue_file(*, collection: Collection, user: User, name: str, file: BinaryIO) -> Import:
    """Read a file, a zip too, and have a worker bring in what is in it.

    Raises ``Invalid`` where it holds more than can wait at once.
    """
    require(user, "import", collection.pk)
    waiting, characters = [], 0
    for item in read_upload(name, file):
        waiting.append(as_waiting(item))
        characters += len(item.text) if isinstance(item, ArticleInput) else 0
        if len(waiting) > MAX_WAITING or characters > MAX_WAITING_CHARACTERS:
            raise Invalid(
                f"More than {MAX_WAITING:,} articles, or {MAX_WAITING_CHARACTERS:,} characters: "
                "send them in several files.",
                code="too_much",
                field="file",
            )
    return queue_import(collection=collection, waiting=waiting, user=user)


def import_address(*, collection: Collection, user: User, address: str) -> Import:
    """Bring in the article that stands at a web address; asked before anything is written.

    Raises ``PermissionDenied`` where the server is not to ask other servers, which is how it comes,
    and ``Invalid`` for an address that is not a public one. An address that brings no article is
    reported as a failed item.
    """
    require(user, "import", collection.pk)
    if not settings.URL_IMPORT:
        raise PermissionDenied(
            "Import by address is off here. Who runs the server turns it on with URL_IMPORT=1."
        )
    return import_items(collection=collection, items=[_fetched(address)], user=user)


Files = Sequence[tuple[str, BinaryIO]]
"""Uploaded files, each with its name."""


def import_annotations(
    *, collection: Collection, user: User, files: Files, dry_run: bool = False
) -> RestoreReport:
    """Bring in articles that come with their quotes; a dry run says what would happen."""
    require(user, "import", collection.pk)
    lines = chain.from_iterable(read_annotated(name, file) for name, file in files)
    return restore_lines(collection=collection, lines=lines, dry_run=dry_run)


@transaction.atomic
def import_people(
    *, collection: Collection, user: User, files: Files, dry_run: bool = False
) -> RestoreReport:
    """Bring in a table of speakers; a history row for each that it makes or changes."""
    require(user, "change_speaker", collection.pk)
    rows = chain.from_iterable(read_people(name, file) for name, file in files)
    batch = uuid.uuid4()

    def record(speaker: Speaker, before: Snapshot | None, after: Snapshot) -> None:
        record_edit(
            actor=user,
            action="speaker.imported",
            kind=ObjectKind.SPEAKER,
            object_id=speaker.public_id,
            article=None,
            version=speaker.version,
            before=before,
            after=after,
            batch=batch,
        )

    return store_people(collection=collection, rows=rows, dry_run=dry_run, changed=record)


def _fetched(address: str) -> ArticleInput | ReadFailure:
    try:
        page = fetch(address, limits=Limits(bytes=MAX_FILE_BYTES))
    except RefusedAddress as refusal:
        raise Invalid(str(refusal), code="refused_address", field="address") from refusal
    except NotFetched as failure:
        return ReadFailure(address, str(failure))
    if page.status != 200:
        return ReadFailure(address, f"The address answered with status {page.status}.")
    return read_download(page.url, page.body, page.content_type)

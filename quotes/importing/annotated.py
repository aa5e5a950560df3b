"""One file with annotations, ours or another tool's, to lines of our record."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from quotes.importing.ahead import Found
from quotes.importing.archives import opened, unpacked
from quotes.importing.checks import Fields
from quotes.importing.decoding import decode
from quotes.importing.files import check_size
from quotes.importing.foreign import brat, label_studio, read_line, tasks_of
from quotes.importing.items import ReadFailure, RefusedInput, printable
from quotes.importing.own_tables import is_own, read_own_tables
from quotes.importing.record import RecordLine, read_record


@dataclass(frozen=True, slots=True)
class AnnotatedFiles:
    """What files hold, read anew each time that it is gone through."""

    paths: Sequence[Path]

    def __iter__(self) -> Iterator[Found]:
        for path in self.paths:
            try:
                file = path.open("rb")
            except OSError as error:
                yield ReadFailure(str(path), f"The file cannot be read: {error.strerror}.")
                continue
            with file:
                yield from read_annotated(str(path), file)


def read_annotated(name: str, file: BinaryIO) -> Iterator[Found]:
    """Read a file by its ending and what is in it.

    A .zip is of our own tables or of brat's files, .json is Label Studio's; lines are told apart by
    their keys.
    """
    name = printable(name)
    try:
        if name.lower().endswith(".zip"):
            with opened(file) as archive:
                read = read_own_tables if is_own(archive) else _brat_archive
                yield from read(name, archive)
        elif name.lower().endswith(".json"):
            check_size(file.seek(0, 2))
            file.seek(0)
            for number, task in enumerate(tasks_of(file.read()), 1):
                yield _read(f"{name}, task {number:,}", partial(label_studio, task))
        else:
            yield from read_record(name, file, read_line)
    except RefusedInput as refusal:
        yield ReadFailure(name, str(refusal))


def _brat_archive(name: str, archive: zipfile.ZipFile) -> Iterator[Found]:
    """Read each .txt of a zip with the .ann beside it; a text without one has no quotes."""
    entries = {entry.filename: entry for entry in archive.infolist()}
    texts = [one for one in entries if PurePosixPath(one).suffix == ".txt"]
    if not texts:
        raise RefusedInput(
            "There is no .txt in it: brat has one beside each .ann. "
            "Our own tables are articles.csv, quotes.csv and quote_parts.csv."
        )
    for text in texts:
        standoff = entries.get(f"{text.removesuffix('.txt')}.ann")
        yield _read(f"{name}: {text}", partial(_pair, archive, entries[text], standoff))


def _pair(
    archive: zipfile.ZipFile, text: zipfile.ZipInfo, standoff: zipfile.ZipInfo | None
) -> Fields:
    body, _ = decode(unpacked(archive, text))
    marks = unpacked(archive, standoff) if standoff else b""
    return brat(body, decode(marks)[0] if marks else "")


def _read(name: str, read: Callable[[], Fields]) -> Found:
    try:
        return RecordLine(name, read())
    except RefusedInput as refusal:
        return ReadFailure(name, str(refusal))

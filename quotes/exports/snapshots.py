"""Snapshots: all tables of one state in a zip that can be cited, kept, compared and checked.

Two snapshots of one state hold the same bytes in every table; only what tells a snapshot's number
and day differs. Nothing is ever half there: the zip takes its name when it is complete.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from quotes.exports.codebook import codebook_csv
from quotes.exports.csv import Form, csv_blocks, snapshot
from quotes.exports.datapackage import WrittenFile, data_package
from quotes.exports.filters import ExportFilters
from quotes.exports.papers import citation, licence_text, readme
from quotes.exports.tables import TABLES

SUMS = "SHA256SUMS"
PACKAGE = "datapackage.json"
REJOIN = "rejoin.py"
LONGEST_CELL = 2**31 - 1
UNREADABLE = (
    OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError,
    KeyError, IndexError, ValueError, csv.Error,
)  # fmt: skip
"""What reading a zip raises whose bytes are not those that were written."""
COMPARED = ("articles", "speakers", "quotes", "corrections")
"""Tables whose rows are told apart by their first column; what changed in them is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFacts:
    """What a snapshot says of itself."""

    number: int
    collection: str
    title: str
    made_at: dt.datetime
    software: str
    licence: str = ""
    guidelines: str = ""
    address: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.collection}-{self.number:04d}"


@dataclass(frozen=True, slots=True)
class SnapshotContents:
    """What was written: rows and checksum of each table, and the zip's own."""

    counts: dict[str, int]
    checksums: dict[str, str]
    size: int
    sha256: str


def write_snapshot(
    path: Path,
    *,
    facts: SnapshotFacts,
    filters: ExportFilters,
    form: Form,
    previous: Path | None = None,
) -> SnapshotContents:
    """Write a snapshot's zip; ``previous`` is the one whose changes are told.

    Raises ``OSError`` where it cannot be written (a full disk); nothing of it is left then.
    """
    beginning = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(beginning, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            writer = _Writer(archive, facts.made_at)
            with snapshot():
                for name, table in TABLES.items():
                    with closing(csv_blocks(table, filters, form)) as blocks:
                        writer.add(table.file_name, blocks, key=name)
            _add_papers(writer, facts, form, previous)
        digest, size = _digest(beginning)
        beginning.replace(path)
    except BaseException:
        with suppress(OSError):
            beginning.unlink(missing_ok=True)
        raise
    tables = {file.name: file for file in writer.tables.values()}
    return SnapshotContents(
        counts={name: file.rows for name, file in tables.items()},
        checksums={name: file.sha256 for name, file in tables.items()},
        size=size,
        sha256=digest,
    )


def verify_snapshot(path: Path, *, sha256: str = "") -> list[str]:
    """Check a snapshot's zip against its own sums and counts; give what is wrong, in words."""
    wrong: list[str] = []
    if sha256 and _digest(path)[0] != sha256:
        wrong.append("The file is not the one that was made: its SHA-256 differs.")
    try:
        with zipfile.ZipFile(path) as archive:
            wrong += _verify_files(archive)
    except UNREADABLE as error:
        wrong.append(f"The archive cannot be read: {error}.")
    return wrong


def current_checksums(filters: ExportFilters, form: Form) -> dict[str, str]:
    """Give the checksum that each table would have now: equal where nothing changed since."""
    found = {}
    with snapshot():
        for table in TABLES.values():
            digest = hashlib.sha256()
            for block, _ in csv_blocks(table, filters, form):
                digest.update(block)
            found[table.file_name] = digest.hexdigest()
    return found


def changes_since(archive: zipfile.ZipFile, previous: Path | None) -> str:
    """Tell how many rows came, went and changed since another snapshot."""
    if previous is None:
        return "This is the first snapshot.\n"
    try:
        with zipfile.ZipFile(previous) as older:
            lines = [f"Changes since {previous.stem}:", ""]
            for name in COMPARED:
                lines += _changes(name, older, archive)
    except UNREADABLE as error:
        return f"The snapshot before this one ({previous.name}) cannot be read: {error}.\n"
    return "\n".join(lines) + "\n"


def _changes(name: str, older: zipfile.ZipFile, newer: zipfile.ZipFile) -> list[str]:
    file_name = TABLES[name].file_name
    before, now = _rows_by_id(older, file_name), _rows_by_id(newer, file_name)
    came, went = now.keys() - before.keys(), before.keys() - now.keys()
    changed = sum(before[key] != now[key] for key in before.keys() & now.keys())
    told = [f"{file_name}: {len(came):,} new, {changed:,} changed, {len(went):,} gone"]
    return told + [f"  gone: {key}" for key in sorted(went)]


def _rows_by_id(archive: zipfile.ZipFile, file_name: str) -> dict[str, bytes]:
    """A short hash of each row by its id: some 200 bytes a row are held."""
    csv.field_size_limit(LONGEST_CELL)
    with archive.open(file_name) as file:
        rows = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))
        next(rows)
        return {
            row[0]: hashlib.blake2b("\x1f".join(row).encode(), digest_size=8).digest()
            for row in rows
        }


def _add_papers(writer: _Writer, facts: SnapshotFacts, form: Form, previous: Path | None) -> None:
    """Add what explains the tables; the sums last, over everything before them."""
    package = data_package(
        name=facts.name,
        title=facts.title,
        version=str(facts.number),
        made_at=facts.made_at,
        licence=facts.licence,
        tables=TABLES,
        files=writer.tables,
        options={"raw": form.raw, "excel": form.excel, "body": form.body},
        filters=facts.filters,
    )
    script = resources.files("quotes.exports").joinpath(REJOIN)
    changes = changes_since(writer.archive, previous)
    for name, text in (
        ("README.txt", readme(facts, form)),
        ("CITATION.cff", citation(facts)),
        ("LICENSE-DATA.txt", licence_text(facts)),
        ("CHANGES.txt", changes),
        ("guidelines.txt", facts.guidelines or "No guidelines are written down.\n"),
        (REJOIN, script.read_text(encoding="utf-8")),
        (PACKAGE, json.dumps(package, ensure_ascii=False, indent=1) + "\n"),
    ):
        writer.add(name, [(text.encode(), 0)])
    writer.add("codebook.csv", [(codebook_csv(), 0)])
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in writer.files)
    writer.add(SUMS, [(sums.encode(), 0)])


class _Writer:
    """Streams files into a zip, all with the snapshot's own time, and keeps their sums."""

    def __init__(self, archive: zipfile.ZipFile, made_at: dt.datetime) -> None:
        self.archive = archive
        self.stamp = made_at.astimezone(dt.UTC).timetuple()[:6]
        self.files: list[WrittenFile] = []
        self.tables: dict[str, WrittenFile] = {}

    def add(self, name: str, blocks: Iterable[tuple[bytes, int]], *, key: str = "") -> None:
        entry = zipfile.ZipInfo(name, self.stamp)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        digest, size, rows = hashlib.sha256(), 0, 0
        with self.archive.open(entry, "w", force_zip64=True) as file:
            for block, count in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
                rows += count
        written = WrittenFile(name, rows, size, digest.hexdigest())
        self.files.append(written)
        if key:
            self.tables[key] = written


def _verify_files(archive: zipfile.ZipFile) -> Iterator[str]:
    sums: dict[str, str] = {}
    for line in archive.read(SUMS).decode().splitlines():
        digest_there, _, name = line.partition("  ")
        sums[name] = digest_there
    names = [name for name in archive.namelist() if name != SUMS]
    for name in sorted(set(sums) - set(names)):
        yield f"{name} is missing."
    for name in sorted(set(names) - set(sums)):
        yield f"{name} has no sum."
    for name in names:
        digest = hashlib.sha256()
        with archive.open(name) as file:
            while block := file.read(2**20):
                digest.update(block)
        if name in sums and digest.hexdigest() != sums[name]:
            yield f"{name} is not what was written: its sum differs."
    csv.field_size_limit(LONGEST_CELL)
    for resource in json.loads(archive.read(PACKAGE))["resources"]:
        if resource["path"] not in names:
            continue
        with archive.open(resource["path"]) as file:
            rows = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))
            count = sum(1 for _ in rows) - 1
        if count != resource["rows"]:
            yield f"{resource['path']} has {count:,} rows, not {resource['rows']:,}."


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size

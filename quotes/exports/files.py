"""Exports as files in a folder: each is whole or not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from quotes.exports.codebook import codebook_csv
from quotes.exports.csv import PLAIN, Form, csv_blocks, snapshot
from quotes.exports.filters import ExportFilters
from quotes.exports.formats.lines import ExportFormat
from quotes.exports.tables import TABLES


def write_tables(
    folder: Path,
    tables: Iterable[str],
    filters: ExportFilters,
    form: Form = PLAIN,
) -> dict[str, int]:
    """Write the tables from one snapshot, and their codebook; give the rows of each file.

    A file takes its name when it is complete. Where one fails (a full disk), its beginning is
    removed, ``OSError`` is raised, and files of that name from before stay as they were.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    with snapshot():
        for name in tables:
            table = TABLES[name]
            with closing(csv_blocks(table, filters, form)) as blocks:
                written[table.file_name] = _write(folder / table.file_name, blocks)
    rows = codebook_csv().count(b"\r\n") - 1
    written["codebook.csv"] = _write(folder / "codebook.csv", [(codebook_csv(), rows)])
    return written


def write_format(path: Path, chosen: ExportFormat, filters: ExportFilters) -> int:
    """Write one format into a file, which takes its name when it is complete; give how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _beginning_of(path) as file:
        return chosen.write(filters, file)


def open_format(chosen: ExportFormat, filters: ExportFilters) -> IO[bytes]:
    """Write one format into a file without a name, which ends with whoever closes it."""
    file = TemporaryFile()  # noqa: SIM115 - the caller's to close
    try:
        chosen.write(filters, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write(path: Path, blocks: Iterable[tuple[bytes, int]]) -> int:
    total = 0
    with _beginning_of(path) as file:
        for block, rows in blocks:
            file.write(block)
            total += rows
    return total


@contextmanager
def _beginning_of(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside the path, which becomes it at the end and is removed by an error."""
    beginning = path.with_name(f".{path.name}.part")
    try:
        with beginning.open("wb") as file:
            yield file
        beginning.replace(path)
    except BaseException:
        with suppress(OSError):
            beginning.unlink(missing_ok=True)
        raise

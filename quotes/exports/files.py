"""Exports as files in a folder: each is whole or not there."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from quotes.exports.codebook import codebook_csv
from quotes.exports.csv import PLAIN, Form, csv_blocks, snapshot
from quotes.exports.filters import ExportFilters
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
            blocks = csv_blocks(table, filters, form)
            written[table.file_name] = _write(folder / table.file_name, blocks)
    rows = codebook_csv().count(b"\r\n") - 1
    written["codebook.csv"] = _write(folder / "codebook.csv", [(codebook_csv(), rows)])
    return written


def _write(path: Path, blocks: Iterable[tuple[bytes, int]]) -> int:
    beginning = path.with_name(f".{path.name}.part")
    total = 0
    try:
        with beginning.open("wb") as file:
            for block, rows in blocks:
                file.write(block)
                total += rows
        beginning.replace(path)
    except BaseException:
        with suppress(OSError):
            beginning.unlink(missing_ok=True)
        raise
    return total

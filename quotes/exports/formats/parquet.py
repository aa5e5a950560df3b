"""Parquet: the table of quotes with types, for large analyses. Needs pyarrow, which is optional."""

from __future__ import annotations

import tempfile
from contextlib import closing
from typing import IO, Any

from quotes.exports.csv import Form, stream_csv
from quotes.exports.filters import ExportFilters
from quotes.exports.formats.lines import ExportFormat
from quotes.exports.tables import TABLES


class MissingLibrary(RuntimeError):
    """The library of an optional format is not installed; the message says how to get it."""


def _types(pyarrow: Any) -> dict[str, Any]:
    known = {
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
        "date": pyarrow.date32(),
        "time": pyarrow.timestamp("us", tz="UTC"),
    }
    return {
        column.name: known.get(column.type, pyarrow.string()) for column in TABLES["quotes"].columns
    }


def _write(filters: ExportFilters, file: IO[bytes]) -> int:
    try:
        import pyarrow  # type: ignore[import-untyped] # it ships no types
        from pyarrow import csv, parquet
    except ImportError as error:
        raise MissingLibrary("Parquet needs pyarrow: pip install pyarrow") from error
    count = 0
    with tempfile.TemporaryFile() as table:
        with closing(stream_csv("quotes", filters, Form(raw=True))) as blocks:
            table.writelines(blocks)
        table.seek(0)
        batches = csv.open_csv(
            table,
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=_types(pyarrow),
                null_values=[""],
                strings_can_be_null=True,
                true_values=["1"],
                false_values=["0"],
            ),
        )
        with parquet.ParquetWriter(file, batches.schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += batch.num_rows
    return count


PARQUET = ExportFormat(
    "parquet",
    "Parquet",
    ".parquet",
    "application/vnd.apache.parquet",
    _write,
    "Nothing that quotes.csv holds; the other tables are not in it.",
    heavy=True,
)

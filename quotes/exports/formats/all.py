"""All formats besides CSV, in the order in which they are listed."""

from __future__ import annotations

from typing import IO

from quotes.exports.filters import ExportFilters
from quotes.exports.formats.lines import ExportFormat
from quotes.exports.formats.linked_data import SCHEMA_ORG, WEB_ANNOTATION
from quotes.exports.formats.parquet import PARQUET
from quotes.exports.formats.tagging import BIO, BRAT, DOCBIN
from quotes.exports.formats.tei import TEI
from quotes.exports.jsonl import stream_jsonl


def _write_jsonl(filters: ExportFilters, file: IO[bytes]) -> int:
    count = 0
    for block in stream_jsonl(filters):
        count += block.count(b"\n")
        file.write(block)
    return count


JSONL = ExportFormat(
    "jsonl",
    "JSONL, to archive and read back",
    ".jsonl",
    "application/x-ndjson",
    _write_jsonl,
    "The history of decisions, withdrawn and replaced rows, and speakers that no article mentions. "
    "A line is whole: filters on speaker, kind and status do not narrow it.",
)
FORMATS = {
    one.name: one for one in (JSONL, WEB_ANNOTATION, SCHEMA_ORG, TEI, BRAT, BIO, DOCBIN, PARQUET)
}
SERVED = {name: one for name, one in FORMATS.items() if not one.heavy}
"""Those that a web process makes."""

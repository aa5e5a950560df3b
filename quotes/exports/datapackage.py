"""datapackage.json: the tables of a snapshot described by the Data Package standard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quotes.exports.columns import NEVER_MISSING, Column, Table

FIELD_TYPES: Mapping[str, Mapping[str, str]] = {
    "id": {"type": "string", "format": "uuid"},
    "text": {"type": "string"},
    "code": {"type": "string"},
    "list": {"type": "string"},
    "json": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "time": {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%fZ"},
}
"""JSON cells are strings here: a package reader would take lists for objects."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of a snapshot as it was written."""

    name: str
    rows: int
    size: int
    sha256: str


def data_package(
    *,
    name: str,
    title: str,
    version: str,
    made_at: dt.datetime,
    licence: str,
    tables: Mapping[str, Table],
    files: Mapping[str, WrittenFile],
    options: Mapping[str, bool],
    filters: Mapping[str, str],
) -> dict[str, Any]:
    """Describe a snapshot's tables; ``files`` has one entry a table, by the table's name."""
    return {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "version": version,
        "created": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **({"licenses": [{"path": "LICENSE-DATA.txt", "title": licence}]} if licence else {}),
        "filters": dict(filters),
        "options": dict(options),
        "resources": [
            _resource(table, files[key], body=options["body"]) for key, table in tables.items()
        ],
    }


def _resource(table: Table, file: WrittenFile, *, body: bool) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name.replace("_", "-"),
        "path": file.name,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "rows": file.rows,
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'},
        "schema": {
            "fields": [_field(column, body=body) for column in table.columns],
            "missingValues": [""],
        },
    }


def _field(column: Column, *, body: bool) -> dict[str, Any]:
    kind: dict[str, Any] = dict(FIELD_TYPES[column.type])
    if column.type == "boolean":
        kind |= {"trueValues": ["1"], "falseValues": ["0"]}
    always = column.missing == NEVER_MISSING and (body or not column.body)
    return {
        "name": column.name,
        **kind,
        "description": column.meaning,
        "example": column.example,
        **({"constraints": {"required": True}} if always else {}),
    }

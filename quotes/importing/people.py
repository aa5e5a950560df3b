"""A spreadsheet of speakers: who they are, how they are called and when, their Wikidata ids.

One row a name: somebody with three titles has three rows. A Wikidata id comes with the label that
it has there, which must be one of the speaker's names: an id off by a digit is somebody else's.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from quotes.formula_guard import unguard
from quotes.importing.decoding import decode
from quotes.importing.files import check_size
from quotes.importing.items import ReadFailure, RefusedInput, printable
from quotes.importing.tables import check_columns, csv_rows

KINDS = ("person", "organisation", "group", "unnamed")
NAME_KINDS = ("name", "short_name", "honorific", "title", "nickname")
COLUMNS = (
    "name", "speaker_id", "kind", "description", "also_called", "called_kind", "valid_from",
    "valid_to", "place", "wikidata_id", "wikidata_label",
)  # fmt: skip
FROM_WIKIDATA = {"item": "wikidata_id", "itemLabel": "wikidata_label"}
"""Columns as Wikidata's own query page writes them."""
WIKIDATA_ID = re.compile(r"(?:https?://www\.wikidata\.org/(?:entity|wiki)/)?(Q[1-9]\d{0,18})")
LONGEST = {"name": 300, "also_called": 300, "description": 500, "place": 200}
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row: a speaker, and at most one further name. ``line`` is where it stands."""

    line: str
    name: str
    speaker_id: uuid.UUID | None = None
    kind: str = ""
    description: str = ""
    also_called: str = ""
    called_kind: str = "title"
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    place: str = ""
    wikidata_id: str = ""
    wikidata_label: str = ""


def read_people(name: str, file: BinaryIO) -> Iterator[PersonRow | ReadFailure]:
    """Read a table of speakers; a bad row is reported, the others are read."""
    name = printable(name)
    try:
        check_size(file.seek(0, 2))
        file.seek(0)
        text, _ = decode(file.read())
        for number, row in csv_rows(text, _check_header):
            line = f"{name}, row {number:,}"
            try:
                if isinstance(row, RefusedInput):
                    raise row
                yield _person(line, {FROM_WIKIDATA.get(key, key): row[key] for key in row})
            except RefusedInput as refusal:
                yield ReadFailure(line, str(refusal))
    except RefusedInput as refusal:
        yield ReadFailure(name, str(refusal))


def _check_header(header: list[str]) -> None:
    check_columns([FROM_WIKIDATA.get(one, one) for one in header], COLUMNS, ("name",))


def _person(line: str, row: dict[str, str]) -> PersonRow:
    cells = {key: unguard(value).strip() for key, value in row.items()}
    for key, value in cells.items():
        if UNSTORABLE.search(value):
            raise RefusedInput(f"“{key}” holds a character that cannot be stored.")
        if len(value) > LONGEST.get(key, 100):
            raise RefusedInput(f"“{key}” has more than {LONGEST.get(key, 100)} characters.")
    if not cells.get("name"):
        raise RefusedInput("The name is missing.")
    if not cells.get("also_called") and any(
        cells.get(key) for key in ("called_kind", "valid_from", "valid_to", "place")
    ):
        raise RefusedInput("Dates, place and kind of a name need “also_called”.")
    wikidata = WIKIDATA_ID.fullmatch(cells.get("wikidata_id", ""))
    if cells.get("wikidata_id") and wikidata is None:
        raise RefusedInput(f"“{cells['wikidata_id'][:40]}” is no Wikidata id like Q42.")
    begins, ends = _day(cells, "valid_from"), _day(cells, "valid_to")
    if begins and ends and begins > ends:
        raise RefusedInput("The name ends before it begins.")
    return PersonRow(
        line=line,
        name=cells["name"],
        speaker_id=_id(cells.get("speaker_id", "")),
        kind=_one_of(cells, "kind", KINDS, ""),
        description=cells.get("description", ""),
        also_called=cells.get("also_called", ""),
        called_kind=_one_of(cells, "called_kind", NAME_KINDS, "title"),
        valid_from=begins,
        valid_to=ends,
        place=cells.get("place", ""),
        wikidata_id=wikidata.group(1) if wikidata else "",
        wikidata_label=cells.get("wikidata_label", ""),
    )


def _one_of(cells: dict[str, str], key: str, known: tuple[str, ...], default: str) -> str:
    value = cells.get(key, "").lower().replace(" ", "_") or default
    if value and value not in known:
        raise RefusedInput(f"“{value[:40]}” in “{key}” is none of: {', '.join(known)}.")
    return value


def _day(cells: dict[str, str], key: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(cells[key]) if cells.get(key) else None
    except ValueError:
        raise RefusedInput(f"“{cells[key][:40]}” in “{key}” is no day like 2031-05-04.") from None


def _id(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if value else None
    except ValueError:
        raise RefusedInput(f"“{value[:40]}” in “speaker_id” is no id.") from None

"""JSON lines and CSV: many articles in one file, each item read or refused on its own."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from quotes.formula_guard import unguard
from quotes.importing.items import MAX_FILE_BYTES, RefusedInput

TEXT_FIELDS = (
    "text",
    "headline",
    "byline",
    "outlet",
    "published_on",
    "url",
    "language",
    "country",
    "external_id",
)
EXPORTED_FIELDS = frozenset(
    (
        "article_id",
        "collection",
        "canonical_url",
        "text_sha256",
        "n_characters",
        "encoding",
        "skipped",
        "previous_article_id",
        "is_latest",
        "imported_at",
        "n_quotes",
        "n_confirmed",
        "n_corrections",
        "engine_version",
        "version",
    )
)
"""Columns of our own articles.csv that are made anew when it is read back."""
DELIMITERS = ",;\t"
MAX_COLUMNS = 200
HeaderCheck = Callable[[list[str]], None]
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
COUNTRY = re.compile(r"[A-Za-z]{2}")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:$|[T ])")


def json_fields(line: str) -> dict[str, str]:
    """Read one JSON object as article fields; refuse what is not one, in words."""
    try:
        data = json.loads(line, object_pairs_hook=_without_repeats)
    except RefusedInput:
        raise
    except json.JSONDecodeError as error:
        raise RefusedInput(f"Not valid JSON at character {error.pos:,}: {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise RefusedInput("Not JSON that can be read: it is nested or long past use.") from error
    if not isinstance(data, dict):
        raise RefusedInput("Each line must be one JSON object with the key “text”.")
    _refuse_unknown(data, "key")
    fields = {}
    for key, value in data.items():
        if value is None:
            continue
        if not isinstance(value, str):
            raise RefusedInput(f"The value of “{key}” must be text in quotation marks.")
        fields[key] = value
    if "text" not in fields:
        raise RefusedInput("The key “text” is missing.")
    return fields


def csv_rows(
    text: str, check: HeaderCheck | None = None
) -> Iterator[tuple[int, dict[str, str] | RefusedInput]]:
    """Read a table's rows with their numbers as a spreadsheet counts them (the header is 1).

    ``check`` refuses a header; without one the table must be of articles. Raises ``RefusedInput``
    for a header that cannot be used; a bad row is yielded as one.
    """
    csv.field_size_limit(MAX_FILE_BYTES)  # the default refuses articles over 131,072 characters
    delimiter = _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = _header(rows, check or _check_articles)
    number = 1
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, RefusedInput(f"Not valid CSV at line {rows.line_num:,}: {error}.")
            continue
        if not row:
            continue  # an empty line
        if len(row) != len(header):
            yield (
                number,
                RefusedInput(f"The row has {len(row):,} cells, the header {len(header):,}."),
            )
            continue
        yield number, {key: value for key, value in zip(header, row, strict=True) if value}


def unguarded(row: dict[str, str]) -> dict[str, str]:
    """Undo the guard against spreadsheet formulas in a table of ours; check its text by its hash.

    A table is ours when it has ``text_sha256``; in any other one an apostrophe is what it says.
    Raises ``RefusedInput`` for a text that does not fit its hash.
    """
    as_it_stands = {key: value for key, value in row.items() if key in TEXT_FIELDS}
    if not (expected := row.get("text_sha256")):
        return as_it_stands
    without_guard = {key: unguard(value) for key, value in as_it_stands.items()}
    for fields in (without_guard, as_it_stands):  # the latter was exported without the guard
        if hashlib.sha256(fields.get("text", "").encode()).hexdigest() == expected:
            return fields
    raise RefusedInput(
        "The text is not the one that was exported: it does not fit its “text_sha256”."
    )


def article_date(value: str) -> dt.date | None:
    """Read an ISO 8601 day, or the day of an ISO 8601 time."""
    if not value:
        return None
    if found := DAY.match(value):
        try:
            return dt.date.fromisoformat(found.group(1))
        except ValueError:
            pass
    raise RefusedInput(f"“{value[:40]}” in “published_on” is not a date like 2031-05-04.")


def checked_codes(language: str, country: str) -> tuple[str, str]:
    """Give language (BCP 47) and country (ISO 3166, two letters, upper case), or refuse them."""
    if language and not LANGUAGE.fullmatch(language):
        raise RefusedInput(f"“{language[:40]}” in “language” is not a code like en or en-GB.")
    if country and not COUNTRY.fullmatch(country):
        raise RefusedInput(f"“{country[:40]}” in “country” is not a two-letter code like GB.")
    return language, country.upper()


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data: dict[str, object] = {}
    for key, value in pairs:
        if key in data:
            raise RefusedInput(f"The key “{key[:40]}” stands there twice.")
        data[key] = value
    return data


def _refuse_unknown(keys: Iterable[str], what: str, known: tuple[str, ...] = TEXT_FIELDS) -> None:
    for key in keys:
        if key not in known:
            raise RefusedInput(
                f"The {what} “{key[:40]}” is not known. Known are: {', '.join(known)}."
            )


def _delimiter(text: str) -> str:
    """Find what parts the header's cells: spreadsheets of many countries write a semicolon."""
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(DELIMITERS, key=lambda mark: (header.count(mark), mark == ","))


def _header(rows: Any, check: HeaderCheck) -> list[str]:
    try:
        header: list[str] | None = next((row for row in rows if row), None)
    except csv.Error as error:
        raise RefusedInput(f"Not valid CSV in the header: {error}.") from error
    if header is None:
        raise RefusedInput("There is no text in it.")
    header = [name.strip() for name in header]
    try:
        _refuse_width_and_repeats(header)
        check(header)
    except RefusedInput as refusal:
        raise RefusedInput(f"Line {rows.line_num:,}: {refusal}") from refusal
    return header


def _refuse_width_and_repeats(header: list[str]) -> None:
    if len(header) > MAX_COLUMNS:
        raise RefusedInput(f"There are {len(header):,} columns; at most {MAX_COLUMNS} are read.")
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise RefusedInput(f"The column “{twice[:40]}” stands there twice.")


def _check_articles(header: list[str]) -> None:
    ours = "text_sha256" in header
    check_columns(
        [name for name in header if not (ours and name in EXPORTED_FIELDS)], TEXT_FIELDS, ("text",)
    )


def check_columns(header: Iterable[str], known: Iterable[str], needed: Iterable[str]) -> None:
    """Refuse a header by the first column that is not known, or that is missing."""
    names = list(header)
    _refuse_unknown(names, "column", tuple(known))
    for name in needed:
        if name not in names:
            raise RefusedInput(f"The column “{name}” is missing.")

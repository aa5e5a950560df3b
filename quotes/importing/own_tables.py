"""Our own tables read back: a zip with articles.csv, quotes.csv, quote_parts.csv and the rest.

A snapshot is such a zip. What the tables do not hold is lost on the way: candidates, notes, flags,
what the engine had proposed, its runs, and speakers whom nothing names. JSONL holds all of it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from quotes.formula_guard import unguard
from quotes.importing.archives import unpacked
from quotes.importing.checks import Fields
from quotes.importing.decoding import decode
from quotes.importing.items import ReadFailure, RefusedInput
from quotes.importing.record import RecordLine, checked_line
from quotes.importing.tables import csv_rows

MAX_TABLE_BYTES = 50 * 1024 * 1024
NEEDED = {
    "articles": ("article_id", "text", "text_sha256"),
    "quotes": ("quote_id", "article_id", "kind", "speaker_id", "status"),
    "quote_parts": ("quote_id", "role", "n", "start", "end", "exact"),
    "speakers": ("speaker_id", "name", "kind"),
    "speaker_names": ("speaker_id", "text", "kind"),
    "corrections": ("correction_id", "article_id", "kind", "evidence_text", "start", "end"),
    "correction_quotes": ("correction_id", "quote_id", "side"),
}
"""Table → the columns without which it cannot be read. The first three tables must be there."""
DECIDED = ("status", "origin", "decided_by", "decided_at")
Row = dict[str, str]
Tables = Mapping[str, list[Row]]


def is_own(archive: zipfile.ZipFile) -> bool:
    """Say whether an archive holds our tables."""
    return {"articles", "quotes"} <= _members(archive).keys()


def read_own_tables(name: str, archive: zipfile.ZipFile) -> Iterator[RecordLine | ReadFailure]:
    """Give each article of articles.csv with what the other tables say of it."""
    members = _members(archive)
    for table in ("articles", "quotes", "quote_parts"):
        if table not in members:
            raise RefusedInput(f"There is no {table}.csv in it.")
    tables = {
        table: list(_rows(table, archive, members[table])) if table in members else []
        for table in NEEDED
    }
    record = _Record(tables)
    for number, row in enumerate(tables["articles"], 2):
        label = f"{name}: articles.csv, row {number:,}"
        try:
            yield RecordLine(label, checked_line(record.article(row)))
        except RefusedInput as refusal:
            yield ReadFailure(label, str(refusal))


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    return {
        path.stem: entry
        for entry in archive.infolist()
        if (path := PurePosixPath(entry.filename)).suffix == ".csv" and path.stem in NEEDED
    }


def _rows(table: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[Row]:
    def check(header: list[str]) -> None:
        for column in NEEDED[table]:
            if column not in header:
                raise RefusedInput(f"The column “{column}” is missing.")

    try:
        text, _ = decode(unpacked(archive, entry, most=MAX_TABLE_BYTES))
        for number, row in csv_rows(text, check):
            if isinstance(row, RefusedInput):
                raise RefusedInput(f"Row {number:,}: {row}")
            yield row
    except RefusedInput as refusal:
        raise RefusedInput(f"{table}.csv: {refusal}") from refusal


class _Record:
    """The tables by what belongs together; values are checked with the line that they go into."""

    def __init__(self, tables: Tables) -> None:
        self.parts = _by(tables["quote_parts"], "quote_id")
        self.quotes = _by(tables["quotes"], "article_id")
        self.links = _by(tables["correction_quotes"], "correction_id")
        self.corrections = _by(tables["corrections"], "article_id")
        self.names = _by(tables["speaker_names"], "speaker_id")
        self.speakers = {row.get("speaker_id", ""): row for row in tables["speakers"]}

    def article(self, row: Row) -> Fields:
        text = _text(row)
        quotes = [self._quote(one, text) for one in self.quotes[row.get("article_id", "")]]
        corrections = [
            self._correction(one, text) for one in self.corrections[row.get("article_id", "")]
        ]
        named = [one[key] for one in quotes for key in ("speaker", "addressee") if key in one]
        named += [
            one[key] for one in corrections for key in ("corrector", "corrected") if key in one
        ]
        plain = ("headline", "byline", "outlet", "url", "external_id")
        return {
            **{key: unguard(row[key]) for key in plain if key in row},
            **_given(row, "published_on", "language", "country", "encoding", "imported_at"),
            **_given(row, id="article_id", previous="previous_article_id"),
            **_flags(row, "is_latest"),
            **_numbers(row, "version"),
            "skipped": _json(row.get("skipped", "[]")),
            "text": text,
            "text_sha256": row.get("text_sha256", ""),
            "speakers": [self._speaker(one) for one in dict.fromkeys(named)],
            "quotes": quotes,
            "corrections": corrections,
        }

    def _speaker(self, public_id: str) -> Fields:
        row = self.speakers.get(public_id)
        if row is None:
            raise RefusedInput(f"The speaker {public_id[:40]} is not in speakers.csv.")
        names = [
            {
                **_given(name, "kind", "valid_from", "valid_to", "origin"),
                **{key: unguard(name[key]) for key in ("text", "place") if key in name},
            }
            for name in self.names[public_id]
        ]
        return {
            **{key: unguard(row[key]) for key in ("name", "description") if key in row},
            **_given(row, "kind", "wikidata_id", "origin", id="speaker_id"),
            **_numbers(row, "version"),
            "names": names,
        }

    def _quote(self, row: Row, text: str) -> Fields:
        parts = [
            {
                **_given(part, "role"),
                **_numbers(part, "start", "end"),
                "ordinal": _number(part, "n") - 1,
                "exact": _exact(part, "exact", text),
            }
            for part in self.parts[row.get("quote_id", "")]
        ]
        changed = row.get("changed_fields", "")
        return {
            **_given(row, "kind", "act", *DECIDED, id="quote_id", speaker="speaker_id"),
            **_given(row, addressee="addressee_id", parent="parent_quote_id"),
            **_numbers(row, "version"),
            **_decided(row),
            "cue_lemma": unguard(row.get("cue_lemma", "")),
            "changed_fields": changed.split("|") if changed else [],
            "parts": parts,
        }

    def _correction(self, row: Row, text: str) -> Fields:
        first = row.get("event_id", "")
        retells = {"retells": first} if first not in ("", row.get("correction_id")) else {}
        return {
            **_given(row, "kind", "explicitness", *DECIDED, "same_point_as", id="correction_id"),
            **_given(row, corrector="corrector_id", corrected="corrected_id"),
            **_numbers(row, "start", "end", "version"),
            **{key: unguard(row.get(key, "")) for key in ("cue_text", "topic", "occasion")},
            **_decided(row),
            **retells,
            "exact": _exact(row, "evidence_text", text),
            "quotes": [
                _given(link, "side", quote="quote_id")
                for link in self.links[row.get("correction_id", "")]
            ],
        }


def _by(rows: list[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.get(key, "")].append(row)
    return found


def _given(row: Row, *same: str, **renamed: str) -> Fields:
    """The cells that are not empty, under the names of the record."""
    names = {**{key: key for key in same}, **renamed}
    return {key: row[column] for key, column in names.items() if column in row}


def _number(row: Row, key: str) -> int:
    try:
        return int(row.get(key, ""))
    except ValueError:
        raise RefusedInput(f"“{row.get(key, '')[:40]}” in “{key}” is no whole number.") from None


def _numbers(row: Row, *keys: str) -> Fields:
    return {key: _number(row, key) for key in keys if key in row}


def _flags(row: Row, *keys: str) -> Fields:
    return {key: row[key] == "1" for key in keys if key in row}


def _decided(row: Row) -> Fields:
    try:
        confidence = {"confidence": float(row["confidence"])} if row.get("confidence") else {}
    except ValueError:
        raise RefusedInput(f"“{row['confidence'][:40]}” in “confidence” is no number.") from None
    return {**confidence, "touched": row.get("status") != "suggested" or "decided_by" in row}


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise RefusedInput("“skipped” is not JSON.") from None


def _text(row: Row) -> str:
    """The article's text: the guard is taken off where the text does not fit its hash with it."""
    written = row.get("text", "")
    if not written:
        raise RefusedInput(
            "The table has no words (body=0). Put them back with rejoin.py, or export with them."
        )
    for text in (written, unguard(written)):
        if hashlib.sha256(text.encode()).hexdigest() == row.get("text_sha256"):
            return text
    raise RefusedInput(
        "The text is not the one that was exported: it does not fit its “text_sha256”."
    )


def _exact(row: Row, key: str, text: str) -> str:
    """The words of a stretch, with the guard only where the text itself has it."""
    written = row.get(key, "")
    there = text[_number(row, "start") : _number(row, "end")]
    return written if written == there else unguard(written)

"""One definition of columns: complete, told in the documentation, and true of what comes out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings

from quotes.exports.codebook import HEADER, codebook_csv, codebook_rows, with_columns
from quotes.exports.columns import Column
from quotes.exports.tables import TABLES

COLUMNS = [
    pytest.param(column, id=f"{table.name}.{column.name}")
    for table in TABLES.values()
    for column in table.columns
]
CONTRACT = {
    "quotes": "quote_id, article_id, collection, outlet, published_on, url, headline, language, "
    "n_in_article, paragraph, kind, quote_text, verbatim_text, source_text, source_form, cue_text, "
    "cue_lemma, speaker_id, speaker_name, speaker_kind, speaker_wikidata_id, addressee_id, "
    "addressee_name, start, end, n_parts, context_before, context_after, parent_quote_id, "
    "same_words_id, is_correcting, is_corrected, status, origin, engine_version, confidence, "
    "machine_speaker_name, changed_fields, decided_by, decided_at, n_coders, version, text_sha256",
    "quote_parts": "quote_id, role, n, start, end, exact, paragraph",
    "corrections": "correction_id, event_id, telling, article_id, outlet, published_on, kind, "
    "explicitness, corrector_id, corrector_name, corrected_id, corrected_name, cue_text, "
    "evidence_text, start, end, topic, occasion, n_corrected_quotes, n_correcting_quotes, "
    "same_point_as, status, origin, engine_version, confidence, decided_by, decided_at, version",
    "correction_quotes": "correction_id, quote_id, side",
}


@pytest.mark.parametrize("table", CONTRACT)
def test_columns_of_the_contract_stand_first_and_in_order(table):
    promised = CONTRACT[table].split(", ")
    assert list(TABLES[table].header[: len(promised)]) == promised


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_says_all_about_itself(column: Column):
    assert column.meaning
    assert column.meaning[0].isupper()
    assert column.allowed_values
    assert column.missing
    assert column.example
    assert column.made_by in {"machine", "human", "derived"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", column.since)
    if column.type == "code":
        assert column.values, "a code needs its list of values, or their form"


@pytest.mark.parametrize("column", COLUMNS)
def test_every_example_is_of_the_columns_type(column: Column):
    checks = {
        "id": uuid.UUID,
        "integer": int,
        "number": float,
        "date": dt.date.fromisoformat,
        "time": lambda value: dt.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z"),
        "boolean": lambda value: ("0", "1").index(value),
        "json": json.loads,
    }
    checks.get(column.type, str)(column.example)
    if re.fullmatch(r"[a-z_+]+(, [a-z_+]+)+", column.values):
        assert column.example in column.values.split(", ")


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_no_table_has_a_column_twice(table):
    assert len(set(table.header)) == len(table.header)


def test_the_codebook_holds_every_column():
    rows = list(csv.reader(io.StringIO(codebook_csv().decode(), newline=""), strict=True))
    assert tuple(rows[0]) == HEADER
    named = [(table.name, name) for table in TABLES.values() for name in table.header]
    assert [(row[0], row[1]) for row in rows[1:]] == named
    assert all(all(cell for cell in row) for row in codebook_rows())


def test_the_documentation_tells_the_columns_as_they_are():
    page = (Path(settings.BASE_DIR) / "docs" / "csv.md").read_text(encoding="utf-8")
    assert page == with_columns(page), "run: manage.py export_quotes --docs docs/csv.md"
    assert "`quote_text`" in page


def test_the_documentation_undoes_the_guard_as_the_code_does():
    page = (Path(settings.BASE_DIR) / "docs" / "csv.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(import re.*?)```", page, re.S)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - the documentation's own example
    from quotes.formula_guard import guard

    for cell in ("=1", "'=1", "-", "\ta", "＠", "plain", "'tis", "", "'\x00"):
        assert names["unguard"](guard(cell)) == cell  # type: ignore[operator]

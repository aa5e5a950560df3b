"""Our own tables come back: the same rows again, and what is wrong is said with its place."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from quotes.exports.csv import Form, stream_csv
from quotes.exports.filters import ExportFilters
from quotes.importing import ReadFailure
from quotes.importing.annotated import read_annotated
from quotes.models import Article
from quotes.operations.restoring import restore_lines
from tests.factories import make_article, make_correction, make_quote, make_speaker
from tests.quotes.importing.test_record import emptied

EVERYTHING = ExportFilters(within=None)
TABLES = (
    "articles", "quotes", "quote_parts", "corrections", "correction_quotes", "speakers",
    "speaker_names",
)  # fmt: skip
STORY = (
    "=1+1 is no formula here.\n\n“-5 degrees,” said Petra Holm, “and falling.”\n\n"
    "“It is +3,” Udo Brandt told the drivers, contradicting her."
)


@pytest.fixture
def told(collection) -> Article:
    article = make_article(collection, STORY, headline="@home: 'quoted'", outlet="+Plus")
    petra = make_speaker(collection, "Petra Holm", wikidata_id="Q7", description="-driver")
    udo = make_speaker(collection, "Udo Brandt")
    cold = make_quote(
        article, "“-5 degrees,”", "“and falling.”", speaker=petra, addressee=udo, cue="said",
        status="confirmed", changed_fields=["speaker", "content"],
    )  # fmt: skip
    warm = make_quote(article, "“It is +3,”", speaker=udo, cue="told")
    make_quote(article, "It is", speaker=udo, parent=warm, status="rejected")
    first = make_correction(
        article, "contradicting her", corrector=udo, corrected=petra, claims=(cold,),
        retorts=(warm,), cue_text="contradicting",
    )  # fmt: skip
    make_correction(article, "told the drivers", corrector=udo, retells=first)
    return article


def table(name: str, *, raw: bool = False) -> bytes:
    return b"".join(stream_csv(name, EVERYTHING, Form(raw=raw)))


def rows(data: bytes) -> list[dict[str, str]]:
    found = csv.DictReader(io.StringIO(data.decode(), newline=""))
    return sorted(found, key=lambda row: list(row.values()))


def zipped(tables: dict[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in tables.items():
            archive.writestr(f"on-record-7/{name}.csv", data)
    file.seek(0)
    return file


@pytest.mark.django_db
@pytest.mark.parametrize("raw", [False, True], ids=["guarded", "raw"])
def test_tables_come_back_as_the_same_tables(told, collection, raw):
    before = {name: table(name, raw=raw) for name in TABLES}
    emptied()
    lines = read_annotated("snapshot.zip", zipped(before))
    report = restore_lines(collection=collection, lines=lines)
    assert report.said == []
    for name in TABLES:
        now, then = rows(table(name, raw=raw)), rows(before[name])
        different = {key for a, b in zip(now, then, strict=True) for key in a if a[key] != b[key]}
        assert different <= {"machine_speaker_name"}, name  # what the engine had proposed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("quote_parts", b"exact", b"words", "quote_parts.csv: Line 1: The column “exact” is"),
        ("quotes", b",direct,", b",direct,,", "quotes.csv: Row 2: The row has"),
        ("articles", b"no formula", b"a formula", "does not fit its “text_sha256”"),
        ("quote_parts", b"and falling", b"and rising.", "but ““and falling.”” stands there"),
        ("speakers", b"Petra Holm", b"", "speakers[0].name is missing"),
    ],
)
def test_a_table_that_was_changed_is_refused_in_words(told, name, old, new, said):
    tables = {one: table(one) for one in TABLES}
    assert old in tables[name]
    tables[name] = tables[name].replace(old, new)
    (found,) = read_annotated("snapshot.zip", zipped(tables))
    assert isinstance(found, ReadFailure)
    assert said in found.reason


@pytest.mark.django_db
def test_tables_without_words_say_how_to_put_them_back(told):
    tables = {one: table(one) for one in TABLES}
    tables["articles"] = b"".join(stream_csv("articles", EVERYTHING, Form(body=False)))
    (found,) = read_annotated("snapshot.zip", zipped(tables))
    assert isinstance(found, ReadFailure)
    assert "rejoin.py" in found.reason


@pytest.mark.django_db
def test_a_speaker_who_is_missing_costs_the_article(told):
    tables = {one: table(one) for one in TABLES}
    tables["speakers"] = tables["speakers"].split(b"\r\n")[0] + b"\r\n"
    (found,) = read_annotated("snapshot.zip", zipped(tables))
    assert isinstance(found, ReadFailure)
    assert "is not in speakers.csv" in found.reason

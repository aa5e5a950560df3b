"""Our JSONL: there and back gives the same bytes, and a line that breaks a rule is refused."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from quotes.exports.filters import ExportFilters
from quotes.exports.jsonl import stream_jsonl
from quotes.exports.tables import TABLES
from quotes.importing import ReadFailure, record
from quotes.importing.record import RecordLine, read_record
from quotes.models import (
    Article,
    Correction,
    CorrectionQuote,
    ExtractionRun,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
)
from quotes.operations.restoring import restore_lines
from tests.factories import make_article, make_collection, make_correction, make_quote, make_speaker

EVERYTHING = ExportFilters(within=None)
STORY = (
    "“It stays open,” said Petra Holm, “and it stays ours.” 🚋\n\n"
    "“It closes in May,” Udo Brandt told the drivers, contradicting her."
)


@pytest.fixture
def told(collection, editor) -> Article:
    article = make_article(collection, STORY, external_id="osk-1", byline='A\\B "C"\tD')
    petra = make_speaker(collection, "Petra Holm", wikidata_id="Q7", description="driver")
    SpeakerName.objects.create(
        speaker=petra, text="the driver", norm="the driver", kind="title", place="Osk",
        valid_from=dt.date(2030, 1, 1),
    )  # fmt: skip
    udo = make_speaker(collection, "Udo Brandt")
    run = ExtractionRun.objects.create(
        article=article, state="done", engine_version="0.1.0/rules", config={"b": 1, "a": [2]}
    )
    held = make_quote(
        article, "“It stays open,”", "“and it stays ours.”", speaker=petra, addressee=udo,
        cue="said", status="confirmed", decided_by=editor, run=run, note="a\nb",
        decided_at=dt.datetime(2031, 5, 5, 1, 2, 3, 4, tzinfo=dt.UTC), changed_fields=["speaker"],
    )  # fmt: skip
    closes = make_quote(
        article, "“It closes in May,”", speaker=udo, cue="told", candidates=(udo, petra)
    )
    make_quote(article, "closes", speaker=udo, parent=closes, status="rejected")
    make_quote(article, "drivers", status="withdrawn")
    first = make_correction(
        article, "contradicting her", corrector=udo, corrected=petra,
        claims=(held,), retorts=(closes,), cue_text="contradicting",
    )  # fmt: skip
    make_correction(article, "told the drivers", corrector=udo, retells=first)
    second = make_article(collection, STORY + " Once more.")
    Article.objects.filter(pk=second.pk).update(previous=article)
    make_correction(second, "contradicting her", corrector=udo, same_point_as=first)
    return article


def exported() -> bytes:
    return b"".join(stream_jsonl(EVERYTHING))


def restored(collection, data: bytes, **options: bool):
    lines = list(read_record("a.jsonl", io.BytesIO(data)))
    return restore_lines(collection=collection, lines=lines, **options)


def emptied() -> None:
    SpeakerCandidate.objects.all().delete()
    CorrectionQuote.objects.all().delete()
    Correction.objects.update(retells=None, same_point_as=None)
    Correction.objects.all().delete()
    QuoteSpan.objects.all().delete()
    Quote.objects.update(parent=None)
    Quote.objects.all().delete()
    ExtractionRun.objects.all().delete()
    Article.objects.update(previous=None)
    Article.objects.all().delete()
    Speaker.objects.all().delete()


@pytest.mark.django_db
def test_there_and_back_gives_the_same_bytes(told, collection):
    before = exported()
    assert before.count(b"\n") == 2
    assert b"drivers" in before
    emptied()
    report = restored(collection, before)
    assert report.said == []
    assert report.states == {"stored": 2}
    assert exported() == before


@pytest.mark.django_db
def test_an_inner_quote_comes_back_that_its_outer_one_no_longer_holds(told, collection):
    outer = Quote.objects.get(article=told, note="a\nb")
    inner = make_quote(told, "the drivers", parent=outer)
    assert inner.start > outer.end
    before = exported()
    emptied()
    assert restored(collection, before).states == {"stored": 2}
    assert exported() == before


ODD = [
    "",
    "\\N",
    "\\.",
    "NULL",
    '"',
    '""',
    "a,b",
    " a ",
    "a\r\nb",
    "a\rb",
    "\n\\.\n",
    "\t",
    "{}",
    "\\x41",
]


@pytest.mark.django_db
def test_what_other_formats_read_as_something_else_comes_back_as_it_stands(collection):
    quotes = [
        {**part(start=at, end=at + 1, exact=STORY[at]), "note": note, "changed_fields": fields}
        for at, (note, fields) in enumerate(
            zip(ODD, [[], ["kind"], ["a b", "NULL"]] * 5, strict=False)
        )
    ]
    report = restored(collection, line(quotes=quotes, runs=[{"id": ID, "config": {"a": ODD}}]))
    assert report.states == {"stored": 1}
    stored = Quote.objects.order_by("start").values_list("note", "changed_fields")
    assert list(stored) == [(one["note"], one["changed_fields"]) for one in quotes]
    assert ExtractionRun.objects.get().config == {"a": ODD}


@pytest.mark.django_db
def test_tables_say_the_same_after_the_way_there_and_back(told, collection):
    from quotes.exports.csv import stream_csv

    tables = [name for name in TABLES if name != "decisions"]

    def rows(name: str) -> list[bytes]:
        return sorted(b"".join(stream_csv(name, EVERYTHING)).split(b"\r\n"))

    before = {name: rows(name) for name in tables}
    data = exported()
    emptied()
    restored(collection, data)
    assert {name: rows(name) for name in tables} == before


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing(told, collection):
    data = exported()
    report = restored(collection, data + data)
    assert report.states == {"duplicate": 4}
    assert exported() == data


@pytest.mark.django_db
def test_a_dry_run_says_what_would_happen_and_stores_nothing(told, collection):
    data = exported()
    emptied()
    report = restored(collection, data, dry_run=True)
    assert report.states == {"stored": 2}
    assert report.counts["quotes"] == 3
    assert exported() == b""


@pytest.mark.django_db
@pytest.mark.parametrize("dry_run", [False, True])
def test_an_empty_database_is_filled_faster_and_keeps_its_indexes(told, collection, dry_run):
    def indexes() -> list[tuple[str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename ~ '^quotes_'")
            return sorted(cursor.fetchall())

    data, before = exported(), indexes()
    emptied()
    connection.check_constraints()
    restored(collection, data, alone=True, dry_run=dry_run)
    assert indexes() == before
    assert exported() == (b"" if dry_run else data)


@pytest.mark.django_db
def test_a_line_that_the_database_refuses_costs_itself(told, collection):
    first, second = exported().splitlines(keepends=True)
    emptied()
    data = json.loads(first)
    data["quotes"][0]["parent"] = None
    overlap = {**data["quotes"][0], "id": "00000000-0000-4000-8000-000000000001"}
    data["quotes"].append(overlap)
    report = restored(collection, json.dumps(data).encode() + b"\n" + second)
    assert report.states == {"failed": 1, "stored": 1}
    assert "Another quote already stands there." in report.said[0].message
    assert Article.objects.count() == 1


@pytest.mark.django_db
def test_a_text_that_stands_twice_in_a_file_is_stored_once(told, collection):
    first = exported().splitlines(keepends=True)[0]
    emptied()
    report = restored(collection, first + first)
    assert report.states == {"stored": 1, "duplicate": 1}
    assert report.said[0].message == "the text of a.jsonl, line 1"
    assert Article.objects.count() == 1


@pytest.mark.django_db
def test_what_stands_in_another_collection_is_not_read_twice(told, collection):
    data = exported()
    other = make_collection("Other desk")
    report = restored(other, data)
    assert report.states == {"failed": 2}
    assert {said.message for said in report.said} == {
        "One of its ids is taken by another row here; it was read into another collection."
    }
    assert not Article.objects.filter(collection=other).exists()
    assert exported() == data


@pytest.mark.django_db
def test_a_correction_finds_the_one_it_makes_the_point_of_in_a_file_read_before(told, collection):
    lines = exported().splitlines(keepends=True)
    emptied()
    for line in lines:
        restored(collection, line)
    assert b"".join(lines) == exported()
    again = Correction.objects.exclude(same_point_as=None).get()
    assert again.article != again.same_point_as.article


@pytest.mark.django_db
def test_a_speaker_without_names_is_called_by_the_one_that_stands_there(collection):
    speaker = {"id": ID, "name": "Petra Holm", "kind": "person"}
    report = restored(collection, line(speakers=[speaker]))
    assert report.states == {"stored": 1}
    (name,) = Speaker.objects.get(name="Petra Holm").names.all()
    assert (name.text, name.norm, name.kind, name.place) == ("Petra Holm", "petra holm", "name", "")
    assert name.origin == "import"


ID = "00000000-0000-4000-8000-000000000001"
OTHER_ID = "00000000-0000-4000-8000-000000000002"


def line(**changed: object) -> bytes:
    part = {"role": "content", "ordinal": 0, "start": 0, "end": 16, "exact": "“It stays open,”"}
    data = {"text": STORY, "quotes": [{"kind": "direct", "parts": [part]}], **changed}
    return json.dumps(data).encode()


def nested(outer: str | None) -> list[dict[str, object]]:
    """A quote in a quote."""
    inner = part(start=2, end=7, exact="t sta")
    return [{**part(), "id": ID, "parent": outer}, {**inner, "id": OTHER_ID, "parent": ID}]


def part(**changed: object) -> dict[str, object]:
    found = {"role": "content", "ordinal": 0, "start": 0, "end": 16, "exact": "“It stays open,”"}
    return {"kind": "direct", "parts": [{**found, **changed}]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (line(quotes=[part(start=1, end=17)]), "but “It stays open,” ” stands there"),
        (line(quotes=[part(end=100_000)]), "should be ““It stays open"),
        (line(quotes=[part(role="words")]), "quotes[0].parts[0].role must be one of"),
        (line(quotes=[part(start=-1)]), "must be a whole number"),
        (line(quotes=[{"kind": "direct", "parts": []}]), "has no content part"),
        (line(quotes=[{"kind": "direct"}]), "the article.quotes[0].parts is missing"),
        (line(quotes=[{**part(), "id": ID}] * 2), "Two of the quotes have the same id."),
        (line(quotes=7), "the article.quotes must be a list"),
        (line(pwned=1), "the article has the key “pwned”, which is not known"),
        (line(text_sha256="0" * 64), "its SHA-256 differs"),
        (line(text="a\x00b", quotes=[]), "cannot be stored"),
        (line(on_record=2), "format 2"),
        (line(skipped=[[5, 4, "x"]]), "skipped must be"),
        (line(published_on="yesterday"), "must be a day"),
        (line(url="javascript:alert(1)"), "not a web address"),
        (
            line(quotes=[{**part(), "speaker": "00000000-0000-4000-8000-000000000001"}]),
            "which the line does not hold",
        ),
        (line(quotes=nested(OTHER_ID)), "quotes[0].parent leads back to itself"),
        (line(encoding="=1+1"), "the article.encoding must be a code"),
        (line(runs=[{"id": ID, "engine_version": "@x"}]), "runs[0].engine_version must be a code"),
        (line(quotes=[{**part(), "decided_by": "+1"}]), "quotes[0].decided_by must be a code"),
        (
            line(quotes=[{**part(), "changed_fields": ["kind", "-1|x"]}]),
            "quotes[0].changed_fields[1] must be a code",
        ),
        (b"[1]", "one JSON object"),
        (b"{", "Not valid JSON at character 1"),
        (b"\xff{}", "Not valid UTF-8 at byte 0"),
        (b"[" * 200_000, "nested or long past use"),
    ],
)
def test_a_line_that_breaks_a_rule_is_refused_in_words(data, said):
    (item,) = read_record("a.jsonl", io.BytesIO(data))
    assert isinstance(item, ReadFailure)
    assert said in item.reason
    assert item.name == "a.jsonl, line 1"


@pytest.mark.parametrize("number", [2**70, -(2**70), 0.1, 7])
def test_a_number_stays_as_it_stands(number):
    line = json.dumps({"text": "Osk.", "runs": [{"id": "0" * 32, "config": {"seed": number}}]})
    (found,) = read_record("a.jsonl", io.BytesIO(line.encode()))
    (run,) = found.data["runs"]
    assert run["config"] == {"seed": number}
    assert run["id"] == "00000000-0000-0000-0000-000000000000"


def test_a_line_of_fifty_megabytes_is_passed_over_and_the_next_is_read():
    file = io.BytesIO(b'{"text": "' + b"a" * 50 * 2**20 + b'"}\n' + line())
    long, good = read_record("a.jsonl", file)
    assert isinstance(long, ReadFailure)
    assert "more than 20 MB" in long.reason
    assert isinstance(good, RecordLine)
    assert good.name == "a.jsonl, line 2"


@pytest.mark.django_db
def test_the_command_reports_and_ends_with_an_error(collection, tmp_path, capsys):
    (tmp_path / "a.jsonl").write_bytes(line() + b"\n{\n")
    with pytest.raises(CommandError, match="1 articles could not"):
        call_command("import_record", str(tmp_path / "a.jsonl"), dry_run=True)
    assert "1 would be stored" in capsys.readouterr().out
    assert not Article.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_record", str(tmp_path / "a.jsonl"), str(tmp_path / "none"))
    assert Quote.objects.get().origin == "import"


def test_the_format_is_the_one_that_is_written():
    from quotes.exports import jsonl

    assert record.FORMAT == jsonl.FORMAT

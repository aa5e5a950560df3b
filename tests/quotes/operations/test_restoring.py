"""Filling an empty database leaves out what looks across rows, and holds all rows to it after."""

from __future__ import annotations

import io
import json
import os
import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from quotes.importing.ahead import read_ahead
from quotes.importing.annotated import AnnotatedFiles
from quotes.importing.record import RecordLine, checked_line, read_record
from quotes.models import Article, Quote, QuoteSpan
from quotes.operations import restoring
from quotes.operations.restoring import restore_lines

SPEAKER = "00000000-0000-4000-8000-000000000001"
TWICE = "00000000-0000-4000-8000-000000000002"


def quote(text: str, words: str, **given: Any) -> dict[str, Any]:
    start = text.index(words)
    part = {"role": "content", "start": start, "end": start + len(words), "exact": words}
    return {"kind": "direct", "speaker": SPEAKER, "parts": [part], **given}


def story(number: int) -> dict[str, Any]:
    text = f"“It stays open,” said Petra Holm on day {number}. “And it stays ours.”"
    return {
        "text": text,
        "speakers": [{"id": SPEAKER, "name": "Petra Holm"}],
        "quotes": [quote(text, "“It stays open,”"), quote(text, "“And it stays ours.”")],
    }


def overlapping(number: int) -> dict[str, Any]:
    data = story(number)
    data["quotes"].append(quote(data["text"], "stays open"))
    return data


def with_id(number: int, public_id: str) -> dict[str, Any]:
    data = story(number)
    data["quotes"][0]["id"] = public_id
    return data


def lines(*stories: dict[str, Any]) -> list[RecordLine]:
    return [
        RecordLine(f"line {number}", checked_line(data)) for number, data in enumerate(stories, 1)
    ]


def definitions() -> list[tuple[str, ...]]:
    """Every constraint and index of the database, in the database's own words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, convalidated::text, condeferrable::text, "
            "condeferred::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "UNION ALL SELECT tablename, indexname, '', '', '', indexdef FROM pg_indexes"
        )
        return sorted(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_one_line_among_a_thousand_whose_quotes_overlap_costs_itself(collection):
    before = definitions()
    given = [story(number) for number in range(1000)]
    given[700] = overlapping(700)
    report = restore_lines(collection=collection, lines=lines(*given), alone=True)
    assert report.states == {"stored": 999, "failed": 1}
    assert [str(said) for said in report.said] == [
        "failed     line 701: Another quote already stands there."
    ]
    assert report.counts["quotes"] == Quote.objects.count() == QuoteSpan.objects.count() == 1998
    assert definitions() == before


@pytest.mark.django_db(transaction=True)
def test_rows_that_fit_are_filled_in_once_and_held_to_everything(collection, monkeypatch):
    before, readings = definitions(), []
    monkeypatch.setattr(
        restoring, "read_ahead", lambda lines: readings.append(lines) or read_ahead(lines)
    )
    report = restore_lines(collection=collection, lines=lines(*map(story, range(300))), alone=True)
    assert report.states == {"stored": 300}
    assert len(readings) == 1
    assert Quote.objects.count() == 600
    assert definitions() == before


@pytest.mark.django_db(transaction=True)
def test_an_id_that_stands_twice_in_an_empty_database_costs_its_second_line(collection):
    given = lines(with_id(1, TWICE), story(2), with_id(3, TWICE), story(4))
    report = restore_lines(collection=collection, lines=given, alone=True)
    assert report.states == {"stored": 3, "failed": 1}
    assert [said.name for said in report.said] == ["line 3"]
    assert "taken by another row" in report.said[0].message


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_of_a_line_that_is_refused_names_it_and_stores_nothing(collection):
    before = definitions()
    report = restore_lines(
        collection=collection, lines=lines(story(1), overlapping(2)), alone=True, dry_run=True
    )
    assert report.states == {"stored": 1, "failed": 1}
    assert not Article.objects.exists()
    assert definitions() == before


@pytest.mark.django_db
def test_each_bad_line_of_a_batch_is_named_in_order(collection):
    given = [story(number) for number in range(20)]
    given[3], given[4], given[19] = overlapping(3), overlapping(4), overlapping(19)
    report = restore_lines(collection=collection, lines=lines(*given))
    assert report.states == {"stored": 17, "failed": 3}
    assert [said.name for said in report.said] == ["line 4", "line 5", "line 20"]


def test_lines_that_can_be_gone_through_once_are_not_read_alone():
    once = read_record("a.jsonl", io.BytesIO(b""))
    with pytest.raises(TypeError):
        restore_lines(collection=None, lines=once, alone=True)


def test_files_are_read_anew_each_time(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(story(1)))
    found = AnnotatedFiles((path, tmp_path / "missing.jsonl"))
    assert [len(list(found)) for _ in range(2)] == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_a_pipe_is_read_once_and_names_the_line_that_is_refused(collection, tmp_path, capsys):
    path = tmp_path / "pipe.jsonl"
    os.mkfifo(path)
    data = "\n".join(map(json.dumps, (story(1), overlapping(2), story(3))))
    writer = threading.Thread(target=path.write_text, args=(data,))
    writer.start()
    with pytest.raises(Exception, match="1 articles could not be imported"):
        call_command("import_record", path)
    writer.join()
    assert "line 2: Another quote already stands there." in capsys.readouterr().out
    assert Article.objects.count() == 2

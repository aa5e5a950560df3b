"""The CSV tables: their exact bytes, their rows, their filters."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import threading
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.operations.naming import change_speaker
from quotes.exports.csv import Form, count_rows, snapshot, stream_csv, table_of
from quotes.exports.filters import ExportFilters, RefusedFilter
from quotes.exports.tables import TABLES
from quotes.extraction.text import verbatim_spans
from quotes.extraction.types import Span
from quotes.formula_guard import unguard
from quotes.importing import ArticleInput, read_file
from quotes.importing.tables import EXPORTED_FIELDS, TEXT_FIELDS
from quotes.models import (
    Article,
    Collection,
    Correction,
    ExtractionRun,
    Quote,
    Speaker,
    SpeakerName,
)
from quotes.operations import import_article
from tests.annotations.coded_story import coded_story
from tests.factories import (
    make_article,
    make_collection,
    make_correction,
    make_edit,
    make_quote,
    make_same_words,
    make_speaker,
)

EVERYTHING = ExportFilters(within=None)
STORY = (
    "Wall talks end\n"
    "\n"
    "“It has held,” Ines Adair, the minister, said.\n"
    "\n"
    "Mr Wrenfield said it was “never, ever sound”. He added that it leaks.\n"
    "\n"
    "“No — it holds,” she replied. “It always did.\n"
    "\n"
    "“And it will.”"
)
COUNTER = iter(range(1, 10_000))


def export(table: str, filters: ExportFilters = EVERYTHING, **options: bool) -> bytes:
    return b"".join(stream_csv(table, filters, Form(**options)))


def rows(table: str, filters: ExportFilters = EVERYTHING, **options: bool) -> list[dict[str, str]]:
    text = export(table, filters, **options).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def number(model: type[Article | Collection | Correction | Quote | Speaker]) -> None:
    """Give all rows ids that a test can name."""
    for place, row in enumerate(model.objects.order_by("pk"), 1):
        model.objects.filter(pk=row.pk).update(public_id=uuid.UUID(int=place))


@pytest.fixture
def story(collection) -> Article:
    return make_article(
        collection,
        STORY,
        headline="=Wall talks end",
        outlet="Harbour, Gazette",
        url="https://gazette.example/wall",
        language="en-GB",
    )


@pytest.fixture
def told(story, editor) -> Article:
    """The story with its quotes and a correction, some decided."""
    minister = make_speaker(story.collection, "Ines Adair")
    engineer = make_speaker(story.collection, "Tobias Wrenfield", wikidata_id="Q7")
    run = ExtractionRun.objects.create(article=story, state="done", engine_version="0.1.0/rules")
    at = dt.datetime(2031, 5, 4, 9, 12, 33, 250_000, tzinfo=dt.UTC)
    held = make_quote(
        story,
        "“It has held,”",
        speaker=minister,
        source="Ines Adair, the minister",
        cue="said",
        run=run,
        cue_lemma="say",
        status="confirmed",
        decided_by=editor,
        decided_at=at,
        changed_fields=["content", "speaker"],
        version=3,
    )
    claim = make_quote(
        story,
        "it was “never, ever sound”",
        speaker=engineer,
        source="Mr Wrenfield",
        cue="said",
        run=run,
        cue_lemma="say",
    )
    make_quote(
        story, "that it leaks", speaker=engineer, source="He", cue="added", status="rejected"
    )
    retort = make_quote(
        story,
        "“No — it holds,”",
        "“It always did.",
        "“And it will.”",
        speaker=minister,
        addressee=engineer,
        source="she",
        cue="replied",
        origin="person",
        confidence=None,
    )
    make_correction(
        story,
        "“No — it holds,” she replied.",
        corrector=minister,
        corrected=engineer,
        claims=(claim,),
        retorts=(retort,),
        cue_text="replied",
        topic="the wall",
    )
    make_edit(held, editor, before={"status": "suggested"}, after={"status": "confirmed"})
    return story


QUOTES_CSV = (
    "quote_id,article_id,collection,outlet,published_on,url,headline,language,n_in_article,"
    "paragraph,kind,quote_text,verbatim_text,source_text,source_form,cue_text,cue_lemma,speaker_id,"
    "speaker_name,speaker_kind,speaker_wikidata_id,addressee_id,addressee_name,start,end,n_parts,"
    "context_before,context_after,parent_quote_id,same_words_id,is_correcting,is_corrected,status,"
    "origin,engine_version,confidence,machine_speaker_name,changed_fields,decided_by,decided_at,"
    "n_coders,version,text_sha256,act,same_words_group_id\r\n"
    '{q}1,{a}1,newsroom,"Harbour, Gazette",2026-02-27,https://gazette.example/wall,'
    '\'=Wall talks end,en-GB,1,2,direct,"“It has held,”","It has held,",'
    '"Ines Adair, the minister",title+name,said,say,{s}1,Ines Adair,person,,,,16,30,1,'
    '"Wall talks end\n\n"," Ines Adair, the minister, said.\n\nMr Wrenfield said it was “",,'
    "{h1},0,0,confirmed,machine,0.1.0/rules,0.9,Ines Adair,content|speaker,coder-{u},"
    "2031-05-04T09:12:33.250000Z,1,3,{sha},statement,\r\n"
    '{q}2,{a}1,newsroom,"Harbour, Gazette",2026-02-27,https://gazette.example/wall,'
    '\'=Wall talks end,en-GB,2,3,mixed,"it was “never, ever sound”","never, ever sound",'
    "Mr Wrenfield,honorific,said,say,{s}2,Tobias Wrenfield,person,Q7,,,82,108,1,"
    '"s held,” Ines Adair, the minister, said.\n\nMr Wrenfield said ",'
    '". He added that it leaks.\n\n“No — it holds,” she replied. “It",,{h2},0,1,suggested,'
    "machine,0.1.0/rules,0.9,Tobias Wrenfield,,,,0,1,{sha},statement,\r\n"
)


@pytest.mark.django_db
def test_the_exact_bytes_of_a_small_export(told, editor):
    for model in (Article, Quote, Speaker):
        number(model)
    q, a, s = (uuid.UUID(int=1).__str__()[:-1] for _ in range(3))
    hashes = Quote.objects.order_by("pk").values_list("same_words_hash", flat=True)
    expected = QUOTES_CSV.format(
        q=q, a=a, s=s, u=editor.pk, sha=told.sha256, h1=hashes[0][:16], h2=hashes[1][:16]
    )
    got = export("quotes", ExportFilters(within=None, status=("confirmed", "suggested")))
    assert got[: len(expected.encode())] == expected.encode()
    assert got.count(b"\r\n") == 4  # the header and three rows; the text holds line feeds only


@pytest.mark.django_db
def test_rows_end_with_crlf_and_line_feeds_in_cells_stay(told):
    data = export("articles")
    assert data.endswith(b"\r\n")
    assert STORY.encode() in data


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_header_even_without_rows(table):
    Collection.objects.exists()
    assert export(table) == (",".join(TABLES[table].header) + "\r\n").encode()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_two_exports_of_one_state_are_the_same_bytes(told, table):
    make_same_words(*Quote.objects.live().order_by("pk")[:2])
    coded_story(told.collection)
    first = export(table)
    assert first == export(table)
    assert first.count(b"\r\n") > 1


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_rows_are_counted_as_they_are_exported(told, table):
    for filters in (EVERYTHING, ExportFilters(within=None, outlet="Elsewhere")):
        assert count_rows(table, filters) == len(rows(table, filters))


@pytest.mark.django_db
def test_without_the_body_no_words_of_an_article_leave(told):
    for table in TABLES:
        whole, safe = rows(table), rows(table, body=False)
        kept = {column.name for column in TABLES[table].columns if not column.body}
        assert [{name: row[name] for name in kept} for row in whole] == [
            {name: row[name] for name in kept} for row in safe
        ]
        words = export(table, body=False).decode()
        assert "It has held" not in words
        assert "never, ever sound" not in words


@pytest.mark.django_db
def test_a_decision_has_a_row_for_each_variable_it_changed(told, editor):
    (quote,) = Quote.objects.filter(status="rejected")
    before = {"status": "suggested", "speaker_name": "Ines Adair", "spans": [["cue", 0, 1, 2]]}
    after = {"status": "rejected", "speaker_name": None, "spans": [["cue", 0, 1, 2]]}
    make_edit(quote, editor, before=before, after=after, milliseconds=4210)
    found = [row for row in rows("decisions") if row["object_id"] == str(quote.public_id)]
    assert [(row["variable"], row["before"], row["after"]) for row in found] == [
        ("speaker_name", '"Ines Adair"', "null"),
        ("status", '"suggested"', '"rejected"'),
    ]
    assert {row["coder"] for row in found} == {f"coder-{editor.pk}"}
    assert {row["seconds"] for row in found} == {"4.210"}


@pytest.mark.django_db
def test_a_decision_about_a_speaker_has_rows_without_an_article(told, editor):
    speaker = Speaker.objects.get(name="Ines Adair")
    change_speaker(
        public_id=speaker.public_id,
        version=speaker.version,
        user=editor,
        changes={"description": "minister"},
    )
    found = [row for row in rows("decisions") if row["object_id"] == str(speaker.public_id)]
    assert [(row["object"], row["article_id"], row["variable"], row["after"]) for row in found] == [
        ("speaker", "", "description", '"minister"')
    ]
    there = ExportFilters(within=(told.collection_id,), collection=told.collection.slug)
    assert rows("decisions", there) == rows("decisions")
    assert rows("decisions", ExportFilters(within=(0,))) == []
    in_article = rows("decisions", ExportFilters(within=None, article=told.public_id))
    assert in_article == [row for row in rows("decisions") if row["article_id"]] != []


@pytest.mark.django_db
def test_quotes_by_the_decision_are_the_table_of_decisions(told):
    assert table_of("quotes", {"unit": "decision"}) == "decisions"
    assert table_of("quotes", {"unit": "same_words"}) == "same_words"
    assert table_of("quotes", {}) == "quotes"
    for table, unit in (("speakers", "decision"), ("quotes", "article")):
        with pytest.raises(RefusedFilter):
            table_of(table, {"unit": unit})


@pytest.mark.django_db
def test_same_words_have_a_row_a_group(told, collection):
    whole = Quote.objects.filter(article=told).earliest("start")
    later = make_article(collection, "“It has held,” she said.", published_on=dt.date(2031, 1, 1))
    part = make_quote(later, "“It has held,”", speaker=whole.speaker)
    group = make_same_words(whole, part)
    [row] = rows("same_words")
    assert row["quote_ids"] == f"{whole.public_id}|{part.public_id}"
    assert (row["n_quotes"], row["n_articles"], row["n_outlets"], row["n_speakers"]) == (
        *("2", "2", "2", "1"),
    )
    assert (row["first_published_on"], row["last_published_on"]) == ("2026-02-27", "2031-01-01")
    assert (row["fullest_text"], row["status"]) == ("“It has held,”", "suggested")
    ids = {row["quote_id"]: row["same_words_group_id"] for row in rows("quotes")}
    assert {key for key, value in ids.items() if value == str(group.public_id)} == {
        str(whole.public_id),
        str(part.public_id),
    }


@pytest.mark.django_db
def test_same_words_are_narrowed_by_any_of_their_quotes(told, collection):
    whole = Quote.objects.filter(article=told).earliest("start")
    other = make_article(collection, "“It has held,” she said.", outlet="Ledger")
    make_same_words(whole, make_quote(other, "“It has held,”"))
    mine, hidden = make_collection(), make_collection()
    for chosen, n in (
        ({}, 1),
        ({"outlet": "Ledger"}, 1),
        ({"outlet": "Nowhere"}, 0),
        ({"speaker": whole.speaker.public_id}, 1),
        ({"speaker": uuid.uuid4()}, 0),
        ({"status": ("confirmed",)}, 0),
        ({"within": (collection.pk, hidden.pk)}, 1),
        ({"within": (mine.pk,)}, 0),
    ):
        filters = ExportFilters(**({"within": None} | chosen))
        assert len(rows("same_words", filters)) == n, chosen


@pytest.mark.django_db
def test_a_group_with_one_quote_left_is_no_group(told, collection):
    whole = Quote.objects.filter(article=told).earliest("start")
    gone = make_quote(make_article(collection, "“It has held,” she said."), "“It has held,”")
    make_same_words(whole, gone)
    Quote.objects.filter(pk=gone.pk).update(status="withdrawn")
    assert rows("same_words") == []


@pytest.mark.django_db
def test_excel_gets_a_byte_order_mark_and_nothing_else(told):
    assert export("quotes", excel=True) == b"\xef\xbb\xbf" + export("quotes")


@pytest.mark.django_db
def test_case_22_raw_leaves_out_the_guard(told):
    assert {row["headline"] for row in rows("quotes")} == {"'=Wall talks end"}
    assert {row["headline"] for row in rows("quotes", raw=True)} == {"=Wall talks end"}


def test_an_unknown_table_is_refused_at_once():
    with pytest.raises(KeyError):
        stream_csv("secrets", EVERYTHING)


@pytest.mark.django_db
def test_a_quote_in_parts_reads_as_one(told):
    retort = rows("quotes")[3]
    assert retort["quote_text"] == "“No — it holds,” […] “It always did.\n\n“And it will.”"
    assert retort["verbatim_text"] == "No — it holds, […] It always did. […] And it will."
    assert retort["n_parts"] == "3"
    parts = [row for row in rows("quote_parts") if row["quote_id"] == retort["quote_id"]]
    assert [(row["role"], row["n"]) for row in parts] == [
        ("content", "1"),
        ("content", "2"),
        ("content", "3"),
        ("cue", "1"),
        ("source", "1"),
    ]
    assert [row["paragraph"] for row in parts] == ["4", "4", "5", "4", "4"]


@pytest.mark.django_db
def test_forms_of_the_source_are_told_apart(told, collection):
    speaker = Speaker.objects.get(name="Ines Adair")
    text = (
        "a. Ines Adair b. Adair c. The minister d. They e. Prime Minister Ines Adair f. Sir Bo g. "
        "Reporters h. The Quay Board i. The State government j. The Mole Trust k."
    )
    article = make_article(collection, text)
    forms = ["Ines Adair", "The minister", "They", "Prime Minister Ines Adair", "Sir Bo"]
    for content, source in zip("abcde", forms, strict=True):
        make_quote(article, f"{content}.", source=source, speaker=speaker)
    make_quote(article, "f.", speaker=None)
    make_quote(article, "g.", source="Adair", speaker=None)
    crowd = make_speaker(collection, "Reporters", kind="group")
    make_quote(article, "h.", source="Reporters", speaker=crowd)
    board = make_speaker(collection, "Quay Board", kind="organisation")
    make_quote(article, "i.", source="The Quay Board", speaker=board)
    state = make_speaker(collection, "The State government", kind="organisation")
    make_quote(article, "j.", source="The State government", speaker=state)
    SpeakerName.objects.create(
        speaker=state, text="The Mole Trust", norm="the mole trust", kind="short_name"
    )
    make_quote(article, "k.", source="The Mole Trust", speaker=state)
    found = rows("quotes", ExportFilters(within=None, article=article.public_id))
    assert [row["source_form"] for row in found] == [
        "name",
        "title",
        "pronoun",
        "title+name",
        "honorific",
        "none",
        "name",
        "title",
        "name",
        "name",
        "name",
    ]


@pytest.mark.django_db
def test_claims_and_retorts_are_marked_and_linked(told):
    (correction,) = rows("corrections")
    found = {row["quote_id"]: row for row in rows("quotes")}
    links = {row["side"]: found[row["quote_id"]] for row in rows("correction_quotes")}
    assert links["corrected"]["quote_text"] == "it was “never, ever sound”"
    assert links["corrected"]["is_corrected"] == "1"
    assert links["correcting"]["is_correcting"] == "1"
    assert correction["event_id"] == correction["correction_id"]
    assert (correction["n_corrected_quotes"], correction["n_correcting_quotes"]) == ("1", "1")
    assert correction["evidence_text"] == STORY[int(correction["start"]) : int(correction["end"])]


@pytest.mark.django_db
def test_a_claim_by_another_person_is_no_claim_of_the_correction(told):
    claim = Quote.objects.filter(normal_text__contains="never ever sound")
    claim.update(speaker=Speaker.objects.get(name="Ines Adair"))
    assert [row["side"] for row in rows("correction_quotes")] == ["correcting"]
    assert rows("corrections")[0]["n_corrected_quotes"] == "0"
    assert {row["is_corrected"] for row in rows("quotes")} == {"0"}


@pytest.mark.django_db
def test_tellings_of_one_event_are_numbered(told):
    first = Correction.objects.get()
    second = make_correction(told, "it was “never", retells=first, corrector=first.corrector)
    found = {row["correction_id"]: row for row in rows("corrections")}
    again = found[str(second.public_id)]
    assert (again["event_id"], again["telling"]) == (str(first.public_id), "2")
    assert found[str(first.public_id)]["telling"] == "1"


@pytest.mark.django_db
def test_case_64_what_is_withdrawn_or_replaced_is_in_no_table(told):
    hidden = Quote.objects.order_by("pk")[:2]
    for quote, status in zip(hidden, ("withdrawn", "replaced"), strict=True):
        Quote.objects.filter(pk=quote.pk).update(status=status)
    Correction.objects.update(status="withdrawn")
    ids = {str(quote.public_id) for quote in hidden}
    assert ids.isdisjoint(row["quote_id"] for row in rows("quotes") + rows("quote_parts"))
    assert rows("corrections") == rows("correction_quotes") == []


@pytest.mark.django_db
def test_the_rows_are_those_that_pages_show(told):
    Quote.objects.order_by("pk").filter(status="suggested").update(act="attitude")
    shown = Quote.objects.shown().on_record().in_reading_order()
    assert [row["quote_id"] for row in rows("quotes")] == [str(q.public_id) for q in shown]
    assert 0 < shown.count() < Quote.objects.count()


@pytest.mark.django_db
def test_a_merged_speaker_points_to_the_survivor(told):
    survivor = Speaker.objects.get(name="Ines Adair")
    merged = make_speaker(told.collection, "I. Adair", merged_into=survivor)
    found = {row["speaker_id"]: row for row in rows("speakers")}
    assert found[str(merged.public_id)]["merged_into_id"] == str(survivor.public_id)
    assert found[str(survivor.public_id)]["merged_into_id"] == ""
    assert found[str(survivor.public_id)]["n_quotes"] == "2"
    assert found[str(survivor.public_id)]["n_corrections_made"] == "1"


@pytest.mark.django_db
def test_filters_narrow_each_table(told, editor):
    other = make_article(make_collection(), outlet="Ledger", published_on=dt.date(2031, 1, 1))
    stranger = make_speaker(other.collection, "Bo Ek")
    make_quote(other, speaker=stranger)
    minister = Speaker.objects.get(name="Ines Adair")

    def counts(**given: object) -> dict[str, int]:
        filters = ExportFilters(within=None, **given)  # type: ignore[arg-type]
        return {
            name: len(rows(name, filters))
            for name in ("quotes", "corrections", "speakers", "articles")
        }

    def expect(quotes: int, corrections: int, speakers: int, articles: int) -> dict[str, int]:
        return {
            "quotes": quotes,
            "corrections": corrections,
            "speakers": speakers,
            "articles": articles,
        }

    assert counts() == expect(5, 1, 3, 2)
    assert counts(outlet="Ledger") == expect(1, 0, 1, 1)
    assert counts(collection="newsroom") == expect(4, 1, 2, 1)
    assert counts(article=other.public_id) == expect(1, 0, 1, 1)
    assert counts(published_after=dt.date(2031, 1, 1)) == expect(1, 0, 1, 1)
    assert counts(published_before=dt.date(2026, 2, 27)) == expect(4, 1, 2, 1)
    assert counts(speaker=minister.public_id) == expect(2, 1, 1, 2)
    assert counts(kind=("indirect",)) == expect(1, 1, 3, 2)
    assert counts(correction_kind=("denial",)) == expect(5, 0, 3, 2)
    assert counts(status=("confirmed",)) == expect(1, 0, 3, 2)
    assert counts(outlet="Ledger", published_before=dt.date(2026, 2, 27)) == expect(0, 0, 0, 0)
    assert counts(speaker=minister.public_id, outlet="Ledger") == expect(0, 0, 0, 1)


@pytest.mark.django_db
def test_filters_of_the_lists_narrow_quotes_and_corrections(told):
    minister = Speaker.objects.get(name="Ines Adair")
    engineer = Speaker.objects.get(name="Tobias Wrenfield")
    merged = make_speaker(told.collection, "I. Adair", merged_into=minister)
    correction = Correction.objects.get()
    make_correction(
        told, "He added that it leaks.", corrector=minister, corrected=engineer, retells=correction
    )
    Article.objects.update(external_id="w-1")
    long_ago, to_come = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2001, 2101))

    def found(**given: object) -> tuple[str, int]:
        filters = ExportFilters(within=None, **given)  # type: ignore[arg-type]
        quotes = rows("quotes", filters)
        parts = {row["quote_id"] for row in rows("quote_parts", filters)}
        assert parts == {row["quote_id"] for row in quotes}
        return "".join(row["n_in_article"] for row in quotes), len(rows("corrections", filters))

    assert found() == ("1234", 2)
    assert found(speaker=merged.public_id) == found(speaker=minister.public_id) == ("14", 2)
    assert found(addressee=engineer.public_id) == ("4", 2)
    assert found(origin=("person", "import")) == ("4", 0)
    assert found(cue_lemma="say") == ("12", 2)
    assert found(min_confidence=Decimal("0.95")) == ("", 0)
    assert found(min_confidence=Decimal("0.1")) == ("123", 2)
    assert found(updated_since=long_ago) == ("1234", 2)
    assert found(updated_since=to_come) == ("", 0)
    assert found(has_speaker=True) == ("1234", 2)
    assert found(has_speaker=False) == ("", 2)
    assert found(q="held or leaks") == ("13", 2)
    assert found(q='"it always"') == ("4", 2)
    assert found(q="it -held -leaks -never") == ("4", 2)
    assert found(corrected=True) == ("2", 2)
    assert found(corrected=False) == ("134", 2)
    assert found(corrected_person=engineer.public_id) == ("1234", 2)
    assert found(corrected_person=minister.public_id) == ("1234", 0)
    assert found(corrector=merged.public_id) == ("1234", 2)
    assert found(corrector=engineer.public_id) == ("1234", 0)
    assert found(distinct=True) == ("1234", 1)
    assert found(distinct=False) == ("1234", 2)
    assert found(language="en-GB", external_id="w-1") == ("1234", 2)
    assert found(language="fr") == found(external_id="w-2") == ("", 0)
    people = [
        row["name"]
        for row in rows("speakers", ExportFilters(within=None, speaker=merged.public_id))
    ]
    assert people == ["Ines Adair", "I. Adair"]


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_case_13_a_reader_gets_only_collections_that_are_theirs(told, table):
    foreign = make_collection()
    mine = ExportFilters(within=(told.collection_id,))
    assert rows(table, mine) == rows(table)
    assert rows(table, ExportFilters(within=(foreign.pk,))) == []
    assert rows(table, ExportFilters(within=())) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", ["'; DROP TABLE quotes_quote; --", "\\", "%s", "{value}", '"', "$1"]
)
def test_filter_values_are_bound(told, value):
    assert rows("quotes", ExportFilters(within=None, outlet=value)) == []
    Article.objects.update(outlet=value)
    found = rows("quotes", ExportFilters(within=None, outlet=value))
    assert {unguard(row["outlet"]) for row in found} == {value}


@pytest.mark.django_db
def test_filters_do_not_change_a_quotes_place_in_its_article(told):
    found = rows("quotes", ExportFilters(within=None, status=("rejected",)))
    assert [row["n_in_article"] for row in found] == ["3"]


def elsewhere(change: Callable[[], object]) -> None:
    """Make a change on a connection of its own, and commit it."""

    def work() -> None:
        try:
            change()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_case_11_an_export_reads_one_state_however_long_it_takes(collection):
    for place in range(40):
        make_article(collection, f"{place} " + "word " * 20_000, headline="Before")
    blocks = stream_csv("articles", EVERYTHING)
    begun = next(blocks)
    elsewhere(lambda: Article.objects.update(headline="After"))
    assert b"After" not in begun + b"".join(blocks)
    assert not connection.in_atomic_block
    assert export("articles").count(b",After,") == 40


@pytest.mark.django_db(transaction=True)
def test_case_11_all_tables_in_one_snapshot_show_the_same_state(told):
    with snapshot():
        before = export("quotes")
        elsewhere(lambda: Quote.objects.update(status="withdrawn"))
        assert export("quotes") == before
        assert rows("articles")[0]["n_quotes"] == "4"
    assert rows("quotes") == []
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_download_frees_the_connection(collection):
    article = make_article(collection, "word " * 50_000)
    for place in range(3):
        make_article(collection, article.text + str(place))
    blocks = stream_csv("articles", EVERYTHING)
    assert next(blocks).startswith(b"article_id")
    blocks.close()  # type: ignore[attr-defined] # a generator
    assert not connection.in_atomic_block
    assert Article.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_an_export_may_take_longer_than_a_page(told):
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        (before,) = cursor.fetchone()
    assert before != "0"
    seen = []

    def watch(execute, statement, params, many, context):
        seen.append(str(statement))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(watch):
        export("quotes")
    assert any("statement_timeout = 0" in statement for statement in seen)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == (before,)


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r")
    | st.sampled_from("=+-@'\"\n\t,“”\U0001f468\u200d\u0301\ufeff"),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip() and not text.startswith("\ufeff"))


@st.composite
def texts_with_a_span(draw: st.DrawFn) -> tuple[str, int, int]:
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text) - 1))
    return text, start, draw(st.integers(start + 1, len(text)))


@pytest.mark.slow
@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts_with_a_span())
def test_case_36_any_text_and_span_survive_import_database_and_export(collection, case):
    text, start, end = case
    # The number keeps texts apart: the same text again would be the same article.
    text += f" {next(COUNTER)}"
    (item,) = read_file("a.jsonl", as_json(text))
    assert isinstance(item, ArticleInput)
    article = import_article(collection=collection, item=item, extract=False).article
    quote = make_quote(article, text[start:end])
    Quote.objects.filter(pk=quote.pk).update(start=start, end=end)
    quote.spans.filter(role="content").update(start=start, end=end)
    filters = ExportFilters(within=None, article=article.public_id)

    assert Article.objects.get(pk=article.pk).text == text
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(text FROM %s FOR %s), length FROM quotes_article WHERE id = %s",
            [start + 1, end - start, article.pk],
        )
        assert cursor.fetchone() == (text[start:end], len(text))
    (row,) = rows("quotes", filters)
    assert (int(row["start"]), int(row["end"])) == (start, end)
    assert unguard(row["quote_text"]) == text[start:end]
    assert unguard(row["context_before"]) == text[max(start - 60, 0) : start]
    assert unguard(row["context_after"]) == text[end : end + 60]
    (part,) = rows("quote_parts", filters, raw=True)
    assert part["exact"] == text[start:end]
    (exported,) = rows("articles", filters)
    assert unguard(exported["text"]) == text
    assert int(exported["n_characters"]) == len(text)
    for raw in (False, True):
        (again,) = read_file("articles.csv", export("articles", filters, raw=raw))
        if isinstance(again, ArticleInput):
            assert (again.text, again.published_on) == (text, article.published_on)
        else:
            assert "control characters" in again.reason


def as_json(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "“We’re the players’ choice,” she said, “and ‘proud’ of it.",
        '"It\'s fine," he said. "It was 6 ft."',
        "the ‘big’ thing was “great”",
        "''It isn't mine,'' she said. ''It never\n\n''was.''",
        "``It isn't mine,'' she said.",
        "‘‘It isn’t mine,’’ she said.",
        "‘It’s ours’ and ‘yours’, he said",
        "‘They said “no” to us’",
        "no marks at all",
        "„Niedrig“ und «guillemets»",
        "a “first” and a “second, unclosed",
        "“ spaced ” and “…”",
    ],
)
def test_words_between_marks_are_those_the_engine_finds(collection, text):
    article = make_article(collection, text)
    make_quote(article, text, kind="mixed")
    (row,) = rows("quotes", raw=True)
    found = verbatim_spans(text, [Span(0, len(text))])
    assert row["verbatim_text"] == " […] ".join(text[s.start : s.end] for s in found)


@pytest.mark.django_db
def test_case_22_articles_come_back_from_their_own_export(told):
    article = Article.objects.get()
    (item,) = read_file("articles.csv", export("articles"))
    assert isinstance(item, ArticleInput)
    for name in ("text", "headline", "outlet", "published_on", "url", "language", "country"):
        assert getattr(item, name) == getattr(article, name)


def test_what_a_reader_passes_over_is_what_the_export_adds():
    assert set(TABLES["articles"].header) == EXPORTED_FIELDS | set(TEXT_FIELDS)

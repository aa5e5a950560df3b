"""A spreadsheet of speakers: a row is taken whole or refused, an id only where its label fits."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from annotations.models import Edit
from quotes.importing import ReadFailure
from quotes.importing.people import PersonRow, read_people
from quotes.models import Speaker, SpeakerName
from quotes.operations.people import store_people
from tests.factories import make_speaker

TABLE = (
    "name,kind,description,also_called,called_kind,valid_from,valid_to,place,wikidata_id,"
    "wikidata_label\r\n"
    "Odile Varga,person,potter,Mayor,title,2021-05-04,2025-05-03,Lower Marl,Q4711,Odile Varga\r\n"
    "Odile Varga,,,Ms Varga,honorific,,,,,\r\n"
    "Kiln Trust,organisation,,,,,,,Q4712,Brick Trust\r\n"
)


def stored(collection, table: str | bytes, **options: bool):
    data = table if isinstance(table, bytes) else table.encode()
    rows = read_people("people.csv", io.BytesIO(data))
    return store_people(collection=collection, rows=rows, **options)


@pytest.mark.django_db
def test_names_with_dates_and_ids_come_in(collection):
    report = stored(collection, TABLE)
    assert report.states == {"stored": 3}
    odile = Speaker.objects.get(name="Odile Varga")
    assert (odile.wikidata_id, odile.description, odile.origin) == ("Q4711", "potter", "import")
    mayor = odile.names.get(kind="title")
    assert (mayor.text, mayor.place) == ("Mayor", "Lower Marl")
    assert (mayor.valid_from, mayor.valid_to) == (dt.date(2021, 5, 4), dt.date(2025, 5, 3))
    assert odile.names.filter(kind="honorific", text="Ms Varga").exists()


@pytest.mark.django_db
def test_an_id_whose_label_is_another_name_is_not_set_and_said(collection):
    report = stored(collection, TABLE)
    assert Speaker.objects.get(name="Kiln Trust").wikidata_id is None
    (said,) = report.said
    assert said.name == "people.csv, row 4"
    assert "Q4712 is not set: its label “Brick Trust” is no name of Kiln Trust" in said.message


@pytest.mark.django_db
def test_the_same_table_twice_changes_nothing(collection):
    stored(collection, TABLE)
    before = list(Speaker.objects.order_by("pk").values()), list(SpeakerName.objects.values())
    assert stored(collection, TABLE).states == {"known": 3}
    assert before == (
        list(Speaker.objects.order_by("pk").values()),
        list(SpeakerName.objects.values()),
    )


@pytest.mark.django_db
def test_a_dry_run_says_the_same_and_stores_nothing(collection):
    assert stored(collection, TABLE, dry_run=True).states == {"stored": 3}
    assert not Speaker.objects.exists()


@pytest.mark.django_db
def test_ids_come_from_a_table_of_wikidata_itself(collection):
    odile = make_speaker(collection, "Odile Varga")
    table = "name,item,itemLabel\nodile varga,http://www.wikidata.org/entity/Q9,Odile Varga\n"
    stored(collection, table)
    odile.refresh_from_db()
    assert (odile.wikidata_id, odile.version) == ("Q9", 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Odile Varga,Q8,Odile Varga", "Odile Varga has Q7 already"),
        ("Udo Brandt,Q7,Udo Brandt", "Odile Varga has it"),
        ("Udo Brandt,Q8,", "its label is missing"),
    ],
)
def test_ids_that_are_taken_or_unproven_are_left(collection, row, said):
    make_speaker(collection, "Odile Varga", wikidata_id="Q7")
    make_speaker(collection, "Udo Brandt")
    report = stored(collection, f"name,wikidata_id,wikidata_label\n{row}\n")
    assert said in report.said[0].message
    assert Speaker.objects.exclude(wikidata_id=None).get().name == "Odile Varga"


@pytest.mark.django_db
def test_two_speakers_of_one_name_need_an_id(collection):
    first, _ = make_speaker(collection, "Odile Varga"), make_speaker(collection, "Odile Varga")
    report = stored(collection, "name,also_called\nOdile Varga,the potter\n")
    assert "give the speaker_id" in report.said[0].message
    stored(collection, f"name,speaker_id,also_called\nOdile Varga,{first.public_id},the potter\n")
    assert first.names.filter(text="the potter").exists()
    report = stored(collection, f"name,speaker_id\nUdo Brandt,{first.public_id}\n")
    assert "is Odile Varga, not Udo Brandt" in report.said[0].message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Udo Brandt,00000000-0000-4000-8000-000000000001,,", "no speaker with this id here"),
        ("Odile Varga,,organisation,", "on record as person, not organisation"),
        ("\u200b,,person,", "The name has no letters"),
    ],
)
def test_a_row_that_contradicts_what_is_there_is_refused_whole(collection, row, said):
    odile = make_speaker(collection, "Odile Varga")
    report = stored(collection, f"name,speaker_id,kind,also_called\n{row}the potter\n")
    assert report.states == {"failed": 1}
    assert said in report.said[0].message
    assert Speaker.objects.get() == odile
    assert [name.text for name in odile.names.all()] == ["Odile Varga"]


@pytest.mark.django_db
def test_a_fact_that_does_not_fit_its_column_is_said_and_the_next_row_is_taken(collection):
    rows = [
        PersonRow(
            line="row 2", name="Odile Varga", description="x" * 501, also_called="the potter"
        ),
        PersonRow(line="row 3", name="Udo Brandt"),
    ]
    report = store_people(collection=collection, rows=rows)
    assert report.states == {"failed": 1, "stored": 1}
    assert "at most 500 characters" in report.said[0].message
    assert Speaker.objects.get().name == "Udo Brandt"
    assert [name.text for name in SpeakerName.objects.all()] == ["Udo Brandt"]


@pytest.mark.django_db
def test_a_long_name_whose_letters_count_twice_is_known_again(collection):
    long = "ß" * 300
    table = f"name,also_called\n{long},{long.upper()[:300]}\n"
    assert stored(collection, table).states == {"stored": 1}
    assert stored(collection, table).states == {"known": 1}
    assert Speaker.objects.get().name == long


@pytest.mark.parametrize(
    ("table", "name", "said"),
    [
        ("nom\nA\n", "p.csv", "Line 1: The column “nom” is not known"),
        ("kind\nperson\n", "p.csv", "The column “name” is missing"),
        ("name\nA,b\n", "p.csv, row 2", "The row has 2 cells, the header 1"),
        ("name,kind\n,person\n", "p.csv, row 2", "The name is missing"),
        ("name,kind\nA,robot\n", "p.csv, row 2", "“robot” in “kind” is none of"),
        ("name,also_called,valid_from\nA,b,May\n", "p.csv, row 2", "is no day like"),
        (
            "name,also_called,valid_from,valid_to\nA,b,2031-01-02,2031-01-01\n",
            "p.csv, row 2",
            "ends before it begins",
        ),
        ("name,valid_from\nA,2031-01-01\n", "p.csv, row 2", "need “also_called”"),
        ("name,wikidata_id\nA,42\n", "p.csv, row 2", "no Wikidata id like Q42"),
        ("name,speaker_id\nA,7\n", "p.csv, row 2", "is no id"),
        (f"name\n{'a' * 301}\n", "p.csv, row 2", "more than 300 characters"),
        (",".join(["name"] * 1_000_000), "p.csv", "1,000,000 columns; at most 200"),
        (b"name\nUdo \xc3\n", "p.csv", "Not valid UTF-8 at byte 9"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(table, name, said):
    data = table if isinstance(table, bytes) else table.encode()
    (found,) = read_people("p.csv", io.BytesIO(data))
    assert isinstance(found, ReadFailure)
    assert found.name == name
    assert said in found.reason


@pytest.mark.django_db
def test_the_command_reports_each_row(collection, tmp_path, capsys):
    (tmp_path / "p.csv").write_text("name,kind\nOdile Varga,person\nUdo,robot\n", encoding="utf-8")
    with pytest.raises(CommandError, match="1 rows could not"):
        call_command("import_speakers", str(tmp_path / "p.csv"))
    out = capsys.readouterr().out
    assert "row 3: “robot”" in out
    assert "1 failed, 1 stored (1 speakers)" in out


@pytest.mark.django_db
def test_the_page_tries_first_and_keeps_a_history(collection, editor, researcher, client):
    client.force_login(editor)
    page = reverse("annotations:article_import")

    def send(**more: str):
        file = io.BytesIO(TABLE.encode())
        file.name = "people.csv"
        sent = {"way": "speakers", "collection": str(collection.public_id), "uploads": file}
        return client.post(page, {**sent, **more})

    tried = send(dry_run="1").content.decode()
    assert "nothing is stored yet" in tried
    assert "Q4712 is not set" in tried
    assert not Speaker.objects.exists()
    assert not Edit.objects.exists()
    assert "Taken in" in send().content.decode()
    odile = Speaker.objects.get(name="Odile Varga")
    actions = Edit.objects.of_object(odile.public_id).values_list("action", "version")
    assert sorted(actions) == [("speaker.imported", 1), ("speaker.imported", 2)]
    client.force_login(researcher)
    assert send().status_code == 422

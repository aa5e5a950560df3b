"""Snapshots: whole, the same bytes for the same state, checkable, readable by others' tools."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from quotes.exports import rejoin, snapshots
from quotes.exports.csv import PLAIN, Form
from quotes.exports.filters import ExportFilters
from quotes.exports.snapshots import SnapshotFacts, verify_snapshot, write_snapshot
from quotes.exports.tables import TABLES
from quotes.models import Quote
from tests.factories import (
    make_article,
    make_correction,
    make_edit,
    make_quote,
    make_same_words,
    make_speaker,
)

pytestmark = pytest.mark.django_db

EVERYTHING = ExportFilters(within=None)
STORY = (
    "=Depot talks\n\n“It stays open,” said Petra Holm, “and it stays ours.”\n\n"
    "“It closes in May,” Udo Brandt told the drivers, contradicting her."
)


@pytest.fixture
def told(collection, editor):
    article = make_article(
        collection, STORY, outlet="Osk Courier", published_on=dt.date(2031, 5, 4)
    )
    petra = make_speaker(collection, "Petra Holm", wikidata_id="Q7")
    udo = make_speaker(collection, "Udo Brandt")
    held = make_quote(
        article, "“It stays open,”", "“and it stays ours.”", speaker=petra, cue="said",
        status="confirmed", decided_by=editor, decided_at=dt.datetime(2031, 5, 5, tzinfo=dt.UTC),
    )  # fmt: skip
    closes = make_quote(article, "“It closes in May,”", speaker=udo, cue="told")
    make_correction(
        article, "contradicting her", corrector=udo, corrected=petra,
        claims=(held,), retorts=(closes,), cue_text="contradicting",
    )  # fmt: skip
    make_edit(held, editor)
    return article


def facts(number: int = 1, *, day: int = 6) -> SnapshotFacts:
    return SnapshotFacts(
        number=number,
        collection="osk",
        title="Voices of Osk: trams",
        made_at=dt.datetime(2031, 5, day, 12, tzinfo=dt.UTC),
        software="On Record 0.1.0",
        licence="CC BY 4.0",
        guidelines="Quote what is said.\n",
    )


def made(path: Path, number: int = 1, form: Form = PLAIN, **more) -> Path:
    write_snapshot(path, facts=facts(number, day=5 + number), filters=EVERYTHING, form=form, **more)
    return path


def unpacked(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_holds_every_table_and_what_explains_them(told, tmp_path):
    contents = write_snapshot(tmp_path / "s.zip", facts=facts(), filters=EVERYTHING, form=Form())
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        assert set(archive.namelist()) == {one.file_name for one in TABLES.values()} | {
            "README.txt",
            "CITATION.cff",
            "LICENSE-DATA.txt",
            "CHANGES.txt",
            "SHA256SUMS",
            "datapackage.json",
            "codebook.csv",
            "guidelines.txt",
            "rejoin.py",
        }
        assert archive.read("CHANGES.txt") == b"This is the first snapshot.\n"
        citation = yaml.safe_load(archive.read("CITATION.cff"))
    assert contents.counts["quotes.csv"] == 2
    assert citation["title"] == "Voices of Osk: trams"
    assert citation["date-released"] == dt.date(2031, 5, 6)
    assert verify_snapshot(tmp_path / "s.zip", sha256=contents.sha256) == []
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=unpacked(tmp_path / "s.zip", tmp_path / "out"),
        check=False, capture_output=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_one_state_gives_the_same_bytes(told, tmp_path):
    first, again = made(tmp_path / "a.zip"), made(tmp_path / "b.zip")
    assert first.read_bytes() == again.read_bytes()
    later = made(tmp_path / "c.zip", 2)
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(later) as other:
        for name in (entry.file_name for entry in TABLES.values()):
            assert one.read(name) == other.read(name)


@pytest.mark.slow
@pytest.mark.parametrize("form", [Form(), Form(body=False), Form(raw=True)])
def test_the_data_package_is_valid(told, tmp_path, form):
    frictionless = pytest.importorskip(
        "frictionless", reason="the Data Package library is in requirements-dev.txt"
    )
    folder = unpacked(made(tmp_path / "s.zip", form=form), tmp_path / "out")
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "message"])
    assert report.stats["tasks"] == len(TABLES)


@pytest.mark.slow
def test_the_data_package_names_a_wrong_cell(told, tmp_path):
    frictionless = pytest.importorskip("frictionless", reason="it is in requirements-dev.txt")
    folder = unpacked(made(tmp_path / "s.zip"), tmp_path / "out")
    quotes = (folder / "quotes.csv").read_bytes()
    (folder / "quotes.csv").write_bytes(quotes.replace(b",direct,", b",,", 1))
    assert not frictionless.Package(str(folder / "datapackage.json")).validate().valid


def test_changes_since_the_last_one_are_told(told, tmp_path):
    first = made(tmp_path / "osk-0001.zip")
    gone = Quote.objects.get(normal_text__contains="closes")
    Quote.objects.filter(pk=gone.pk).update(status="withdrawn")
    Quote.objects.exclude(pk=gone.pk).update(version=9)
    second = made(tmp_path / "osk-0002.zip", 2, previous=first)
    with zipfile.ZipFile(second) as archive:
        told_changes = archive.read("CHANGES.txt").decode()
    assert "Changes since osk-0001:" in told_changes
    assert "quotes.csv: 0 new, 1 changed, 1 gone" in told_changes
    assert f"gone: {gone.public_id}" in told_changes
    assert "corrections.csv: 0 new, 0 changed, 0 gone" not in told_changes.replace(
        "corrections.csv: 0 new, 1 changed", ""
    )


def test_a_changed_byte_and_a_missing_file_are_found(told, tmp_path):
    whole = made(tmp_path / "s.zip")
    with zipfile.ZipFile(whole) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}

    def verified(changed: dict[str, bytes]) -> list[str]:
        with zipfile.ZipFile(tmp_path / "t.zip", "w") as other:
            for name, data in changed.items():
                other.writestr(name, data)
        return verify_snapshot(tmp_path / "t.zip")

    assert verified(files) == []
    wrong = verified({**files, "quotes.csv": files["quotes.csv"].replace(b"stays", b"seems")})
    assert wrong == ["quotes.csv is not what was written: its sum differs."]
    without = {name: data for name, data in files.items() if name != "speakers.csv"}
    assert verified(without) == ["speakers.csv is missing."]
    assert verified({**files, "more.csv": b"x"}) == ["more.csv has no sum."]
    assert "differs" in verify_snapshot(whole, sha256="0" * 64)[0]
    (tmp_path / "t.zip").write_bytes(whole.read_bytes()[:-40])
    assert "cannot be read" in verify_snapshot(tmp_path / "t.zip")[0]


def test_a_damaged_file_is_told_of_wherever_the_damage_is(told, tmp_path):
    whole, damaged = made(tmp_path / "s.zip"), tmp_path / "t.zip"
    data, sha256 = whole.read_bytes(), hashlib.sha256(whole.read_bytes()).hexdigest()
    for place in range(0, len(data), 97):
        damaged.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        assert verify_snapshot(damaged, sha256=sha256)[0].endswith("its SHA-256 differs.")


def test_the_next_one_is_made_where_the_one_before_is_damaged(told, tmp_path):
    data = bytearray(made(tmp_path / "osk-0001.zip").read_bytes())
    with zipfile.ZipFile(tmp_path / "osk-0001.zip") as archive:
        entry = archive.getinfo("articles.csv")
    begins = entry.header_offset + 30 + len(entry.filename) + 20  # the header, and 64-bit sizes
    data[begins : begins + 8] = b"\xff" * 8
    (tmp_path / "osk-0001.zip").write_bytes(data)
    second = made(tmp_path / "osk-0002.zip", 2, previous=tmp_path / "osk-0001.zip")
    with zipfile.ZipFile(second) as archive:
        assert b"(osk-0001.zip) cannot be read" in archive.read("CHANGES.txt")
    assert verify_snapshot(second) == []


def test_case_48_a_full_disk_leaves_nothing_behind(told, tmp_path, monkeypatch):
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")
        yield

    made(tmp_path / "s.zip")
    before = (tmp_path / "s.zip").read_bytes()
    monkeypatch.setattr(snapshots, "csv_blocks", full)
    with pytest.raises(OSError, match="No space"):
        made(tmp_path / "s.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["s.zip"]
    assert (tmp_path / "s.zip").read_bytes() == before


def test_rejoin_puts_the_words_back(told, tmp_path):
    make_same_words(*Quote.objects.order_by("start"))
    whole = unpacked(made(tmp_path / "whole.zip"), tmp_path / "whole")
    safe = unpacked(made(tmp_path / "safe.zip", form=Form(body=False)), tmp_path / "safe")
    assert b"stays" not in (safe / "quotes.csv").read_bytes()
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "any name.txt").write_bytes(b"\xef\xbb\xbf" + STORY.replace("\n", "\r\n").encode())
    (texts / "other.txt").write_text(STORY + " ", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", str(safe / "rejoin.py"), str(safe), str(texts), str(tmp_path / "o")],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, "1 of 1 articles were put back.\n"), ran.stderr
    for one in TABLES.values():
        expected = table(whole / one.file_name)
        if one.name == "quotes":
            expected = [{**row, "verbatim_text": ""} for row in expected]
        assert table(tmp_path / "o" / one.file_name) == expected


def test_rejoin_leaves_out_a_text_that_differs(told, tmp_path, capsys):
    safe = unpacked(made(tmp_path / "safe.zip", form=Form(body=False)), tmp_path / "safe")
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text(STORY.replace("May", "June"), encoding="utf-8")
    assert rejoin.main([str(safe), str(texts), str(tmp_path / "o")]) == 1
    assert str(told.public_id) in capsys.readouterr().err
    assert {row["quote_text"] for row in table(tmp_path / "o" / "quotes.csv")} == {""}


def test_rejoin_knows_the_numbers_of_the_export():
    """It is shipped alone, so it repeats them; here they are held equal."""
    from quotes.exports.quote_sql import CONTEXT, LEFT_OUT
    from quotes.formula_guard import GUARDED

    assert (rejoin.CONTEXT, rejoin.LEFT_OUT) == (CONTEXT, LEFT_OUT)
    assert rejoin.GUARDED.pattern == GUARDED.pattern


def test_rejoin_fills_all_that_the_export_leaves_out():
    """But what stands between marks, which it says."""
    source = Path(rejoin.__file__).read_text(encoding="utf-8")
    left_out = {column.name for one in TABLES.values() for column in one.columns if column.body}
    assert {name for name in left_out if f'row["{name}"] = ' not in source} == {"verbatim_text"}


def test_cells_of_any_length_are_compared_and_checked(told, collection, tmp_path):
    make_article(collection, "word " * 60_000)
    first = made(tmp_path / "a.zip")
    made(tmp_path / "b.zip", 2, previous=first)
    assert verify_snapshot(tmp_path / "b.zip") == []
    assert json.loads(zipfile.ZipFile(tmp_path / "b.zip").read("datapackage.json"))["version"]

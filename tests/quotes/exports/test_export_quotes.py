"""The command that writes the record as CSV files."""

from __future__ import annotations

import errno
import io
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotations.operations.snapshots import make_snapshot, path_of, request_snapshot
from quotes.exports import files, snapshots
from quotes.exports.csv import stream_csv
from quotes.exports.filters import ExportFilters
from quotes.exports.tables import TABLES
from quotes.models import Article, Collection
from tests.factories import make_article, make_collection, make_quote

NAMES = {f"{name}.csv" for name in TABLES} | {"codebook.csv"}


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("export_quotes", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_all_tables_and_the_codebook_are_written(article, tmp_path):
    make_quote(article)
    said = run("--format", "csv", "--out", tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert {path.name for path in folder.iterdir()} == NAMES
    assert "quotes.csv: 1 rows" in said
    stream = stream_csv("quotes", ExportFilters(within=None))
    assert (folder / "quotes.csv").read_bytes() == b"".join(stream)


@pytest.mark.django_db
def test_filters_tables_and_form_are_options(article, tmp_path):
    make_quote(article)
    said = run("--out", tmp_path, "--table", "quotes", "--outlet", "Nobody", "--excel")
    assert "quotes.csv: 0 rows" in said
    assert (tmp_path / "quotes.csv").read_bytes().startswith(b"\xef\xbb\xbfquote_id,")
    assert {path.name for path in tmp_path.iterdir()} == {"quotes.csv", "codebook.csv"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "--out"),
        (("--out", "x", "--kind", "loud"), "loud"),
        (("--out", "x", "--published-after", "May"), "May"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(arguments, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=word):
        run(*arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_case_48_a_full_disk_leaves_no_short_file(article, tmp_path, monkeypatch):
    make_quote(article)
    run("--out", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    make_quote(article, "the harbour wall would stand")

    def blocks(table, *arguments, **options):
        if table.name == "corrections":
            yield b"correction_id", 0
            raise OSError(errno.ENOSPC, "No space left on device")
        yield from whole(table, *arguments, **options)

    whole = files.csv_blocks
    monkeypatch.setattr(files, "csv_blocks", blocks)
    with pytest.raises(CommandError, match="No space left"):
        run("--out", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == NAMES
    assert (tmp_path / "corrections.csv").read_bytes() == before["corrections.csv"]
    monkeypatch.undo()
    assert "quotes.csv: 2 rows" in run("--out", tmp_path)


def stopped(*_: object) -> None:
    raise TimeoutError("It waits for ever.")


@pytest.fixture
def large(transactional_db) -> Iterator[Collection]:
    """More than what lies ready between the database and its reader."""
    collection = make_collection("Archive")
    for number in range(6):
        make_article(collection, f"{number} " + "word " * 180_000)
    signal.signal(signal.SIGALRM, stopped)
    signal.alarm(60)
    yield collection
    signal.alarm(0)


def full_after_a_block(*arguments: object, **options: object) -> None:
    blocks = next(argument for argument in arguments if hasattr(argument, "close"))
    next(blocks)
    raise OSError(errno.ENOSPC, "No space left on device")


def test_case_48_a_disk_that_fills_up_in_the_middle_of_a_table_ends_it(
    large, tmp_path, monkeypatch
):
    monkeypatch.setattr(files, "_write", full_after_a_block)
    with pytest.raises(CommandError, match="No space left"):
        run("--out", tmp_path, "--table", "articles")
    assert Article.objects.count() == 6


def test_case_48_a_snapshot_on_a_disk_that_fills_up_fails_with_the_reason(large, monkeypatch):
    monkeypatch.setattr(snapshots, "TABLES", {"articles": TABLES["articles"]})
    monkeypatch.setattr(snapshots._Writer, "add", full_after_a_block)
    row = request_snapshot(collection=large, user=None, queue=False)
    row = make_snapshot(snapshot_id=row.public_id)
    assert (row.state, row.error) == (
        "failed",
        "The file could not be written: No space left on device.",
    )
    assert not path_of(row).exists()
    assert not list(path_of(row).parent.glob(".*.part"))


@pytest.mark.django_db
def test_a_folder_that_cannot_be_is_refused_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="The export stopped"):
        run("--out", Path(tmp_path) / "file" / "folder")

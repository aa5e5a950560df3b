"""The command that takes articles in (cases 49 and 55)."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from quotes.importing import read_upload
from quotes.importing.text import MAX_LABEL
from quotes.models import Article, ExtractionRun, ImportItem
from quotes.operations import import_items
from tests.factories import make_collection

STORY = "The pier will stand, Inga Brandvold said. “It has held,” she said.\n"


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("import_articles", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_files_and_folders_are_taken_in(collection, tmp_path):
    (tmp_path / "b.txt").write_text(STORY + "B.", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n{"text": "Two."}\n', encoding="utf-8")
    said = run(tmp_path)
    assert list(Article.objects.order_by("pk").values_list("text", flat=True)) == [
        "One.",
        "Two.",
        STORY + "B.",
    ]
    assert said.splitlines()[-1] == "3 items: 3 stored, 0 duplicate, 0 failed"
    assert ExtractionRun.objects.filter(state="queued").count() == 3


@pytest.mark.django_db
def test_case_49_bad_items_are_reported_and_the_rest_goes_on(collection, tmp_path):
    contents = {
        "1.txt": STORY.encode(),
        "2.txt": "“Half” a mark “".encode()[:-1],
        "3.txt": b"",
        "4.pdf": b"%PDF-1.7",
        "5.txt": b"a\x00b and more words",
        "6.txt": STORY.encode(),
        "7.txt": b"x" * (5 * 2**20 + 1),
        "8.txt": b"The last one.",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    out = io.StringIO()
    with pytest.raises(CommandError, match="6 items could not"):
        call_command("import_articles", str(tmp_path), str(tmp_path / "none.txt"), stdout=out)
    lines = out.getvalue().splitlines()
    words = ["stored", "byte 18", "empty", "PDF", "NUL", "duplicate", "5.0 MB", "stored"]
    words += ["cannot be read", "9 items: 2 stored, 1 duplicate, 6 failed"]
    assert len(lines) == len(words)
    for line, word in zip(lines, words, strict=True):
        assert word in line
    assert Article.objects.count() == 2


@pytest.mark.django_db
def test_case_55_the_same_file_again_is_a_duplicate_with_its_id(collection, tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(STORY.encode())
    run(file)
    again = run(file)
    article = Article.objects.get()
    assert again.startswith("duplicate ")
    assert str(article.public_id) in again


@pytest.mark.django_db
def test_the_collection_is_named_where_there_are_several(collection, tmp_path):
    other = make_collection()
    (tmp_path / "a.txt").write_bytes(STORY.encode())
    with pytest.raises(CommandError, match="several collections"):
        run(tmp_path)
    with pytest.raises(CommandError, match="no collection “none”"):
        run(tmp_path, "--collection", "none")
    run(tmp_path, "--collection", other.slug)
    assert Article.objects.get().collection == other


@pytest.mark.django_db
@pytest.mark.model
def test_inline_finds_the_quotes_without_a_worker(collection, tmp_path):
    (tmp_path / "a.txt").write_bytes(STORY.encode())
    said = run(tmp_path, "--inline")
    article = Article.objects.get()
    assert article.quotes.count() >= 1
    assert f"; {article.quotes.count()} quotes," in said
    assert list(ExtractionRun.objects.values_list("state", flat=True)) == ["done"]


@pytest.mark.django_db
def test_what_was_read_can_be_stored_whatever_it_is(collection):
    """Reading refuses what the database would: no item fails later for its length."""
    from quotes.importing import read_paste

    long = read_paste(STORY, headline="h" * (MAX_LABEL["headline"] + 1))
    full = read_paste(STORY, **{key: "h" * size for key, size in MAX_LABEL.items() if key != "url"})
    batch = import_items(collection=collection, items=[long, full], extract=False)
    states = list(batch.items.values_list("state", flat=True))
    assert states == [ImportItem.State.FAILED, ImportItem.State.STORED]
    assert "501 characters" in batch.items.get(ordinal=1).message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", b'{"text": "a", "\\ud800\\u0000": "b"}'),
        ("a.jsonl", b'{"text": "a", "published_on": "\\ud800"}'),
        ("a.csv", b"text,\xff\r\na,b\r\n"),
    ],
)
def test_case_38_a_refusal_is_stored_whatever_it_quotes(collection, name, data):
    items = list(read_upload(name, io.BytesIO(data)))
    batch = import_items(collection=collection, items=items, extract=False)
    assert list(batch.items.values_list("state", flat=True)) == [ImportItem.State.FAILED]
    assert "“?" in batch.items.get().message


def test_limits_are_those_of_the_model():
    for name, size in MAX_LABEL.items():
        assert Article._meta.get_field(name).max_length == size

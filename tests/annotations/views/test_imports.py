"""Bringing articles in through the page: one clear sentence for each item, nothing half stored."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from quotes.models import Article, ExtractionRun, Import
from tests.annotations.views.conftest import HTMX

ADDRESS = "/articles/import/"
STORY = "“The bell is cracked,” said Oona Harkin.\r\n\r\n  Nobody rang it again. "


def paste(client: Client, into: Any, **data: Any) -> Any:
    form = {"way": "paste", "collection": into.public_id, "text": STORY, **data}
    return client.post(ADDRESS, form)


def upload(client: Client, collection: Any, *files: tuple[str, bytes]) -> Any:
    uploads = [SimpleUploadedFile(name, data) for name, data in files]
    form = {"way": "files", "collection": collection.public_id, "uploads": uploads}
    return client.post(ADDRESS, form)


def test_a_pasted_article_opens_at_once_and_is_queued(as_editor, collection):
    answer = paste(as_editor, collection, headline="Bell", published_on="2026-02-03")
    article = Article.objects.get(headline="Bell")
    assert answer["Location"] == reverse("annotations:article_detail", args=[article.public_id])
    assert ExtractionRun.objects.get(article=article).state == "queued"


def test_the_text_is_stored_as_it_was_pasted(as_editor, collection):
    paste(as_editor, collection, headline="Bell")
    assert Article.objects.get(headline="Bell").text == STORY.replace("\r\n", "\n")


def test_the_same_text_again_says_what_it_repeats(as_editor, collection):
    paste(as_editor, collection, headline="Bell")
    answer = paste(as_editor, collection, headline="Bell again")
    report = as_editor.get(answer["Location"]).text
    assert "= duplicate" in report
    assert "Same text as" in report
    assert Article.objects.count() == 1


def test_files_get_a_line_each_and_a_bad_one_stops_nobody(as_editor, collection):
    answer = upload(
        as_editor,
        collection,
        ("good.txt", STORY.encode()),
        ("again.txt", STORY.encode()),
        ("empty.txt", b""),
        ("nul.txt", b"A story with \x00 inside."),
        ("page.bin", bytes(range(256)) * 40),
        ("big.txt", b"x" * (6 * 2**20)),
    )
    page = as_editor.get(answer["Location"])
    states = [item.state for item in page.context["items"]]
    assert states == ["stored", "duplicate", "failed", "failed", "failed", "failed"]
    assert all(item.message for item in page.context["items"] if item.state == "failed")
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [{"text": ""}, {"collection": uuid.uuid4()}, {"collection": "x"}, {"headline": "h" * 501}],
)
def test_a_form_that_cannot_be_read_is_shown_again(as_editor, collection, data):
    answer = paste(as_editor, collection, **data)
    assert answer.status_code == 422
    assert not Article.objects.exists()


def test_a_wrong_date_is_said_in_the_report(as_editor, collection):
    answer = paste(as_editor, collection, published_on="31 February 2026")
    assert "! failed" in as_editor.get(answer["Location"]).text
    assert not Article.objects.exists()


def test_without_files_the_form_says_so(as_editor, collection):
    answer = as_editor.post(ADDRESS, {"way": "files", "collection": collection.public_id})
    assert answer.status_code == 422
    assert "Choose at least one file." in answer.text


def test_readers_and_outsiders_cannot_import_here(client, reader, outsider, collection):
    for person in (reader, outsider):
        client.force_login(person)
        assert paste(client, collection).status_code == 422
    client.logout()
    assert paste(client, collection).status_code == 302
    assert not Article.objects.exists()


def test_the_report_asks_again_until_all_is_read(as_editor, collection):
    answer = upload(as_editor, collection, ("a.txt", STORY.encode()), ("b.txt", b"Another one."))
    there = answer["Location"]
    assert 'hx-trigger="every 1s"' in as_editor.get(there).text
    ExtractionRun.objects.update(state="done")
    fragment = as_editor.get(there, headers=HTMX).text
    assert "<html" not in fragment
    assert "hx-trigger" not in fragment


def test_the_report_costs_the_same_for_many_items(as_editor, collection, count_queries):
    one = upload(as_editor, collection, ("a.txt", b"One story."), ("b.txt", b"Two stories."))
    many = upload(as_editor, collection, *((f"{n}.txt", b"Story %d." % n) for n in range(20)))
    as_editor.get(one["Location"])
    counts = [count_queries(lambda a=a: as_editor.get(a["Location"])) for a in (one, many)]
    assert counts[0] == counts[1] <= 6


def test_a_report_is_seen_by_members_only(as_editor, client, outsider, collection):
    upload(as_editor, collection, ("a.txt", b"One story."), ("b.txt", b"Two stories."))
    there = reverse("annotations:import_detail", args=[Import.objects.get().public_id])
    client.force_login(outsider)
    assert client.get(there).status_code == 404
    client.logout()
    assert client.get(there).status_code == 302
    assert as_editor.put(there).status_code in {302, 405}


def test_more_than_the_server_reads_at_once_is_said(as_editor, collection):
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    answer = paste(as_editor, collection, text="x" * (limit + 1))
    assert answer.status_code == 413
    assert "Too large" in answer.text
    assert not Article.objects.exists()


def test_the_report_is_a_table_to_download(as_editor, collection):
    upload(as_editor, collection, ("=a.txt", b"One story."), ("b.pdf", b"%PDF-1.7 x"))
    batch = Import.objects.get()
    there = reverse("annotations:import_report_file", args=[batch.public_id])
    answer = as_editor.get(there)
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["name"], row["state"]) for row in rows] == [
        ("'=a.txt", "stored"),
        ("b.pdf", "failed"),
    ]
    assert rows[0]["article_url"].endswith(f"/articles/{Article.objects.get().public_id}/")
    assert "PDF" in rows[1]["reason"]
    assert there in as_editor.get(reverse("annotations:import_detail", args=[batch.public_id])).text

"""Importing many articles: accepted, brought in by the worker's job, a result for each."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotations.operations import importing
from quotes.models import Article, Collection, ExtractionRun, Import
from quotes.operations import run_import
from tests.api.conftest import API
from tests.api.test_streams import lines


def send(api: Client, articles: list[Any], key: str = "k", **more: Any) -> Any:
    return api.post(
        f"{API}/imports/",
        json.dumps({"articles": articles, **more}),
        content_type="application/json",
        headers={"idempotency-key": key},
    )


ARTICLES = [
    {"text": "“We sail at noon,” said Orla Finn.", "external_id": "cms-1"},
    {"text": "“We sail at noon,” said Orla Finn.", "external_id": "cms-2"},
    {"text": "Something else.", "url": "ftp://example.org/x"},
    {"text": "“Nobody sails today,” said Bram Toll.", "published_on": "2026-03-04"},
]


def test_many_articles_are_accepted_and_then_brought_in(
    api: Client, collection: Collection, editor: User
) -> None:
    response = send(api, ARTICLES)
    accepted = response.json()
    assert response.status_code == 202, accepted
    assert (accepted["state"], accepted["n_items"], accepted["n_stored"]) == ("queued", 4, 0)
    assert not Article.objects.exists()
    assert api.get(response["Location"]).json() == accepted
    run_import(import_id=accepted["id"])
    done = api.get(response["Location"]).json()
    assert (done["state"], done["imported_by"]) == ("done", editor.get_username())
    assert (done["n_stored"], done["n_duplicate"], done["n_failed"]) == (2, 1, 1)
    items = api.get(f"{response['Location']}items/?limit=3").json()
    assert [row["state"] for row in items["results"]] == ["stored", "duplicate", "failed"]
    assert items["results"][0]["article"] == items["results"][1]["article"]
    assert items["results"][2]["message"]
    (last,) = api.get(items["next"]).json()["results"]
    assert (last["ordinal"], last["state"]) == (4, "stored")
    assert len(lines(api, f"{response['Location']}items/?state=failed")) == 1
    runs = api.get(f"{API}/runs/?state=queued").json()["results"]
    assert {run["article"] for run in runs} == {str(a.public_id) for a in Article.objects.all()}
    assert [row["id"] for row in api.get(f"{API}/imports/?state=done").json()["results"]] == [
        accepted["id"]
    ]


def test_a_job_begun_again_goes_on_where_it_was(
    api: Client, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = send(api, ARTICLES).json()["id"]
    from quotes.operations import intake

    once = iter([True])
    step = intake._next_item

    def killed(which: str) -> bool:
        next(once)
        return step(which)

    monkeypatch.setattr(intake, "_next_item", killed)
    with pytest.raises(StopIteration):
        run_import(import_id=import_id)
    assert Import.objects.get().items.count() == 1
    monkeypatch.setattr(intake, "_next_item", step)
    run_import(import_id=import_id)
    run_import(import_id=import_id)
    batch = Import.objects.get()
    assert (batch.state, batch.waiting, batch.items.count()) == ("done", [], 4)
    assert ExtractionRun.objects.count() == Article.objects.count() == 2


def test_an_import_sent_twice_is_one(api: Client, collection: Collection) -> None:
    first, again = send(api, ARTICLES), send(api, ARTICLES)
    assert first.content == again.content
    assert Import.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"articles": []}, "invalid-body"),
        ({"articles": [{"headline": "x"}]}, "invalid-body"),
        ({"articles": [{"text": "x", "collection": "x"}]}, "invalid-body"),
        ({"articles": [{"text": "x"}] * 1001}, "invalid-body"),
        ({"articles": "x"}, "invalid-body"),
        ({"articles": [{"text": "x"}], "state": "done"}, "invalid-body"),
    ],
)
def test_odd_imports_are_refused(api: Client, collection: Collection, body: Any, code: str) -> None:
    response = send(api, **body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert not Import.objects.exists()


# --- A file --------------------------------------------------------------------------------------

LINES = (
    b'{"text": "\xe2\x80\x9cWe sail at noon,\xe2\x80\x9d said Orla Finn.", "external_id": "a-1",'
    b' "published_on": "2026-03-04", "outlet": "Harbour Gazette"}\n'
    b"{not JSON\n"
)
PAGE = (
    "<!doctype html><html><head><title>Pier shut</title></head><body><article><h1>Pier shut</h1>"
    "<p>The pier at Bramtoll was shut on Monday after a storm took its last lamp.</p>"
    "<p>“Nobody walks there today,” said Bram Toll, the pilot, who had the key.</p>"
    "<p>Subscribe now!</p></article></body></html>"
).encode()


def send_file(api: Client, name: str, data: bytes, key: str = "k", **fields: Any) -> Any:
    given = {"file": SimpleUploadedFile(name, data), **fields}
    return api.post(f"{API}/imports/", given, headers={"idempotency-key": key})


def test_a_file_of_many_articles_is_accepted_and_then_brought_in(
    api: Client, collection: Collection
) -> None:
    response = send_file(api, "feed.jsonl", LINES, collection=str(collection.public_id))
    accepted = response.json()
    assert response.status_code == 202, accepted
    assert (accepted["state"], accepted["n_items"]) == ("queued", 2)
    assert not Article.objects.exists()
    run_import(import_id=accepted["id"])
    first, second = api.get(f"{response['Location']}items/").json()["results"]
    assert (first["state"], first["name"]) == ("stored", "feed.jsonl, line 1")
    assert (second["state"], second["name"]) == ("failed", "feed.jsonl, line 2")
    article = Article.objects.get()
    assert article.text == "“We sail at noon,” said Orla Finn."
    assert (article.outlet, str(article.published_on)) == ("Harbour Gazette", "2026-03-04")
    assert ExtractionRun.objects.get(article=article).state == "queued"


def test_a_zip_of_a_page_and_a_text_in_another_encoding_keeps_what_was_read(
    api: Client, collection: Collection
) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("pier.html", PAGE)
        archive.writestr("noon.txt", "“We sail at noon,” said Orla Finn.".encode("windows-1252"))
    response = send_file(api, "evening.zip", zipped.getvalue())
    run_import(import_id=response.json()["id"])
    page, text = Article.objects.order_by("pk")
    assert page.headline == "Pier shut"
    assert [page.text[start:end] for start, end, _ in page.skipped] == ["Subscribe now!"]
    assert (text.encoding, text.text[0]) == ("windows-1252", "“")


def test_the_same_file_with_the_same_key_is_brought_in_once(
    api: Client, collection: Collection
) -> None:
    first, again = (send_file(api, "feed.jsonl", LINES) for _ in range(2))
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Import.objects.count() == 1
    other = send_file(api, "feed.jsonl", LINES.replace(b"noon", b"ten"))
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")


BOUNDARY = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
FILE = PART % (b"file", b'; filename="a.txt"', b"\xe2\x80\x9cNo,\xe2\x80\x9d said Orla Finn.")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (FILE + b"--x--", "multipart/form-data", 400, "malformed-body"),
        (FILE + PART % (b"project", b"", b"1") + b"--x--", BOUNDARY, 400, "invalid-body"),
        (FILE + FILE + b"--x--", BOUNDARY, 400, "malformed-body"),
        (FILE + PART % (b"collection", b"", b"a\x00b") + b"--x--", BOUNDARY, 400, "invalid-body"),
        (FILE + PART % (b"collection", b"", b"\xff") + b"--x--", BOUNDARY, 400, "invalid-body"),
        (PART % (b"file", b"", b"words") + b"--x--", BOUNDARY, 400, "malformed-body"),
        (b"", BOUNDARY, 400, "invalid-body"),
        (FILE + PART % (b"a", b"", b"1") * 2000 + b"--x--", BOUNDARY, 400, "malformed-body"),
        (FILE.replace(b"No", b"N" * (8 << 20)) + b"--x--", BOUNDARY, 413, "body-too-large"),
        (b"a,b", "text/csv", 415, "unsupported-media-type"),
    ],
)
def test_a_form_that_is_not_one_file_is_refused(
    api: Client, collection: Collection, body: bytes, content_type: str, status: int, code: str
) -> None:
    address, key = f"{API}/imports/", {"idempotency-key": "k"}
    response = api.generic("POST", address, body, content_type=content_type, headers=key)
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    assert not Import.objects.exists()


def test_a_file_of_too_many_articles_is_refused(
    api: Client, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_WAITING", 1)
    response = send_file(api, "feed.jsonl", LINES)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert not Import.objects.exists()

"""Annotations come in through the page: first what would happen, then the thing itself."""

from __future__ import annotations

import io
import json

import pytest
from django.urls import reverse

from quotes.models import Article, Quote

pytestmark = pytest.mark.django_db
TEXT = "“The kiln stays lit,” said Odile Varga."
GOOD = json.dumps({"text": TEXT, "label": [[0, 21, "quote"], [27, 38, "speaker"], [22, 26, "cue"]]})
BAD = json.dumps({"text": TEXT + " Twice.", "label": [[0, 999, "quote"]]})


@pytest.fixture
def send(client, editor, collection):
    client.force_login(editor)

    def post(**more: str):
        file = io.BytesIO(f"{GOOD}\n{BAD}\n".encode())
        file.name = "doccano.jsonl"
        sent = {"way": "annotations", "collection": str(collection.public_id), "uploads": file}
        return client.post(reverse("annotations:article_import"), {**sent, **more})

    return post


def test_the_page_says_what_would_happen_and_stores_nothing(send):
    answer = send(dry_run="1")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "nothing is stored yet" in page
    assert "doccano.jsonl, line 2" in page
    assert "lies outside the text" in page
    assert not Article.objects.exists()


def test_then_it_is_taken_in_and_the_same_file_again_is_known(send):
    assert "Taken in" in send().content.decode()
    quote = Quote.objects.get()
    assert (quote.status, quote.origin, quote.kind) == ("confirmed", "import", "direct")
    again = send().content.decode()
    assert "Nothing new" in again
    assert "duplicate" in again
    assert Article.objects.count() == 1


def test_without_a_file_the_form_says_so(client, editor, collection):
    client.force_login(editor)
    sent = {"way": "annotations", "collection": str(collection.public_id)}
    answer = client.post(reverse("annotations:article_import"), sent)
    assert answer.status_code == 422
    assert "Choose at least one file." in answer.content.decode()


def test_who_may_not_import_is_told(client, researcher, collection, send):
    client.force_login(researcher)
    assert send().status_code == 422
    assert not Article.objects.exists()

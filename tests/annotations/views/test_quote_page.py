"""A quote's own page: the words, who said them, and the same as linked data in the page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.operations.quotes import confirm_quote
from tests.annotations.views.conftest import World
from tests.factories import make_article, make_quote, make_speaker

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)


def page(client: Client, quote: Any) -> str:
    response = client.get(reverse("annotations:quote_detail", args=[quote.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_has_words_speaker_article_and_corrections(
    as_editor: Client, world: World
) -> None:
    shown = page(as_editor, world.quote)
    for words in ("It has held for ninety winters", "Ines Adair", "suggested", "Tobias Wrenfield"):
        assert words in shown
    assert reverse("annotations:article_detail", args=[world.article.public_id]) in shown


@pytest.mark.parametrize("day", ["2026-03-07", None])
def test_the_day_of_publication_is_written_as_on_other_pages(
    as_editor: Client, world: World, day: str | None
) -> None:
    article = make_article(world.article.collection, "“Snow,” said Nell.", published_on=day)
    shown = page(as_editor, make_quote(article, "“Snow,”"))
    assert ('<time datetime="2026-03-07">7 Mar 2026</time>' in shown) is (day is not None)
    assert ("<time" in shown) is (day is not None)


def test_a_confirmed_quote_carries_what_the_api_gives_as_linked_data(
    as_editor: Client, editor: User, world: World
) -> None:
    assert not BLOCK.search(page(as_editor, world.quote))
    confirm_quote(public_id=world.quote.public_id, version=world.quote.version, user=editor)
    (block,) = BLOCK.findall(page(as_editor, world.quote))
    address = reverse("api:quote_detail", args=[world.quote.public_id])
    answer = as_editor.get(address, headers={"accept": "application/ld+json"})
    assert json.loads(block) == answer.json()
    assert answer.json()["@type"] == "Quotation"


def test_no_words_of_a_quote_end_the_block_of_data(
    as_editor: Client, editor: User, world: World
) -> None:
    said = "“No </script><script>alert(1)</script> \u2028 <!-- & here,”"
    article = make_article(world.article.collection, text=f"{said} said Ines Adair.")
    quote = make_quote(article, said, speaker=make_speaker(article.collection, "<b>Nell</b>"))
    confirm_quote(public_id=quote.public_id, version=quote.version, user=editor)
    shown = page(as_editor, quote)
    (block,) = BLOCK.findall(shown)
    assert json.loads(block)["text"] == said
    assert "<script>alert" not in shown
    assert "<b>Nell" not in shown


@pytest.mark.parametrize("who", ["outsider", "nobody"])
def test_others_do_not_see_it(client: Client, outsider: User, world: World, who: str) -> None:
    if who == "outsider":
        client.force_login(outsider)
    response = client.get(reverse("annotations:quote_detail", args=[world.quote.public_id]))
    assert response.status_code == (404 if who == "outsider" else 302)

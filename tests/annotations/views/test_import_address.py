"""Bringing in an article by its address: off as it comes, and never asking anything inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from annotations.operations import importing
from quotes.fetching import Fetched, NotFetched
from quotes.models import Article, Collection, Import

ADDRESS = "/articles/import/"
HERE = "https://gazette.example/wall?utm_source=mail"
STORY = "“The bell is cracked,” said Oona Harkin, who has rung it for twenty years without a pause."
PAGE = f"""<!doctype html><html lang="en"><head><title>Bell</title>
<link rel="canonical" href="https://elsewhere.example/other">
<meta property="og:title" content="Bell falls silent"></head>
<body><article><h1>Bell falls silent</h1><p>{STORY}</p>
<p>The parish will meet on Thursday to decide what is to be done with it.</p></article>
</body></html>"""


@pytest.fixture
def allowed(settings: Any) -> None:
    settings.URL_IMPORT = True


def send(client: Client, collection: Collection, address: str = HERE) -> Any:
    form = {"way": "address", "collection": collection.public_id, "address": address}
    return client.post(ADDRESS, form)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the outside answers: a page, or an exception."""

    def set_to(answer: Fetched | Exception) -> None:
        def fetched(address: str, **_: object) -> Fetched:
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(importing, "fetch", fetched)

    return set_to


def page(body: str | bytes = PAGE, kind: str = "text/html; charset=utf-8", status: int = 200):
    data = body.encode() if isinstance(body, str) else body
    return Fetched(HERE, status, kind, data)


def test_case_24_it_is_off_and_says_which_setting(as_editor, collection, answers):
    answers(AssertionError("nothing may be asked"))
    answer = send(as_editor, collection)
    assert answer.status_code == 403
    assert "URL_IMPORT=1" in answer.text
    assert "way=address" not in as_editor.get(ADDRESS).text
    assert Import.objects.count() == 0


def test_case_25_an_address_inside_is_422(as_editor, collection, allowed):
    said = set()
    for address in ("http://127.0.0.1/", "file:///etc/passwd", "http://[::1]/", "http://a@b/"):
        answer = send(as_editor, collection, address)
        assert answer.status_code == 422
        said.add(answer.text.split('role="status"')[1].split("</")[0])
    assert len(said) == 1
    assert Import.objects.count() == 0


def test_an_article_comes_in_by_its_address(as_editor, collection, allowed, answers):
    answers(page())
    assert 'name="address"' in as_editor.get(f"{ADDRESS}?way=address").text
    answer = send(as_editor, collection)
    article = Article.objects.get(headline="Bell falls silent")
    assert answer["Location"].endswith(f"/articles/{article.public_id}/")
    assert STORY in article.text
    assert article.url == HERE
    assert article.canonical_url == "https://gazette.example/wall"


def test_case_55_the_same_page_by_another_address_is_no_second_article(
    as_editor, collection, allowed, answers
):
    answers(page())
    send(as_editor, collection)
    answers(Fetched("https://gazette.example/wall?fbclid=x", 200, "text/html", PAGE.encode()))
    report = as_editor.get(send(as_editor, collection)["Location"]).text
    assert "= duplicate" in report
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (NotFetched("The address gave no whole answer in 10 s."), "no whole answer"),
        (page(status=404), "status 404"),
        (page(b"\x89PNG\r\n\x1a\n\0\0"), "an image"),
        (page(kind="image/png"), "“image/png”, not a page"),
        (page(kind=""), "“nothing named”"),
        (page("<html><body>Sign in</body></html>"), "No article was found"),
        (page(b"caf\xe9 \x81", "text/plain; charset=utf-8"), "byte"),
    ],
)
def test_case_28_what_brings_no_article_is_a_failed_item(
    as_editor, collection, allowed, answers, answer, said
):
    answers(answer)
    report = as_editor.get(send(as_editor, collection)["Location"]).text
    assert said in report
    assert Article.objects.count() == 0


def test_the_encoding_that_the_server_names_is_used(as_editor, collection, allowed, answers):
    text = "Die Brücke trägt wieder, sagte sie."
    answers(page(text.encode("latin-1"), "text/plain; charset=iso-8859-1"))
    send(as_editor, collection)
    assert Article.objects.get().text == text


def test_a_person_may_ask_only_so_often(as_editor, collection, allowed, answers, monkeypatch):
    monkeypatch.setattr("annotations.views.imports.ADDRESSES_PER_QUARTER_HOUR", 2)
    answers(NotFetched("Nothing there."))
    assert [send(as_editor, collection).status_code for _ in range(3)] == [302, 302, 429]


def test_who_may_not_import_asks_nothing(client, reader, collection, allowed, answers):
    answers(AssertionError("nothing may be asked"))
    client.force_login(reader)
    assert send(client, collection).status_code == 422
    with pytest.raises(Exception, match="may not do this"):
        importing.import_address(collection=collection, user=reader, address=HERE)

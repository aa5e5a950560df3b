"""Web pages: the article's text and what the page says of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from quotes.importing import ArticleInput, ReadFailure, read_file
from tests.timing import times_longer

PARAGRAPHS = [
    "The harbour board of Northquay will vote for a second time on the breakwater after a night of "
    "talks that ended without a number both sides could sign, its chair said on Tuesday.",
    "“We were asked to bring a cheque, and we brought a cheque,” said Inga Brandvold, who has led "
    "the board since the spring and had promised the fishing crews an answer before the storms.",
    "The crews’ speaker, Tobias Wrenfield, said the works were “ready in every respect but one”, "
    "and that he would not wait for another winter to hear which one it was.",
    "A spokeswoman for the ministry said the money had been set aside in the autumn and that "
    "nobody had asked for it since, which the board’s treasurer called a curious way to put it.",
]


def page(
    *, head: str = "", title: str = "Board to vote again on breakwater", lead: str = ""
) -> str:
    body = lead + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f"<title>{title} | Northquay Ledger</title>{head}</head>"
        f"<body><nav><a href='/'>Home</a> <a href='/s'>Subscribe</a></nav>"
        f"<main><article><h1>{title}</h1>{body}</article></main>"
        f"<footer>© Northquay Ledger. All rights reserved.</footer></body></html>"
    )


def linked(**values: object) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", **values}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def article(name: str, data: bytes) -> ArticleInput:
    (item,) = read_file(name, data)
    assert isinstance(item, ArticleInput), item
    return item


def test_paragraphs_are_kept_and_the_rest_of_the_page_is_not():
    assert article("a.html", page().encode()).text == "\n\n".join(PARAGRAPHS)


def test_page_says_who_when_and_where():
    head = linked(
        headline="Board to vote again on breakwater",
        author=[{"@type": "Person", "name": "By Ana Lindqvist"}, {"name": "Piet de Wolde"}],
        datePublished="2031-05-04T23:30:00-04:00",
        publisher={"@type": "Organization", "name": "Northquay Ledger"},
    )
    head += '<link rel="canonical" href="https://ledger.example/breakwater">'
    head += '<meta name="author" content="ledgerdesk@ledger.example">'
    item = article("a.html", page(head=head).encode())
    assert item.headline == "Board to vote again on breakwater"
    assert item.byline == "Ana Lindqvist, Piet de Wolde"
    assert item.published_on == dt.date(2031, 5, 4)
    assert item.outlet == "Northquay Ledger"
    assert item.url == "https://ledger.example/breakwater"
    assert item.language == "en-GB"


def test_handles_and_the_site_are_no_authors():
    head = linked(author=[{"name": "@ledgerdesk"}, {"name": "Northquay Ledger"}])
    head += '<meta property="og:site_name" content="Northquay Ledger">'
    item = article("a.html", page(head=head).encode())
    assert "edger" not in item.byline


def test_the_pages_own_headline_goes_before_its_metadata():
    head = '<meta property="og:title" content="Board votes again | Northquay Ledger">'
    item = article("a.html", page(head=head, title="Board votes again, at last").encode())
    assert item.headline == "Board votes again, at last"


def test_a_headline_repeated_as_first_line_is_dropped():
    lead = "<p>Board to vote again on breakwater</p>"
    assert article("a.html", page(lead=lead).encode()).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_case_38_pages_are_read_in_their_encoding(encoding):
    html = page().replace('charset="utf-8"', f'charset="{encoding}"')
    item = article("a.html", html.encode(encoding))
    assert item.text == "\n\n".join(PARAGRAPHS)
    assert item.encoding == ("utf-16-le" if encoding == "utf-16" else encoding)


def test_case_38_a_page_that_declares_the_wrong_encoding_is_read_by_its_bytes():
    item = article("a.html", page().encode("windows-1252"))
    assert item.text == "\n\n".join(PARAGRAPHS)
    assert item.encoding == "windows-1252"


def test_a_page_saved_as_text_is_read_as_a_page():
    assert article("a.txt", page().encode()).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "html",
    ["<html></html>", "<!doctype html><html><body><nav><a href='/'>Home</a></nav></body></html>"],
)
def test_a_page_without_an_article_is_refused(html):
    (item,) = read_file("a.html", html.encode())
    assert isinstance(item, ReadFailure)
    assert "No article was found" in item.reason


@pytest.mark.parametrize(
    "script",
    ["{", "[" * 5_000, '{"@type": ["NewsArticle", 7], "author": 7, "publisher": [7]}', "null"],
)
def test_broken_linked_data_does_no_harm(script):
    head = f'<script type="application/ld+json">{script}</script>'
    assert article("a.html", page(head=head).encode()).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.slow
def test_reading_time_grows_with_the_page_not_with_its_square():
    def read(copies: int) -> Callable[[], object]:
        data = page(lead="<p>" + "The pier “is not a pier. " * copies + "</p>").encode()
        return lambda: article("a.html", data)

    assert times_longer(read(8_000), read(4_000), at_most=3) <= 3

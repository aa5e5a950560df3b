"""The first rows on the export page."""

from __future__ import annotations

import csv
import io

import pytest

from quotes.exports.csv import stream_csv
from quotes.exports.filters import ExportFilters
from quotes.exports.preview import first_quotes
from quotes.models import Article
from tests.factories import make_article, make_quote

pytestmark = pytest.mark.django_db


def test_they_are_the_first_rows_of_the_table(collection):
    for number in range(4):
        article = make_article(collection, f"“Yes,” she said. “No,” he said. {number}")
        make_quote(article, "“Yes,”")
        make_quote(article, "“No,”")
    filters = ExportFilters(within=None)
    text = b"".join(stream_csv("quotes", filters)).decode()
    written = list(csv.DictReader(io.StringIO(text, newline="")))
    chosen = ("quote_id", "n_in_article", "quote_text", "context_after")
    assert [[row[name] for name in chosen] for row in first_quotes(filters)] == [
        [row[name] for name in chosen] for row in written[:5]
    ]


def test_a_quote_that_lies_far_on_is_found(collection):
    """After more articles than any page reads."""
    article = make_article(collection, "“No,” she said.")
    make_quote(article, "“No,”")
    Article.objects.bulk_create(
        Article(
            collection=collection,
            text=f"{number} {article.text}",
            length=len(f"{number} {article.text}"),
            sha256=f"{number:064}",
        )
        for number in range(300)
    )
    for row in Article.objects.exclude(pk=article.pk):
        make_quote(row, "“No,”")
    last = Article.objects.latest("pk").quotes.get()
    last.status = "rejected"
    last.save(update_fields=("status",))
    [found] = first_quotes(ExportFilters(within=None, status=("rejected",)))
    assert found["quote_id"] == str(last.public_id)
    assert first_quotes(ExportFilters(within=None, q="nothing")) == []

"""The sample stories' expected quotes as rows: what SQL derives is what Python derives."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from django.conf import settings

from quotes.exports.csv import Form, stream_csv
from quotes.exports.filters import ExportFilters
from quotes.extraction.text import paragraphs, verbatim_spans
from quotes.extraction.types import Span
from quotes.models import Quote, QuoteSpan
from tests.factories import make_article

SAMPLES = sorted((Path(settings.BASE_DIR) / "samples").glob("*.json"))
NO_OVERLAP = Quote.Status.REJECTED  # only live quotes may not overlap, and that is not our subject


def rows(table: str) -> list[dict[str, str]]:
    data = b"".join(stream_csv(table, ExportFilters(within=None), Form(raw=True))).decode()
    return list(csv.DictReader(io.StringIO(data, newline=""), strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_rows_of_a_sample_story_are_true_of_its_text(path, collection):
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    expected = json.loads(path.read_text(encoding="utf-8"))["quotes"]
    article = make_article(collection, text)
    content, inside = {}, set()
    for known in expected:
        spans = [Span(part["start"], part["end"]) for part in known["content"]]
        quote = Quote.objects.create(
            article=article,
            collection=collection,
            kind=known["kind"],
            status=NO_OVERLAP,
            start=spans[0].start,
            end=spans[-1].end,
        )
        QuoteSpan.objects.bulk_create(
            QuoteSpan(
                quote=quote,
                role="content",
                ordinal=place,
                start=span.start,
                end=span.end,
                exact=text[span.start : span.end],
            )
            for place, span in enumerate(spans)
        )
        content[str(quote.public_id)] = spans
        if known["parent"]:
            inside.add(str(quote.public_id))
    found = rows("quotes")
    assert len(found) == len(expected) > 5
    lines = paragraphs(text)
    for row in found:
        spans = content[row["quote_id"]]
        start, end = int(row["start"]), int(row["end"])
        if row["quote_id"] in inside:
            # The engine sees one stretch of marks, the outer; the row is about the inner words.
            assert row["verbatim_text"] == row["quote_text"].strip("“”‘’'\"")
        else:
            verbatim = verbatim_spans(text, spans) if row["kind"] != "indirect" else []
            assert row["verbatim_text"] == " […] ".join(text[s.start : s.end] for s in verbatim)
        assert int(row["paragraph"]) == sum(line.start <= start for line in lines)
        assert row["context_before"] == text[max(start - 60, 0) : start]
        assert row["context_after"] == text[end : end + 60]
        if len(spans) == 1:
            assert row["quote_text"] == text[start:end]
        else:
            assert all(text[span.start : span.end] in row["quote_text"] for span in spans)
    assert [int(row["n_in_article"]) for row in found] == list(range(1, len(found) + 1))
    for part in rows("quote_parts"):
        start, end = int(part["start"]), int(part["end"])
        assert part["exact"] == text[start:end]
        assert int(part["paragraph"]) == sum(line.start <= start for line in lines)

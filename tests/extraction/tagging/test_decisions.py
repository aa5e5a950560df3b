"""From a CSV export to articles that the tagger can be trained on."""

from __future__ import annotations

import csv

import pytest

from training.decisions import articles

TEXT = "The mayor said the bridge will close. “No,” Ida Voss said.\nShe left."


def write(directory, name, *rows):
    with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def part(quote, role, words, **changes):
    start = TEXT.index(words)
    found = {"quote_id": quote, "role": role, "start": start, "end": start + len(words)}
    return found | {"exact": words} | changes


def export(directory, *statuses, parts=()):
    write(directory, "articles", {"article_id": "a", "text": TEXT})
    quotes = [
        {"quote_id": f"q{n}", "article_id": "a", "status": status}
        for n, status in enumerate(statuses)
    ]
    write(directory, "quotes", *quotes)
    default = [part("q0", "content", "the bridge will close"), part("q0", "cue", "said")]
    write(directory, "quote_parts", *(parts or default))
    return directory


def test_confirmed_quote_becomes_an_attribution(tmp_path):
    (article,) = articles(export(tmp_path, "confirmed"))
    assert article["text"] == TEXT
    (found,) = article["attributions"]
    assert [TEXT[s:e] for s, e in found["content"]] == ["the bridge will close"]
    assert [TEXT[s:e] for s, e in found["cue"]] == ["said"]
    assert found["source"] == []


def test_rejected_quote_teaches_that_there_is_none(tmp_path):
    (article,) = articles(export(tmp_path, "rejected"))
    assert article["attributions"] == []


def test_article_with_an_open_suggestion_is_left_out(tmp_path):
    assert list(articles(export(tmp_path, "confirmed", "suggested"))) == []


def test_shifted_offsets_are_refused(tmp_path):
    shifted = part("q0", "content", "the bridge will close", start=0)
    with pytest.raises(ValueError, match="--raw"):
        list(articles(export(tmp_path, "confirmed", parts=[shifted])))

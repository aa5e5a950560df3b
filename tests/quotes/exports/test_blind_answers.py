"""What blind coders answered, and how far they agree, in the tables."""

from __future__ import annotations

import csv
import io

import pytest

from quotes.exports.csv import Form, stream_csv
from quotes.exports.filters import ExportFilters
from tests.annotations.coded_story import coded_story, story_to_code

pytestmark = pytest.mark.django_db


def rows(table: str) -> list[dict[str, str]]:
    data = b"".join(stream_csv(table, ExportFilters(within=None), Form())).decode()
    return list(csv.DictReader(io.StringIO(data, newline=""), strict=True))


def test_answers_are_rows_once_all_are_through(collection):
    story = coded_story(collection)
    found = [row for row in rows("decisions") if row["blind"] == "1"]
    march = str(story.march.public_id)
    said = {
        (row["coder"], row["variable"]): row["after"] for row in found if row["object_id"] == march
    }
    first, second = (f"coder-{coder.pk}" for coder in story.coders)
    assert said == {
        (first, "is_there"): "true",
        (first, "kind"): '"direct"',
        (first, "speaker_name"): '"T. Wrenfield"',
        (second, "is_there"): "false",
    }
    turned = {row["coder"]: row["after"] for row in found if row["variable"] == "corrector_name"}
    assert turned == {first: '"T. Wrenfield"', second: '"Ines Adair"'}


def test_answers_are_in_no_table_while_somebody_still_codes(collection):
    story = story_to_code(collection)
    story.answer_wall(story.first, story.ines)
    assert rows("decisions") == []
    assert rows("agreement") == []


def test_agreement_is_given_with_the_reason_where_it_is_undefined(collection):
    coded_story(collection)
    found = {(row["variable"], row["measure"]): row for row in rows("agreement")}
    assert len(found) == 14
    share = found["is_quote", "agreeing_pairs"]
    assert (share["value"], share["n_units"], share["n_coders"], share["note"]) == (
        "0.5",
        "2",
        "2",
        "",
    )
    undefined = found["speaker", "krippendorff_alpha"]
    assert (undefined["value"], undefined["ci_low"]) == ("", "")
    assert undefined["note"] == "All answers are the same value: there is nothing to tell apart."

"""What an export may be narrowed to, and what is refused by name."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.http import QueryDict

from quotes.api.filters import CorrectionFilters, QuoteFilters, parameters
from quotes.exports.filters import NAMES, STATUSES, ExportFilters, RefusedFilter
from quotes.models import Correction, Quote


def test_all_filters_are_read():
    article, speaker = uuid.uuid4(), uuid.uuid4()
    query = {
        "collection": "newsroom",
        "article": str(article),
        "outlet": "Harbour Gazette",
        "speaker": str(speaker).upper(),
        "kind": "direct,denial,mixed",
        "status": "confirmed",
        "published_after": "2031-05-01",
        "published_before": "2031-05-31",
        "language": "en-GB",
        "external_id": "gazette-1",
        "addressee": str(article),
        "origin": "person,import",
        "cue_lemma": "say",
        "min_confidence": "0.85",
        "updated_since": "2031-05-04T10:30:00 02:00",
        "has_speaker": "false",
        "q": '"the pier"',
        "corrector": str(speaker),
        "corrected": "true",
        "distinct": "true",
    }
    assert set(query) == set(NAMES)
    assert ExportFilters.parse(query, within=[3, 4]) == ExportFilters(
        within=(3, 4),
        collection="newsroom",
        article=article,
        outlet="Harbour Gazette",
        speaker=speaker,
        kind=("direct", "mixed"),
        correction_kind=("denial",),
        status=("confirmed",),
        published_after=dt.date(2031, 5, 1),
        published_before=dt.date(2031, 5, 31),
        language="en-GB",
        external_id="gazette-1",
        addressee=article,
        origin=("person", "import"),
        cue_lemma="say",
        min_confidence=Decimal("0.85"),
        updated_since=dt.datetime(2031, 5, 4, 8, 30, tzinfo=dt.UTC),
        has_speaker=False,
        q='"the pier"',
        corrector=speaker,
        corrected=True,
        distinct=True,
    )
    assert ExportFilters.parse({"corrected": str(speaker)}, within=None).given() == {
        "corrected_person": speaker
    }


@pytest.mark.parametrize("of", [QuoteFilters, CorrectionFilters])
def test_exports_have_the_filters_of_the_lists(of):
    assert parameters(of) <= set(NAMES)


def test_an_empty_value_does_not_narrow():
    assert ExportFilters.parse({"outlet": "", "kind": ""}, within=None).given() == {}


def test_parameters_that_the_caller_reads_are_passed_over():
    query = QueryDict("raw=1&outlet=Ledger")
    found = ExportFilters.parse(query, within=None, besides={"raw", "excel"})
    assert found.given() == {"outlet": "Ledger"}


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("mood=x", "“mood”"),
        ("decided_by__password__startswith=p", "decided_by__password__startswith"),
        ("within=1", "“within”"),
        ("correction_kind=denial", "“correction_kind”"),
        ("raw=1", "“raw”"),
        ("outlet=a&outlet=b", "2 times"),
        ("outlet=%00", "NUL"),
        ("article=1", "not an id"),
        ("speaker={5f0c9a52-8a51-4c0e-9d2c-7f6f3f1b0a11}", "not an id"),
        ("kind=loud", "“loud”"),
        ("kind=direct,", "“”"),
        ("status=withdrawn", "“withdrawn”"),
        ("status=replaced", "“replaced”"),
        ("published_after=2031", "not a date"),
        ("published_after=2031-13-01", "not a date"),
        ("published_before=20310504", "not a date"),
        ("origin=elsewhere", "“elsewhere”"),
        ("min_confidence=2", "from 0 to 1"),
        ("min_confidence=nan", "from 0 to 1"),
        ("updated_since=2031-05-04", "a time with a zone"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "a time with a zone"),
        ("updated_since=2031-05-04T10:30:00", "a time with a zone"),
        ("has_speaker=1", "true or false"),
        ("corrected=maybe", "not an id"),
        ("corrected_person=x", "“corrected_person”"),
        ("q=" + "a" * 501, "500"),
    ],
)
def test_case_14_what_is_not_known_is_refused_by_name(query, word):
    with pytest.raises(RefusedFilter, match=word) as refusal:
        ExportFilters.parse(QueryDict(query), within=None)
    assert refusal.value.name == query.partition("=")[0]


def test_a_value_that_is_no_text_is_refused():
    with pytest.raises(RefusedFilter, match="not valid text"):
        ExportFilters.parse({"outlet": "\ud800"}, within=None)


def test_the_states_are_those_on_record():
    assert set(Quote.Status.values) - set(STATUSES) == {"withdrawn", "replaced"}
    assert set(Quote.Kind.values).isdisjoint(Correction.Kind.values)

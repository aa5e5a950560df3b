"""Statements once a group of same words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from quotes.models import Collection, Quote, Speaker, SpeakerName
from quotes.normal_form import normal_name
from tests.api.conftest import API
from tests.factories import (
    make_article,
    make_correction,
    make_quote,
    make_same_words,
    make_speaker,
)

WHOLE = "“The ferry will sail on Monday, whatever the board may think.”"
PART = "“whatever the board may think”"


@pytest.fixture
def adair(collection: Collection) -> Speaker:
    return make_speaker(collection)


@pytest.fixture
def tell(collection: Collection, adair: Speaker) -> Callable[..., Quote]:
    def one(words: str, **fields: object) -> Quote:
        text = f"{words} Ines Adair said. {Quote.objects.count()}"
        article = make_article(collection, text, **fields)
        return make_quote(article, words, speaker=adair, status="confirmed")

    return one


def said(api: Client, adair: Speaker, **query: str) -> list[str]:
    where = f"{API}/speakers/{adair.public_id}/statements/"
    rows = api.get(where, {"group": "same_words", **query}).json()["results"]
    return [row["id"] for row in rows]


def test_of_the_same_words_only_the_fullest_is_given(api: Client, adair: Speaker, tell) -> None:
    part, whole, alone = tell(PART), tell(WHOLE), tell("“Not so.”")
    make_same_words(whole, part, tell(PART))
    assert said(api, adair) == [str(alone.public_id), str(whole.public_id)]


def test_another_stands_for_it_where_the_fullest_is_left_out(
    api: Client, adair: Speaker, tell
) -> None:
    part, whole, again = tell(PART), tell(WHOLE, outlet="Ledger"), tell(PART)
    make_same_words(whole, part, again)
    assert said(api, adair, outlet="Harbour Gazette") == [str(part.public_id)]
    assert said(api, adair, outlet="Ledger") == [str(whole.public_id)]
    Quote.objects.filter(pk=whole.pk).update(status="suggested")
    assert said(api, adair) == [str(part.public_id)]


def test_what_another_parameter_leaves_out_stands_for_nothing(
    api: Client, adair: Speaker, tell, collection: Collection
) -> None:
    """Whichever parameter it is: words that only the fullest does not have, a name of that day."""
    whole = tell(WHOLE, published_on=dt.date(2019, 1, 1))
    part = tell(PART, published_on=dt.date(2026, 1, 1))
    make_same_words(whole, part)
    SpeakerName.objects.create(
        speaker=adair,
        text="the chair",
        norm=normal_name("the chair"),
        kind="title",
        valid_from=dt.date(2025, 1, 1),
    )
    make_correction(part.article, "Ines Adair", corrected=adair, claims=(part,))
    Quote.objects.filter(pk=whole.pk).update(updated_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert said(api, adair) == [str(whole.public_id)]
    assert said(api, adair, corrected="true") == [str(part.public_id)]
    assert said(api, adair, corrected="false") == [str(whole.public_id)]
    assert said(api, adair, q="board -ferry") == [str(part.public_id)]
    assert said(api, adair, q="board") == [str(whole.public_id)]
    assert said(api, adair, updated_since="2024-01-01T00:00:00Z") == [str(part.public_id)]
    query = {"group": "same_words", "speaker_name": "the chair"}
    rows = api.get(f"{API}/statements/", query).json()["results"]
    assert [row["id"] for row in rows] == [str(part.public_id)]


def test_a_rejected_group_leaves_nothing_out(api: Client, adair: Speaker, tell) -> None:
    make_same_words(tell(WHOLE), tell(PART), status="rejected")
    assert len(said(api, adair)) == 2


def test_another_grouping_is_refused(api: Client, adair: Speaker) -> None:
    where = f"{API}/speakers/{adair.public_id}/statements/"
    assert api.get(where, {"group": "words"}).status_code == 400

"""The desk of these tests: one story with three quotes and a correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from annotations.operations.quotes import confirm_quote
from quotes.models import Article, Collection, Correction, Quote, Speaker
from tests.factories import make_article, make_correction, make_quote, make_speaker


@dataclass
class World:
    """Rows by the names that the tables of these tests use."""

    article: Article
    ines: Speaker
    tobias: Speaker
    quote: Quote
    second: Quote
    third: Quote
    correction: Correction


@pytest.fixture
def world(collection: Collection) -> World:
    article = make_article(collection)
    ines = make_speaker(collection, "Ines Adair")
    tobias = make_speaker(collection, "Tobias Wrenfield")
    first = make_quote(
        article,
        "“It has held for ninety winters,”",
        speaker=ines,
        candidates=(ines, tobias),
        source="she",
        cue="said",
    )
    second = make_quote(article, "“It has not held since March,”", speaker=tobias)
    third = make_quote(article, "“The figure is forty million,”", speaker=ines)
    correction = make_correction(
        article,
        "“It has not held since March,” Tobias Wrenfield told the board, correcting the minister.",
        corrector=tobias,
        corrected=ines,
        claims=(first,),
        retorts=(second,),
    )
    return World(article, ines, tobias, first, second, third, correction)


@pytest.fixture
def as_editor(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


HTMX: dict[str, Any] = {"HX-Request": "true"}


def decide(quote: Quote, user: User) -> Quote:
    return confirm_quote(public_id=quote.public_id, version=quote.version, user=user)

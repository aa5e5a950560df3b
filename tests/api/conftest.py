"""Clients of the API: with a token, with a session, and a small world to read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import ApiToken
from annotations.operations.tokens import make_token
from quotes.models import Article, Collection, Correction, Quote, Speaker
from tests.factories import make_article, make_correction, make_quote, make_speaker

API = "/api/v1"


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """A client with a token of this person; all scopes unless some are named."""

    def make(user: User, *scopes: str) -> Client:
        _, plain = make_token(user=user, name="test", scopes=scopes or ApiToken.Scope.values)
        return Client(headers={"authorization": f"Bearer {plain}"})

    return make


@pytest.fixture
def api(client_of: Callable[..., Client], editor: User) -> Client:
    """An editor's token with every scope."""
    return client_of(editor)


@dataclass(frozen=True)
class World:
    """One story: a claim, a retort, and the correction between them."""

    article: Article
    ines: Speaker
    tobias: Speaker
    claim: Quote
    retort: Quote
    correction: Correction

    def addresses(self) -> list[str]:
        """Every address that shows something of this world."""
        return [
            f"{API}/articles/{self.article.public_id}/",
            f"{API}/articles/{self.article.public_id}/annotations/",
            f"{API}/quotes/{self.claim.public_id}/",
            f"{API}/speakers/{self.ines.public_id}/",
            f"{API}/speakers/{self.ines.public_id}/statements/",
            f"{API}/speakers/{self.ines.public_id}/corrections/",
            f"{API}/corrections/{self.correction.public_id}/",
        ]

    def lists(self) -> list[str]:
        return [
            f"{API}/articles/",
            f"{API}/quotes/",
            f"{API}/speakers/",
            f"{API}/speakers/{self.ines.public_id}/statements/",
            f"{API}/speakers/{self.ines.public_id}/corrections/",
            f"{API}/corrections/",
        ]


def make_world(collection: Collection, editor: User | None = None) -> World:
    article = make_article(collection)
    ines = make_speaker(collection, "Ines Adair")
    tobias = make_speaker(collection, "Tobias Wrenfield")
    decided: dict[str, Any] = {
        "decided_by": editor,
        "decided_at": dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC),
    }
    claim = make_quote(
        article,
        "“It has held for ninety winters,”",
        speaker=ines,
        source="she",
        cue="said the",
        status=Quote.Status.CONFIRMED,
        **decided,
    )
    retort = make_quote(article, "“It has not held since March,”", speaker=tobias)
    correction = make_correction(
        article,
        "“It has not held since March,” Tobias Wrenfield told the board, correcting the minister.",
        corrector=tobias,
        corrected=ines,
        claims=(claim,),
        retorts=(retort,),
    )
    return World(article, ines, tobias, claim, retort, correction)


@pytest.fixture
def world(collection: Collection, editor: User) -> World:
    return make_world(collection, editor)


def without_request_id(response: Any) -> bytes:
    """A problem's bytes but for the one part that differs with every request."""
    content: bytes = response.content
    return re.sub(rb'"request_id":"[0-9a-f]*"', b'"request_id":""', content)

"""A run that learns a speaker's name changes the speaker: its tag, and its place among changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from quotes.extraction.types import Alias
from quotes.extraction.types import Speaker as FoundSpeaker
from quotes.matching import match_speakers
from quotes.models import Speaker, SpeakerName
from tests.api.conftest import API, World

MINISTER = FoundSpeaker("Ines Adair", "person", (Alias("the minister", "title"),))
TOBIAS = FoundSpeaker("Tobias Wrenfield", "person")
NEW = FoundSpeaker("Orla Finn", "person", (Alias("Finn", "short_name"),))


@pytest.fixture
def learn(world: World) -> Callable[..., None]:
    def run(*found: FoundSpeaker) -> None:
        with transaction.atomic():
            match_speakers(article=world.article, found=found)

    return run


def test_a_new_name_gives_the_speaker_a_new_tag(
    api: Client, world: World, learn: Callable[..., None]
) -> None:
    address = f"{API}/speakers/{world.ines.public_id}/"
    tag = api.get(address)["ETag"]
    learn(MINISTER, TOBIAS, NEW)
    response = api.get(address, headers={"if-none-match": tag})
    assert response.status_code == 200
    assert "the minister" in [name["text"] for name in response.json()["names"]]
    changed = Speaker.objects.get(pk=world.ines.pk)
    assert changed.version == world.ines.version + 1
    assert changed.updated_at > world.ines.updated_at


def test_names_known_already_change_nobody(world: World, learn: Callable[..., None]) -> None:
    learn(MINISTER, TOBIAS, NEW)
    before = list(Speaker.objects.order_by("pk").values())
    names = SpeakerName.objects.count()
    learn(MINISTER, TOBIAS, NEW)
    assert list(Speaker.objects.order_by("pk").values()) == before
    assert SpeakerName.objects.count() == names
    versions = dict(Speaker.objects.values_list("name", "version"))
    assert versions == {"Ines Adair": 2, "Tobias Wrenfield": 1, "Orla Finn": 1}


def test_any_number_of_speakers_costs_the_same(
    learn: Callable[..., None], count_queries: Callable[[Callable[[], object]], int]
) -> None:
    minister, pilot = (
        FoundSpeaker(name, "person", (Alias(title, "title"),))
        for name, title in (("Ines Adair", "the minister"), ("Tobias Wrenfield", "the pilot"))
    )
    one = count_queries(lambda: learn(minister))
    again = FoundSpeaker("Ines Adair", "person", (Alias("the deputy", "title"),))
    assert count_queries(lambda: learn(again, pilot)) == one

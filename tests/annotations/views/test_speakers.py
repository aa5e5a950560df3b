"""Merging and splitting speakers on their pages, with plain forms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.operations.corrections import confirm_correction
from quotes.models import Quote, Speaker, SpeakerName
from tests.annotations.views.conftest import World, decide
from tests.factories import make_article, make_quote, make_speaker


def address(verb: str, speaker: Speaker) -> str:
    return reverse(f"annotations:speaker_{verb}", args=[speaker.public_id])


@pytest.fixture
def twin(world: World, collection: Any) -> Speaker:
    speaker = make_speaker(collection, "Ms Ines Adair-Holm")
    make_quote(world.article, "“It was always forty.”", speaker=speaker)
    return speaker


def test_names_that_look_alike_are_offered(world, twin, as_editor):
    page = as_editor.get(address("merge", twin)).text
    assert f"?into={world.ines.public_id}" in page
    assert "Tobias Wrenfield" not in page
    found = as_editor.get(address("merge", twin) + "?q=Wrenfeild").text
    assert f"?into={world.tobias.public_id}" in found


def test_the_preview_says_what_moves_and_moves_nothing(world, twin, as_editor):
    page = as_editor.get(address("merge", twin) + f"?into={world.ines.public_id}")
    preview = page.context["preview"]
    assert (preview.child.statements, preview.parent.statements) == (1, 2)
    assert preview.new_names == ["Ms Ines Adair-Holm"]
    assert "“It was always forty.”" in page.text
    twin.refresh_from_db()
    assert twin.merged_into is None


def test_merge_and_undo_by_plain_forms(world, twin, as_editor, client: Client):
    form = {"version": 1, "into": world.ines.public_id}
    answer = as_editor.post(address("merge", twin), form, follow=True)
    assert answer.redirect_chain == [(address("detail", world.ines), 302)]
    assert "Merged: Ms Ines Adair-Holm is Ines Adair everywhere now." in answer.text
    assert as_editor.get(address("merge", twin)).status_code == 302
    twin.refresh_from_db()
    undone = as_editor.post(address("undo", twin), {"version": twin.version}, follow=True)
    assert "Undone: Ms Ines Adair-Holm is a speaker of their own again." in undone.text
    assert Quote.objects.get(start__gt=world.third.start).speaker == twin


def test_the_key_u_takes_a_merge_back_on_any_page_without_an_article(world, twin, as_editor):
    as_editor.post(address("merge", twin), {"version": 1, "into": world.ines.public_id})
    said = as_editor.post(reverse("annotations:undo"), {"next": "/speakers/"}, follow=True).text
    assert "Undone: merged the speaker into another" in said
    twin.refresh_from_db()
    assert twin.merged_into is None


def test_a_confirmed_correction_between_the_two_stops_the_merge(world, as_editor, editor):
    for quote in (world.quote, world.second):
        decide(quote, editor)
    confirm_correction(public_id=world.correction.public_id, version=1, user=editor)
    page = as_editor.get(address("merge", world.ines) + f"?into={world.tobias.public_id}").text
    assert "They stand on two sides of 1 confirmed correction." in page
    assert "Merge into" not in page
    answer = as_editor.post(
        address("merge", world.ines), {"version": 1, "into": world.tobias.public_id}
    )
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("form", "status"),
    [({"version": 9}, 409), ({"version": "x"}, 422), ({"version": 1, "into": "nobody"}, 422)],
)
def test_merges_that_are_refused(form, status, world, twin, as_editor):
    data = {"into": world.ines.public_id, **form}
    assert as_editor.post(address("merge", twin), data).status_code == status
    twin.refresh_from_db()
    assert twin.merged_into is None


def test_split_by_a_plain_form(world, as_editor, collection):
    other = make_article(collection, "“Fish is dear,” said Ines Adair, the cook.")
    quote = make_quote(other, "“Fish is dear,”", speaker=world.ines)
    SpeakerName.objects.create(speaker=world.ines, text="the cook", norm="the cook", kind="title")
    page = as_editor.get(address("split", world.ines)).text
    assert "“Fish is dear,”" in page
    form = {
        "version": 1,
        "name": "Ines Adair (cook)",
        "articles": [other.public_id],
        "names": ["the cook"],
    }
    answer = as_editor.post(address("split", world.ines), form, follow=True)
    assert "Split: Ines Adair (cook) is a speaker of their own now." in answer.text
    quote.refresh_from_db()
    assert quote.speaker.name == "Ines Adair (cook)"
    assert set(quote.speaker.names.values_list("text", flat=True)) == {
        "the cook",
        "Ines Adair (cook)",
    }
    world.quote.refresh_from_db()
    assert world.quote.speaker == world.ines


@pytest.mark.parametrize("form", [{"articles": []}, {"articles": ["x"]}, {"name": ""}])
def test_splits_that_are_refused(form, world, as_editor):
    data = {"version": 1, "name": "Other", "articles": [world.article.public_id], **form}
    assert as_editor.post(address("split", world.ines), data).status_code == 422


def test_the_page_shows_kinds_outlets_names_in_time_and_both_sides(world, as_editor):
    SpeakerName.objects.create(
        speaker=world.ines,
        text="the minister",
        norm="the minister",
        kind="title",
        valid_from="2019-05-01",
        valid_to="2023-02-01",
    )
    page = as_editor.get(address("detail", world.ines) + "?show=all")
    names = page.context["names"]
    drawn = next(row for row in names.names if row.name.text == "the minister")
    assert 0 < drawn.x < drawn.x + drawn.width < 1000
    assert names.years[0] == 2019
    assert page.context["facts"].kinds == [("direct", 2), ("mixed", 0), ("indirect", 0)]
    assert page.context["facts"].papers == [("Harbour Gazette", 2)]
    assert page.context["received"] == [world.correction]
    assert page.context["made"] == []

"""Who corrected whom, from the keyboard, on the article's own page and on that of corrections."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from quotes.models import Correction, Quote
from tests.annotations.stories import load_story

pytestmark = pytest.mark.browser


@pytest.fixture
def story(collection):
    return load_story(collection, "ferry-breakwater")


def address(article, focus) -> str:
    there = reverse("annotations:article_detail", args=[article.public_id])
    return f"{there}?focus={focus.public_id}"


ON_BOTH_PAGES = pytest.mark.parametrize("on_list", [False, True], ids=["article", "corrections"])


def page_of(correction, *, on_list: bool) -> str:
    """Where the correction is in focus; on the page of corrections the first undecided one is."""
    if on_list:
        return reverse("annotations:correction_list")
    return address(correction.article, correction)


def saved(page) -> None:
    expect(page.locator("#saved")).to_have_text("All saved")


def sides(correction: Correction) -> list[tuple[str, str]]:
    return sorted(correction.links.values_list("side", "quote__public_id"))


@ON_BOTH_PAGES
def test_digits_choose_the_claim_and_with_shift_the_retort(desk, story, on_list):
    correction = Correction.objects.filter(article=story).in_reading_order().first()
    desk.goto(page_of(correction, on_list=on_list))
    for key, side in (("0", "corrected"), ("Shift+0", "correcting")):
        desk.keyboard.press(key)
        saved(desk)
        assert not correction.links.filter(side=side).exists()
    for key, side in (("1", "corrected"), ("Shift+1", "correcting")):
        desk.keyboard.press(key)
        saved(desk)
        assert correction.links.filter(side=side).count() == 1
    desk.keyboard.press("1")
    saved(desk)
    assert not correction.links.filter(side="corrected").exists()
    correction.refresh_from_db()
    assert correction.status == "suggested"


@ON_BOTH_PAGES
def test_type_flag_note_and_people_are_set_without_the_mouse(desk, story, on_list):
    correction = Correction.objects.filter(article=story).in_reading_order().first()
    desk.goto(page_of(correction, on_list=on_list))
    before = correction.kind
    desk.keyboard.press("y")
    saved(desk)
    desk.keyboard.press("f")
    saved(desk)
    desk.keyboard.press("t")
    desk.keyboard.type("Ask the board.")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    saved(desk)
    desk.keyboard.press("/")
    desk.keyboard.type("castan")
    expect(desk.locator(".is-focus [role=option]").first).to_contain_text("Mirela Castan")
    desk.keyboard.press("Enter")
    saved(desk)
    correction.refresh_from_db()
    assert correction.kind != before
    assert (correction.flagged, correction.note) == (True, "Ask the board.")
    assert correction.corrector.name == "Mirela Castan"


def test_a_missed_correction_takes_four_keys_from_its_claim(desk, story):
    quotes = list(Quote.objects.filter(article=story).shown().in_reading_order())
    claim = next(q for q in quotes if q.speaker and q.speaker.name == "Ines Adair")
    desk.goto(address(story, claim))
    desk.keyboard.press("r")
    saved(desk)
    expect(desk.locator(".item--correction.is-focus")).to_have_count(1)
    desk.keyboard.press("Shift+1")
    saved(desk)
    desk.keyboard.press("a")
    saved(desk)
    made = Correction.objects.get(article=story, origin="person")
    assert (made.status, made.corrected) == ("confirmed", claim.speaker)
    assert {side for side, _ in sides(made)} == {"corrected", "correcting"}

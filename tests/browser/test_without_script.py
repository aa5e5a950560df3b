"""Every action is a plain form: the article is settled with scripts switched off."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from quotes.models import Quote
from tests.annotations.stories import load_story

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(browser: Browser, base_url, sign_in, editor):
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    sign_in(context, editor)
    yield context.new_page()
    context.close()


def test_an_article_is_worked_on_without_a_script(plain, collection):
    story = load_story(collection, "mill-lane-library")
    plain.goto(reverse("annotations:article_detail", args=[story.public_id]))
    quotes = list(Quote.objects.filter(article=story).shown().in_reading_order())
    plain.locator(".is-focus").get_by_role("button", name="Accept").click()
    expect(plain.locator("#messages")).to_contain_text("Confirmed")
    plain.locator(".is-focus .pick").nth(1).click()
    plain.locator(".is-focus").get_by_role("button", name="Not a correction").click()
    assert len({q.status for q in quotes}) == 1
    decided = Quote.objects.filter(article=story).decided().count()
    plain.locator(".actions").get_by_role("button", name="Undo").click()
    expect(plain.locator("#messages")).to_contain_text("Undone")
    assert Quote.objects.filter(article=story).decided().count() in {decided, decided - 1}
    expect(plain.locator("#progress")).to_contain_text("2 of")


def test_a_speaker_is_found_without_a_script(plain, collection):
    story = load_story(collection, "ferry-breakwater")
    plain.goto(reverse("annotations:article_detail", args=[story.public_id]))
    plain.locator('.is-focus [data-finder] summary[data-key="/"]').click()
    plain.locator(".is-focus [name=q]").fill("wrenfield")
    plain.locator(".is-focus").get_by_role("button", name="Search").click()
    plain.get_by_role("button", name="Tobias Wrenfield").click()
    expect(plain.locator("#messages")).to_contain_text("Confirmed: Tobias Wrenfield")
    first = Quote.objects.filter(article=story).shown().in_reading_order().first()
    assert (first.status, first.speaker.name) == ("confirmed", "Tobias Wrenfield")


def test_boundaries_are_set_by_writing_the_words(plain, collection):
    story = load_story(collection, "ferry-breakwater")
    plain.goto(reverse("annotations:article_detail", args=[story.public_id]))
    quote = Quote.objects.filter(article=story).shown().in_reading_order().first()
    words = story.text[quote.start : quote.end].rsplit(" ", 1)[0]
    plain.locator(".is-focus [data-words] summary").click()
    plain.locator(".is-focus [data-words] textarea[name=exact]").fill(words)
    plain.locator(".is-focus").get_by_role("button", name="Content").click()
    quote.refresh_from_db()
    assert story.text[quote.start : quote.end] == words


def test_the_theme_is_kept(plain):
    plain.goto(reverse("annotations:article_list"))
    plain.get_by_role("button", name="Dark").click()
    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")
    plain.goto(reverse("annotations:speaker_list"))
    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")

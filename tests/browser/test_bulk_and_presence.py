"""Many decisions in one go, undo past what others changed, and seeing others at work."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Edit
from annotations.operations.quotes import confirm_quote, reject_quote
from quotes.models import Quote
from tests.annotations.stories import load_story

pytestmark = pytest.mark.browser


@pytest.fixture
def story(collection):
    return load_story(collection, "mill-lane-library")


def address(article) -> str:
    return reverse("annotations:article_detail", args=[article.public_id])


def quotes_of(story) -> list[Quote]:
    return list(Quote.objects.filter(article=story).shown().in_reading_order())


def saved(page) -> None:
    expect(page.locator("#saved")).to_have_text("All saved")


def test_all_that_is_sure_is_accepted_with_two_keys_and_taken_back_with_one(desk, story):
    sure = [q for q in quotes_of(story) if q.speaker_id and q.confidence >= 0.9]
    assert len(sure) > 2
    desk.goto(address(story))
    desk.keyboard.press("Shift+A")
    expect(desk.locator("dialog#ask")).to_contain_text(f"Accept {len(sure)} quotes at once?")
    expect(desk.locator("#ask .preview li")).to_have_count(len(sure))
    assert not Edit.objects.filter(article=story).exists()
    desk.keyboard.press("Enter")
    expect(desk.locator("#toast")).to_contain_text(f"{len(sure)} accepted at once")
    saved(desk)
    assert Quote.objects.filter(article=story).confirmed().count() == len(sure)
    assert desk.locator(".item.is-focus[data-open]").count() == 1
    desk.reload()
    desk.keyboard.press("u")
    expect(desk.locator("#toast")).to_contain_text(f"{len(sure)} decisions at once")
    assert not Quote.objects.filter(article=story).confirmed().exists()


def test_escape_leaves_the_preview_and_nothing_is_decided(desk, story):
    desk.goto(address(story))
    desk.keyboard.press("Shift+A")
    expect(desk.locator("dialog#ask")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("dialog#ask")).to_be_hidden()
    assert not Edit.objects.filter(article=story).exists()


def test_undo_shows_what_changed_since_and_goes_on_to_the_one_before(
    desk, story, editor, colleague
):
    first, second, *_ = quotes_of(story)
    confirm_quote(public_id=first.public_id, version=1, user=editor)
    confirm_quote(public_id=second.public_id, version=1, user=editor)
    reject_quote(public_id=second.public_id, version=2, user=colleague)
    desk.goto(address(story))
    desk.keyboard.press("u")
    asked = desk.locator("dialog#ask")
    expect(asked).to_contain_text("mats changed this after you")
    expect(asked).to_contain_text("rejected")
    expect(asked).to_contain_text("confirmed")
    desk.keyboard.press("u")
    expect(desk.locator("#toast")).to_contain_text("Undone: confirmed the quote")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("suggested", "rejected")


def test_others_are_seen_and_their_decisions_appear_without_a_reload(
    desk, browser, base_url, sign_in, story, colleague
):
    first = quotes_of(story)[1]
    desk.goto(address(story))
    context = browser.new_context(base_url=base_url)
    sign_in(context, colleague)
    other = context.new_page()
    other.goto(address(story))
    expect(desk.locator("#pulse")).to_contain_text("mats")
    expect(other.locator("#pulse")).to_contain_text("nell")
    confirm_quote(public_id=first.public_id, version=1, user=colleague)
    card = desk.locator(f"#item-{first.public_id}")
    expect(card).not_to_have_attribute("data-open", "")
    expect(desk.locator("#progress")).to_contain_text("1 of")
    context.close()


def test_what_is_being_typed_survives_the_changes_of_others(desk, story, colleague):
    quotes = quotes_of(story)
    desk.goto(address(story))
    desk.keyboard.press("t")
    desk.keyboard.type("Half a note")
    confirm_quote(public_id=quotes[1].public_id, version=1, user=colleague)
    expect(desk.locator("#toast")).to_contain_text("mats confirmed the quote")
    desk.wait_for_timeout(2500)
    expect(desk.locator(".is-focus textarea[name=note]")).to_have_value("Half a note")


def test_a_page_left_open_after_the_session_ended_stays_where_it_is(desk, context, story):
    desk.goto(address(story))
    context.clear_cookies(name="sessionid")
    desk.wait_for_timeout(5000)
    assert "/sign-in/" not in desk.url
    expect(desk.locator("#story")).to_be_visible()

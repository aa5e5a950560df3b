"""Keys and gestures that the other files of this folder do not press."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from quotes.models import Article, Correction, Quote
from tests.annotations.stories import load_story
from tests.browser.test_selecting import SELECT

pytestmark = pytest.mark.browser


@pytest.fixture
def story(collection) -> Article:
    return load_story(collection, "ferry-breakwater")


@pytest.fixture
def quotes(story) -> list[Quote]:
    return list(Quote.objects.filter(article=story).shown().in_reading_order())


def address(article: Article, focus: Any = None) -> str:
    there = reverse("annotations:article_detail", args=[article.public_id])
    return f"{there}?focus={focus.public_id}" if focus else there


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("All saved")


def in_focus(page: Page) -> str | None:
    return page.locator(".item.is-focus").get_attribute("data-item")


def test_j_and_k_go_by_undecided_cards_and_with_shift_by_all(desk, story, quotes):
    first, second = quotes[:2]
    Quote.objects.filter(pk=second.pk).update(status="confirmed", touched=True)
    desk.goto(address(story) + "?show=all")
    order = desk.locator(".item").evaluate_all("list => list.map((el) => el.dataset.item)")
    skipped = order.index(str(second.public_id))
    desk.goto(address(story, first))
    for key, wanted in (
        ("Shift+J", order[1]),
        ("Shift+K", order[0]),
        ("j", next(one for n, one in enumerate(order) if n > 0 and n != skipped)),
        ("k", order[0]),
    ):
        desk.keyboard.press(key)
        assert in_focus(desk) == wanted, key


def test_flag_note_kind_cue_and_content_are_set_by_their_keys(desk, story, quotes):
    quote = next(each for each in quotes if each.kind == "direct")
    desk.goto(address(story, quote))
    for key, wanted in (("m", "mixed"), ("d", "direct")):
        desk.keyboard.press(key)
        saved(desk)
        quote.refresh_from_db()
        assert quote.kind == wanted
    desk.keyboard.press("i")
    expect(desk.locator("#toast")).to_contain_text("There are words in quotation marks here")
    quote.refresh_from_db()
    assert quote.kind == "direct"
    desk.keyboard.press("f")
    saved(desk)
    desk.keyboard.press("t")
    desk.keyboard.type("Ask the harbour master.")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    saved(desk)
    quote.refresh_from_db()
    assert (quote.flagged, quote.note) == (True, "Ask the harbour master.")
    desk.keyboard.press("f")
    saved(desk)
    words = quote.spans.get(role="content", ordinal=0).exact
    desk.evaluate(SELECT, [words, words])
    desk.keyboard.press("c")
    expect(desk.locator("#toast")).to_contain_text("Words:")
    cue = " ".join(story.text[quote.end :].split()[:4])
    desk.evaluate(SELECT, [cue, cue])
    desk.keyboard.press("v")
    expect(desk.locator("#toast")).to_contain_text("Cue:")
    quote.refresh_from_db()
    assert (quote.flagged, quote.status) == (False, "suggested")
    assert quote.spans.get(role="cue").exact == cue


def test_shift_r_makes_a_correction_in_which_the_quote_corrects(desk, story, quotes):
    retort = next(each for each in quotes if each.speaker and each.parent_id is None)
    desk.goto(address(story, retort))
    desk.keyboard.press("Shift+R")
    saved(desk)
    made = Correction.objects.get(article=story, origin="person")
    assert made.corrector == retort.speaker
    assert list(made.links.values_list("side", "quote")) == [("correcting", retort.pk)]


def test_p_says_that_a_correction_tells_another_one_again(desk, story):
    told, again = list(Correction.objects.filter(article=story).in_reading_order())[:2]
    desk.goto(f"{address(story)}?show=corrections&focus={again.public_id}")
    desk.keyboard.press("p")
    chosen = desk.locator(f"#points-{again.public_id} select")
    expect(chosen).to_be_focused()
    chosen.select_option(str(told.public_id))
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    saved(desk)
    again.refresh_from_db()
    assert (again.retells, again.status) == (told, "suggested")


def test_the_queue_decides_undoes_and_opens_the_article_by_keys(desk, story, quotes):
    desk.goto(reverse("annotations:review_list") + "?order=article")
    first = in_focus(desk)
    desk.keyboard.press("x")
    expect(desk.locator(f"#item-{first}")).to_have_count(0)
    assert Quote.objects.get(public_id=first).status == "rejected"
    desk.keyboard.press("u")
    expect(desk.locator("main")).to_contain_text("Undone")
    assert Quote.objects.get(public_id=first).status == "suggested"
    here = in_focus(desk)
    desk.keyboard.press("o")
    desk.wait_for_url(f"**{reverse('annotations:article_detail', args=[story.public_id])}**")
    assert in_focus(desk) == here
    desk.keyboard.press("o")
    desk.wait_for_url(f"**{reverse('annotations:review_list')}?order=article**")


def test_a_swipe_to_the_right_accepts_and_to_the_left_rejects(
    browser, base_url, sign_in, editor, story, quotes
):
    context = browser.new_context(
        base_url=base_url, viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    )
    sign_in(context, editor)
    page = context.new_page()
    page.goto(address(story, quotes[0]))
    decided = []
    for way in (120, -120):
        decided.append(in_focus(page))
        swipe(page, way)
        saved(page)
        assert in_focus(page) not in decided
    swipe(page, 40)  # too short to be meant
    context.close()
    states = [Quote.objects.get(public_id=one).status for one in decided]
    assert states == ["confirmed", "rejected"]
    assert Quote.objects.filter(article=story).exclude(status="suggested").count() == 2


def swipe(page: Page, way: int) -> None:
    """Draw a finger over the card in focus, as a touch screen reports it."""
    box = page.locator(".is-focus .full header").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    for kind, at in (("touchStart", x), ("touchMove", x + way / 2), ("touchMove", x + way)):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

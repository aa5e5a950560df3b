"""What goes wrong on an editor's desk: nothing is lost, decided twice, or run as a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Edit
from quotes.models import Article, Correction, CorrectionQuote, Quote
from tests.annotations.stories import load_story
from tests.factories import make_article, make_quote, make_speaker

pytestmark = pytest.mark.browser


@pytest.fixture
def story(collection) -> Article:
    return load_story(collection, "mill-lane-library")


def address(article) -> str:
    return reverse("annotations:article_detail", args=[article.public_id])


def saved(page) -> None:
    expect(page.locator("#saved")).to_have_text("All saved")


def test_a_double_click_decides_once(desk, story):
    desk.goto(address(story))
    desk.locator(".is-focus [data-swipe=right]").dblclick()
    saved(desk)
    first = Quote.objects.filter(article=story).shown().in_reading_order().first()
    assert Edit.objects.filter(object_id=first.public_id).count() == 1


def test_the_back_button_shows_what_was_decided_and_decides_nothing(desk, story):
    desk.goto(reverse("annotations:article_list"))
    desk.goto(address(story))
    desk.keyboard.press("a")
    saved(desk)
    desk.goto(reverse("annotations:speaker_list"))
    desk.go_back()
    expect(desk.locator("#progress")).to_contain_text("1 of")
    desk.keyboard.press("a")
    saved(desk)
    assert Edit.objects.filter(article=story).count() == 2


def test_a_note_is_kept_when_the_session_ends_while_it_is_written(desk, context, story):
    desk.goto(address(story))
    desk.keyboard.press("t")
    desk.keyboard.type("Ask the librarian.")
    context.clear_cookies(name="sessionid")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/sign-in/**")
    desk.fill("[name=login]", "nell")
    desk.fill("[name=password]", "correct horse battery")
    desk.get_by_role("button", name="Sign in", exact=True).click()
    desk.wait_for_url(f"**{address(story)}**")
    saved(desk)
    expect(desk.locator("#story")).to_be_visible()
    assert Quote.objects.filter(article=story, note="Ask the librarian.").count() == 1


def test_ten_decisions_with_the_network_gone_in_the_middle_all_arrive_once(desk, context, story):
    desk.goto(address(story))
    for number in range(10):
        if number == 3:
            saved(desk)
            context.set_offline(True)
        if number == 8:
            expect(desk.locator("#saved")).to_contain_text("5 waiting")
            context.set_offline(False)
        desk.keyboard.press("a")
    saved(desk)
    edits = Edit.objects.filter(article=story)
    assert edits.count() == 10
    assert edits.values("object_id").distinct().count() == 10


def test_the_network_gone_while_the_page_is_drawn_again_and_again_is_only_a_page_not_drawn(
    desk, story
):
    """Those who ask for the page while it is on its way are answered, once and with its fate."""
    desk.goto(address(story))
    late: list[Any] = []
    desk.route(re.compile(r"\?focus="), lambda route: late.append(route))
    for _ in range(3):
        desk.evaluate("document.dispatchEvent(new Event('changed-elsewhere'))")
    for number in range(2):
        while len(late) == number:
            desk.wait_for_timeout(20)
        late[number].abort("internetdisconnected")
    desk.wait_for_timeout(300)
    assert len(late) == 2
    desk.unroute_all()
    Quote.objects.filter(article=story).update(status="confirmed")
    desk.evaluate("document.dispatchEvent(new Event('changed-elsewhere'))")
    expect(desk.locator(".item[data-number][data-open]")).to_have_count(0)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Wolfgang" * 37 + " End"])
def test_a_hostile_or_endless_name_is_only_a_name(desk, collection, name):
    alerts = []
    desk.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    article = make_article(collection, "“It is so,” the witness said.")
    make_quote(article, "“It is so,”", speaker=make_speaker(collection))
    desk.set_viewport_size({"width": 360, "height": 780})
    desk.goto(address(article))
    desk.keyboard.press("/")
    desk.keyboard.type(name)
    expect(desk.locator(".is-focus [data-new]")).to_contain_text(name)
    desk.locator(".is-focus [data-new]").click()
    saved(desk)
    quote = Quote.objects.get(article=article)
    assert quote.speaker.name == name
    desk.goto(f"{address(article)}?focus={quote.public_id}")
    expect(desk.locator(".is-focus header .who-name")).to_have_text(name)
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360
    assert alerts == []


def test_an_article_deleted_under_the_editor_is_said_and_nothing_breaks(desk, story):
    desk.goto(address(story))
    CorrectionQuote.objects.filter(correction__article=story).delete()
    Correction.objects.filter(article=story).delete()
    Quote.objects.filter(article=story).update(parent=None)
    Quote.objects.filter(article=story).delete()
    story.runs.all().delete()
    story.delete()
    desk.keyboard.press("a")
    expect(desk.locator("#toast")).to_contain_text("There is no")
    saved(desk)
    desk.reload()
    expect(desk.locator("main")).to_contain_text("Not found")

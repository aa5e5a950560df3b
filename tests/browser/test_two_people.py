"""Two tabs, two people, a network that goes: nothing is overwritten and nothing is lost."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Edit
from annotations.operations.quotes import confirm_quote, reject_quote
from quotes.models import Correction, Quote
from tests.annotations.stories import load_story

pytestmark = pytest.mark.browser


@pytest.fixture
def story(collection):
    return load_story(collection, "mill-lane-library")


@pytest.fixture
def first(story) -> Quote:
    return Quote.objects.filter(article=story).shown().in_reading_order().first()


def address(article) -> str:
    return reverse("annotations:article_detail", args=[article.public_id])


def test_a_stale_tab_gets_both_versions_and_loses_nothing(desk, story, first, colleague):
    desk.goto(address(story))
    reject_quote(public_id=first.public_id, version=first.version, user=colleague)
    desk.keyboard.press("a")
    card = desk.locator(f"#item-{first.public_id}")
    expect(card).to_contain_text("mats changed this quote before you")
    expect(card).to_contain_text("Rejected")
    expect(card).to_contain_text("Confirmed")
    first.refresh_from_db()
    assert first.status == "rejected"
    assert Edit.objects.filter(object_id=first.public_id).count() == 1


def test_one_may_save_over_the_other_on_purpose(desk, story, first, colleague):
    desk.goto(address(story))
    confirm_quote(public_id=first.public_id, version=first.version, user=colleague)
    desk.keyboard.press("x")
    card = desk.locator(f"#item-{first.public_id}")
    expect(card).to_contain_text("changed this quote before you")
    desk.keyboard.press("2")
    expect(desk.locator("#saved")).to_have_text("All saved")
    expect(card).not_to_contain_text("before you")
    first.refresh_from_db()
    assert first.status == "rejected"


def test_a_second_tab_of_the_same_person_is_no_conflict(desk, context, story, first):
    second = context.new_page()
    desk.goto(address(story))
    second.goto(address(story))
    for page in (desk, second):
        page.keyboard.press("a")
        expect(page.locator("#saved")).to_have_text("All saved")
    assert Edit.objects.filter(object_id=first.public_id).count() == 1


def test_decisions_without_network_wait_in_this_browser_and_arrive_once(desk, context, story):
    desk.goto(address(story))
    context.set_offline(True)
    for _ in range(3):
        desk.keyboard.press("a")
    expect(desk.locator("#saved")).to_contain_text("3 waiting for the network")
    assert not Edit.objects.filter(article=story).exists()
    context.set_offline(False)
    expect(desk.locator("#saved")).to_have_text("All saved")
    assert Edit.objects.filter(article=story).count() == 3
    decided = Quote.objects.filter(article=story).confirmed().count()
    decided += Correction.objects.filter(article=story).confirmed().count()
    assert decided == 3
    expect(desk.locator(".item.is-done")).to_have_count(3)


def test_a_session_that_ended_keeps_the_decision_and_asks_to_sign_in(desk, context, story, editor):
    desk.goto(address(story))
    context.clear_cookies(name="sessionid")
    desk.keyboard.press("a")
    desk.wait_for_url("**/sign-in/**")
    desk.fill("[name=login]", "nell")
    desk.fill("[name=password]", "correct horse battery")
    desk.get_by_role("button", name="Sign in", exact=True).click()
    desk.wait_for_url(f"**{address(story)}**")
    expect(desk.locator("#saved")).to_have_text("All saved")
    expect(desk.locator("#progress")).to_contain_text("1 of")
    assert Quote.objects.filter(article=story).confirmed().count() == 1


def test_a_form_older_than_the_session_is_sent_again_with_a_fresh_one(desk, context, story):
    desk.goto(address(story))
    context.clear_cookies(name="csrftoken")
    desk.keyboard.press("a")
    expect(desk.locator("#saved")).to_have_text("All saved")
    expect(desk.locator("#progress")).to_contain_text("1 of")
    assert Quote.objects.filter(article=story).confirmed().count() == 1


def test_two_decisions_on_one_card_without_network_both_arrive(desk, context, story, first):
    desk.goto(address(story))
    wanted = "direct" if first.kind == "mixed" else "mixed"
    context.set_offline(True)
    desk.keyboard.press(wanted[0])
    desk.keyboard.press("a")
    expect(desk.locator("#saved")).to_contain_text("2 waiting for the network")
    context.set_offline(False)
    expect(desk.locator("#saved")).not_to_contain_text("waiting")
    assert desk.locator("#refused").inner_text() == ""
    first.refresh_from_db()
    assert (first.kind, first.status) == (wanted, "confirmed")
    assert Edit.objects.filter(object_id=first.public_id).count() == 2


def test_a_waiting_decision_that_is_refused_stays_to_be_read(
    desk, context, story, first, colleague
):
    desk.goto(address(story))
    context.set_offline(True)
    desk.keyboard.press("a")
    expect(desk.locator("#saved")).to_contain_text("1 waiting for the network")
    reject_quote(public_id=first.public_id, version=first.version, user=colleague)
    context.set_offline(False)
    refused = desk.locator("#refused .notice")
    expect(refused).to_contain_text("Not kept: Accept")
    expect(refused).to_contain_text("mats changed this quote before you")
    expect(desk.locator("#saved")).to_contain_text("1 not kept")
    card = desk.locator(f"#item-{first.public_id}")
    expect(card).to_contain_text("Nothing was overwritten")
    desk.reload()
    expect(refused.get_by_role("link")).to_have_attribute(
        "href", f"{address(story)}?focus={first.public_id}#item-{first.public_id}"
    )
    refused.get_by_role("button", name="Dismiss").click()
    expect(refused).to_have_count(0)
    expect(desk.locator("#saved")).to_have_text("All saved")
    first.refresh_from_db()
    assert first.status == "rejected"


def test_what_is_added_while_the_outbox_is_sent_is_not_lost(desk, context, story):
    desk.goto(address(story))
    context.set_offline(True)
    desk.keyboard.press("a")
    expect(desk.locator("#saved")).to_contain_text("1 waiting for the network")
    # Another tab adds an entry between the request and its answer.
    desk.evaluate("""() => {
        const store = "on-record.outbox.nell", send = window.fetch;
        window.fetch = async (...given) => {
            const answer = await send(...given);
            const list = JSON.parse(localStorage.getItem(store));
            const later = { ...list[0], url: "/no/such/decision/", what: "Added meanwhile" };
            if (answer.ok) localStorage.setItem(store, JSON.stringify([...list, later]));
            return answer;
        };
    }""")
    context.set_offline(False)
    expect(desk.locator("#refused .notice")).to_contain_text("Added meanwhile")
    assert Edit.objects.filter(article=story).count() == 1


def test_two_tabs_send_a_waiting_decision_once(desk, context, story, first):
    posts = []
    context.on(
        "response",
        lambda answer: posts.append(answer.url) if answer.request.method == "POST" else None,
    )
    desk.goto(address(story))
    other = context.new_page()
    other.goto(address(story))
    context.set_offline(True)
    desk.keyboard.press("a")
    expect(desk.locator("#saved")).to_contain_text("1 waiting for the network")
    posts.clear()
    context.set_offline(False)
    expect(desk.locator("#saved")).to_have_text("All saved")
    expect(other.locator("#saved")).to_have_text("All saved")
    assert len(posts) == 1
    assert Edit.objects.filter(object_id=first.public_id).count() == 1


def test_undo_without_network_is_not_sent_later(desk, context, story, first):
    desk.goto(address(story))
    for _ in range(2):
        desk.keyboard.press("x")
        expect(desk.locator("#saved")).to_have_text("All saved")
    context.set_offline(True)
    desk.keyboard.press("u")
    expect(desk.locator("#toast")).to_contain_text("Not undone: no connection")
    expect(desk.locator("#saved")).to_have_text("All saved")
    context.set_offline(False)
    desk.wait_for_timeout(5_000)
    assert Quote.objects.filter(article=story).rejected().count() == 2


def test_a_search_without_network_is_no_decision_that_waits(desk, context, story):
    desk.goto(address(story))
    desk.keyboard.press("/")
    context.set_offline(True)
    desk.keyboard.type("wren")
    desk.wait_for_timeout(400)
    expect(desk.locator("#saved")).to_have_text("All saved")
    context.set_offline(False)

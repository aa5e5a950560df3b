"""An editor settles an article with the keyboard alone."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from annotations.models import Edit
from quotes.extraction.config import Config
from quotes.importing import ArticleInput
from quotes.models import Article, Collection, Correction, ExtractionRun, Quote
from quotes.operations import import_article, run_extraction
from tests.annotations.stories import SAMPLES, load_story
from tests.annotations.views.test_costs import long_article

pytestmark = pytest.mark.browser


@pytest.fixture
def story(collection) -> Article:
    return load_story(collection, "ferry-breakwater")


@pytest.fixture
def first(story) -> Quote:
    return Quote.objects.filter(article=story).shown().in_reading_order().first()


def address(article: Article) -> str:
    return reverse("annotations:article_detail", args=[article.public_id])


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("All saved")


LONGEST = max(SAMPLES.glob("*.txt"), key=lambda path: len(path.read_text("utf-8").split())).stem


@pytest.mark.parametrize("name", ["ferry-breakwater", LONGEST])
def test_an_article_is_settled_from_first_to_last_card_with_one_key_each(
    desk, collection, capsys, name
):
    settle_with_one_key_each(desk, load_story(collection, name), capsys)


@pytest.mark.model
@pytest.mark.shared
@pytest.mark.slow
def test_the_seed_article_is_settled_with_one_key_each(desk, collection, shared_texts, capsys):
    text = (shared_texts / "gold" / "seed-article.txt").read_text(encoding="utf-8")
    settle_with_one_key_each(desk, read_by_the_engine(collection, text), capsys)


def read_by_the_engine(collection: Collection, text: str) -> Article:
    article = import_article(
        collection=collection, item=ArticleInput(text=text), extract=False
    ).article
    run = ExtractionRun.objects.create(article=article)
    assert run_extraction(run=run, config=Config(engine="rules")).state == "done"
    return article


def settle_with_one_key_each(desk: Page, story: Article, capsys: Any) -> None:
    """Accept whatever is shown, from first to last, and say how many keys and seconds it took."""
    desk.goto(address(story))
    begin = time.perf_counter()
    quotes = Quote.objects.filter(article=story).shown().suggested().count()
    corrections = Correction.objects.filter(article=story).suggested().count()
    pressed = 0
    while desk.locator(".item[data-open]:not(.is-sending)").count():
        if desk.locator('.item.is-focus:not(.is-sending) [data-key~="a"]').count():
            desk.keyboard.press("a")
            pressed += 1
    saved(desk)
    taken = time.perf_counter() - begin
    expect(desk.locator("#done")).to_contain_text("Article done")
    with capsys.disabled():
        sys.stdout.write(
            f"\n{quotes} quotes and {corrections} corrections: {pressed} keys, {taken:.1f} s, "
            f"{pressed / (quotes + corrections):.2f} keys each\n"
        )
    assert pressed == quotes + corrections
    assert not Quote.objects.filter(article=story).shown().suggested().exists()
    assert not Correction.objects.filter(article=story).suggested().exists()
    assert Edit.objects.filter(article=story).count() == pressed


def test_a_page_asked_for_before_a_decision_is_not_drawn_after_it(desk, story, first):
    desk.goto(address(story))
    late: list[Any] = []
    desk.route(f"**{address(story)}**", lambda route: late.append(route), times=1)
    desk.evaluate("document.dispatchEvent(new Event('changed-elsewhere'))")
    while not late:
        desk.wait_for_timeout(20)
    before = late[0].fetch()
    desk.keyboard.press("a")
    saved(desk)
    late[0].fulfill(response=before)
    desk.wait_for_timeout(300)
    assert "data-open" not in desk.locator(f"#item-{first.public_id}").evaluate("e => e.outerHTML")


def test_the_next_card_is_in_focus_before_the_server_has_answered(desk, story, first):
    desk.goto(address(story))
    held: list[Any] = []
    desk.route("**/confirm/", lambda route: held.append(route))
    own = desk.locator(".item.is-focus").get_attribute("id")
    desk.keyboard.press("a")
    desk.locator(f".item.is-focus:not(#{own}):has(> .full)").wait_for()
    while not held:
        desk.wait_for_timeout(20)
    assert not Quote.objects.filter(article=story).confirmed().exists()
    held[0].continue_()
    saved(desk)
    assert Quote.objects.filter(article=story).confirmed().count() == 1


def test_two_keys_before_one_picture_decide_two_cards(desk, story):
    desk.goto(address(story))
    pressed = "new KeyboardEvent('keydown', { key: 'a', bubbles: true })"
    shown = desk.evaluate(
        f"""() => {{
          for (const _ of [1, 2]) document.body.dispatchEvent({pressed});
          return document.getElementById('saved').textContent;
        }}"""
    )
    assert shown == "Saving …"
    saved(desk)
    assert Quote.objects.filter(article=story).confirmed().count() == 2


def test_a_key_pressed_before_the_cards_buttons_are_there_is_kept_for_it(desk, collection):
    article = long_article(collection, 120)
    desk.goto(address(article))
    slow: list[Any] = []
    desk.route("**/card/**", lambda route: slow.append(route))
    desk.locator('.item[data-number="60"] .line').click()
    for _ in range(3):
        desk.keyboard.press("a")
    assert not Quote.objects.filter(article=article).confirmed().exists()
    while slow:
        slow.pop().continue_()
    desk.unroute("**/card/**")
    saved(desk)
    expect(desk.locator("#progress")).to_contain_text("1 of")
    assert Quote.objects.filter(article=article).confirmed().count() == 1


def test_a_digit_picks_another_speaker_and_moves_on(desk, story):
    desk.goto(address(story))
    first = desk.locator(".item.is-focus")
    number = first.get_attribute("data-number")
    wanted = first.locator('[data-key="2"] .who-name').inner_text()
    desk.keyboard.press("2")
    saved(desk)
    quote = Quote.objects.filter(article=story).in_reading_order().shown().first()
    assert (quote.status, quote.speaker.name) == ("confirmed", wanted)
    assert desk.locator(".item.is-focus").get_attribute("data-number") != number


def test_focus_is_kept_after_each_swap_and_stands_in_the_middle_third(desk, story):
    desk.set_viewport_size({"width": 1280, "height": 900})
    desk.goto(address(story))
    for key in "axaxaaa":
        desk.keyboard.press(key)
        saved(desk)
        focused = desk.evaluate("document.activeElement.dataset.item")
        assert focused == desk.locator(".item.is-focus").get_attribute("data-item")
    top = desk.locator("#story mark.focus").first.bounding_box()["y"]
    assert 300 - 120 <= top <= 600


def test_kind_stays_on_the_card_and_later_leaves_it_undecided(desk, story):
    desk.goto(address(story) + "?show=direct")
    number = desk.locator(".item.is-focus").get_attribute("data-number")
    desk.keyboard.press("m")
    saved(desk)
    assert desk.locator(".item.is-focus").get_attribute("data-number") == number
    expect(desk.locator('.item.is-focus [data-key="m"]')).to_have_attribute("aria-pressed", "true")
    desk.keyboard.press("Space")
    assert desk.locator(".item.is-focus").get_attribute("data-number") != number
    assert Quote.objects.filter(article=story).confirmed().count() == 0


def test_undo_says_what_it_undid_and_works_after_a_reload(desk, story):
    desk.goto(address(story))
    desk.keyboard.press("x")
    saved(desk)
    desk.reload()
    desk.keyboard.press("u")
    expect(desk.locator("#toast")).to_contain_text("Undone: said that it is not a quote")
    assert not Quote.objects.filter(article=story).rejected().exists()
    desk.keyboard.press("Shift+U")
    expect(desk.locator("#toast")).to_contain_text("Done again")
    assert Quote.objects.filter(article=story).rejected().count() == 1


def test_a_speaker_is_found_by_typing_and_a_new_one_is_made(desk, story):
    desk.goto(address(story))
    desk.keyboard.press("/")
    expect(desk.locator(".is-focus input[role=combobox]")).to_be_focused()
    desk.keyboard.type("wrenfeild")  # a typing error is forgiven
    expect(desk.locator(".is-focus [role=option]").first).to_contain_text("Tobias Wrenfield")
    desk.keyboard.press("Enter")
    saved(desk)
    first = Quote.objects.filter(article=story).in_reading_order().shown().first()
    assert first.speaker.name == "Tobias Wrenfield"
    desk.keyboard.press("/")
    desk.keyboard.type("Perpetua Quill")
    expect(desk.locator(".is-focus [data-new]")).to_contain_text("Perpetua Quill")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("n")
    saved(desk)
    assert Quote.objects.filter(article=story, speaker__name="Perpetua Quill").confirmed().exists()


def test_letters_are_dead_in_text_fields_and_when_switched_off(desk, story):
    desk.goto(address(story))
    desk.keyboard.press("/")
    desk.keyboard.type("axu")
    desk.keyboard.press("Escape")
    assert not Edit.objects.filter(article=story).exists()
    desk.keyboard.press("?")
    expect(desk.locator("dialog#keys")).to_be_visible()
    desk.get_by_role("button", name="Turn them off").click()
    desk.keyboard.press("a")
    desk.wait_for_timeout(200)
    assert not Edit.objects.filter(article=story).exists()
    assert desk.locator("html").get_attribute("data-keys") == "off"


def test_boundaries_are_moved_by_words_and_characters(desk, story):
    desk.goto(address(story) + "?show=indirect")
    quote = Quote.objects.filter(article=story, kind="indirect").in_reading_order().first()
    start, end, text = quote.start, quote.end, story.text
    desk.keyboard.press("e")
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("Shift+ArrowRight")
    desk.keyboard.press("Enter")
    saved(desk)
    expect(desk.locator("#toast")).to_contain_text("Words:")
    quote.refresh_from_db()
    words = text[start:end].split()
    assert text[quote.start : quote.end] == " ".join(words[1:-1])
    assert quote.status == "suggested"
    desk.keyboard.press("e")
    desk.keyboard.press("Alt+ArrowLeft")
    desk.keyboard.press("Escape")
    desk.wait_for_timeout(100)
    quote.refresh_from_db()
    assert text[quote.start : quote.end] == " ".join(words[1:-1])


def test_a_correction_is_swapped_and_accepted_with_two_keys(desk, story):
    desk.goto(address(story) + "?show=corrections")
    correction = Correction.objects.filter(article=story).in_reading_order().first()
    people = (correction.corrector_id, correction.corrected_id)
    desk.keyboard.press("w")
    saved(desk)
    desk.keyboard.press("a")
    saved(desk)
    correction.refresh_from_db()
    assert correction.status == "confirmed"
    assert (correction.corrected_id, correction.corrector_id) == people


def test_enter_goes_to_the_next_article_when_all_is_decided(desk, collection):
    story = load_story(collection, "ferry-breakwater")
    other = load_story(collection, "mill-lane-library")
    Quote.objects.filter(article=story).update(status="confirmed", touched=True)
    Correction.objects.filter(article=story).update(status="rejected", touched=True)
    desk.goto(address(story))
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**{address(other)}")

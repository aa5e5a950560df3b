"""Every page in both themes: no violation that axe can find, and nothing scrolls sideways."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse
from playwright.sync_api import Page, expect

from annotations.operations.assigning import assign_articles
from annotations.operations.importing import import_items
from annotations.operations.quotes import confirm_quote, reject_quote
from quotes.importing import read_paste
from quotes.models import Quote
from tests.annotations.coded_story import coded_story
from tests.annotations.stories import load_story
from tests.factories import make_article, make_quote, make_same_words, make_speaker

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 8
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR_RULES = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

# All violations, but neither paths nor copies of the thousands of nodes that passed: to make and
# send those takes longer than the rules do.
RUN = """async (rules) =>
  (await axe.run(document, { runOnly: rules, resultTypes: ["violations"] })).violations"""

SHARES = 4
"""Both workers visit pages, and each builds what stands on them only twice."""

WINDOW = {"width": 1280, "height": 720}


@pytest.fixture
def pages(collection, editor) -> dict[str, str]:
    """All pages with something on them: a story half decided, and names of 280 letters."""
    story = load_story(collection, "ferry-breakwater")
    quotes = list(Quote.objects.filter(article=story).shown().in_reading_order())
    confirm_quote(public_id=quotes[0].public_id, version=1, user=editor)
    reject_quote(public_id=quotes[-1].public_id, version=1, user=editor)
    hydra = make_speaker(collection, LONG)
    long = make_article(
        collection, f"“{LONG},” said {LONG}.", headline=LONG, outlet=LONG[:200], byline=LONG
    )
    beside = make_quote(long, f"“{LONG},”", speaker=hydra, candidates=(hydra,), source=LONG)
    correction = story.corrections.first()
    speaker = quotes[0].speaker
    collection.memberships.filter(user=editor).update(role="manager")
    batch = import_items(
        collection=collection, items=[read_paste("“Snow,” she said.")], user=editor
    )
    again = make_article(collection, f"“{LONG} and more,” said {LONG}.", outlet=LONG[:200])
    same = make_same_words(make_quote(again, f"“{LONG} and more,”", speaker=hydra), beside)
    coded = coded_story(collection)
    mine = assign_articles(
        collection=collection,
        user=editor,
        purpose="blind",
        people=[editor.pk, coded.boss.pk],
        articles=[again.public_id],
    )
    own = next(one for one in mine if one.user_id == editor.pk)
    ids: list[tuple[str, list[Any]]] = [
        ("article_list", []),
        ("article_detail", [story.public_id]),
        ("article_detail", [long.public_id]),
        ("article_history", [story.public_id]),
        ("article_import", []),
        ("quote_speakers", [quotes[1].public_id]),
        ("quote_detail", [quotes[0].public_id]),
        ("quote_history", [quotes[0].public_id]),
        ("quote_same_words", [quotes[0].public_id]),
        ("same_words_list", []),
        ("same_words_detail", [same.public_id]),
        ("correction_list", []),
        ("correction_history", [correction.public_id]),
        ("speaker_list", []),
        ("speaker_detail", [speaker.public_id]),
        ("speaker_detail", [hydra.public_id]),
        ("speaker_merge", [hydra.public_id]),
        ("speaker_split", [speaker.public_id]),
        ("correction_picture", []),
        ("review_list", []),
        ("history_list", []),
        ("export_list", []),
        ("export_codebook", []),
        ("snapshot_list", []),
        ("token_list", []),
        ("key_map", []),
        ("account", []),
        ("member_list", [collection.public_id]),
        ("article_accept_sure", [story.public_id]),
        ("correction_speakers", [correction.public_id]),
        ("correction_points", [correction.public_id]),
        ("import_detail", [batch.public_id]),
        ("team_detail", [collection.public_id]),
        ("assignment_detail", [own.public_id]),
        ("article_disputes", [coded.article.public_id]),
    ]
    found = {
        f"{name}-{number}": reverse(f"annotations:{name}", args=args)
        for number, (name, args) in enumerate(ids)
    }
    found["files"] = reverse("annotations:article_import") + "?way=files"
    found["empty search"] = reverse("annotations:article_list") + "?q=zzzz"
    found["correction in focus"] = (
        reverse("annotations:article_detail", args=[story.public_id])
        + f"?focus={correction.public_id}"
    )
    found["merge preview"] = (
        reverse("annotations:speaker_merge", args=[hydra.public_id]) + f"?into={speaker.public_id}"
    )
    found["flagged review"] = reverse("annotations:review_list") + "?order=flagged"
    alike = urlencode({"source": "Ms Adair", "speaker": speaker.public_id, "outlet": story.outlet})
    found["alike"] = reverse("annotations:review_alike") + f"?{alike}"
    found["not found"] = reverse("annotations:speaker_detail", args=[story.public_id])
    return found


def violations(page: Page) -> list[str]:
    """What axe finds in the light theme; of the dark one only what depends on colours."""
    page.evaluate(AXE_SCRIPT)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = page.evaluate(RUN, ALL_RULES)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += page.evaluate(RUN, COLOUR_RULES)
    page.emulate_media(color_scheme="null", reduced_motion="null")
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]


def too_wide(page: Page) -> list[str]:
    """At which widths of the window the page is wider than that."""
    found = []
    for width in (320, 360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 780})
        extent = page.evaluate("document.documentElement.scrollWidth")
        if extent > width:
            found.append(f"as wide as {extent} at {width}")
    page.set_viewport_size(WINDOW)
    return found


@pytest.mark.first
@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_nothing_on_any_page_and_none_scrolls_sideways(desk, pages, share):
    found: dict[str, list[str]] = {}
    desk.set_viewport_size(WINDOW)
    for name, address in list(pages.items())[share::SHARES]:
        desk.goto(address)
        found[name] = violations(desk) + too_wide(desk)
    assert {name: list_ for name, list_ in found.items() if list_} == {}


@pytest.mark.first
def test_axe_finds_nothing_where_something_is_open(desk, pages):
    found = {}
    desk.goto(pages["article_detail-1"])
    desk.keyboard.press("?")
    found["key map open"] = violations(desk)
    desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    desk.locator(".is-focus [role=option]").first.wait_for()
    found["combobox open"] = violations(desk)
    assert {name: list_ for name, list_ in found.items() if list_} == {}


def test_axe_finds_nothing_on_the_sign_in_page(page):
    page.goto(reverse("annotations:sign_in"))
    assert violations(page) == []


def test_fingers_find_every_button_on_a_phone(browser, base_url, sign_in, editor, pages):
    context = browser.new_context(
        base_url=base_url, viewport={"width": 360, "height": 780}, has_touch=True, is_mobile=True
    )
    sign_in(context, editor)
    page = context.new_page()
    page.goto(pages["article_detail-1"])
    heights = page.evaluate(
        """() => [...document.querySelectorAll('.is-focus :is(button, summary, .btn)')]
        .filter((el) => el.offsetParent).map((el) => el.getBoundingClientRect().height)"""
    )
    context.close()
    assert len(heights) > 5
    assert min(heights) >= 44


def test_what_waits_for_the_network_is_readable_on_a_phone(desk, pages, context):
    desk.set_viewport_size({"width": 360, "height": 780})
    desk.goto(pages["article_detail-1"])
    context.set_offline(True)
    desk.keyboard.press("a")
    expect(desk.locator(".strip .saved")).to_contain_text("waiting for the network")
    decided, waiting = (
        desk.locator(f".strip {words}").bounding_box() for words in ("#progress > span", ".saved")
    )
    below = waiting["y"] >= decided["y"] + decided["height"] - 1
    assert below or waiting["x"] >= decided["x"] + decided["width"]
    context.set_offline(False)


def test_a_right_to_left_name_stays_in_its_place_and_the_page_fits_at_twice_the_size(
    desk, collection
):
    name = "\u05de\u05e8\u05d9\u05dd \u05db\u05d4\u05df (42)"
    article = make_article(collection, f"“All aboard,” said {name}.", headline=f"{name}: aboard")
    who = make_speaker(collection, name)
    quote = make_quote(article, "“All aboard,”", speaker=who, candidates=(who,), source=name)
    there = reverse("annotations:article_detail", args=[quote.article.public_id])
    desk.set_viewport_size({"width": 640, "height": 400})  # 1280 x 800 at 200 %
    desk.goto(there)
    assert desk.evaluate("document.documentElement.scrollWidth") <= 640
    pick = desk.locator(".is-focus .pick")
    boxes = [pick.locator(part).bounding_box() for part in ("bdi", ".p")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]  # its figure is not drawn into it
    assert desk.locator("h1 bdi").evaluate("el => getComputedStyle(el).unicodeBidi") == "isolate"


def test_print_leaves_the_tool_out_and_reduced_motion_stands_still(desk, pages):
    desk.emulate_media(media="print", reduced_motion="reduce")
    desk.goto(pages["article_detail-1"])
    for tool in (".top", ".strip", ".actions", ".tour", "#add-quote", ".is-focus .btn-set"):
        assert not desk.locator(tool).first.is_visible(), tool
    assert desk.locator("#story mark").first.is_visible()
    seconds = "el => getComputedStyle(el).transitionDuration"
    desk.emulate_media(media="screen")
    assert desk.locator(".btn").first.evaluate(seconds) == "0s"

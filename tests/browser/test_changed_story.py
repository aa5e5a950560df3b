"""A changed story asks, and is answered from the keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from quotes.models import Placement
from tests.annotations.changed_story import STORY, Story, retold


def test_a_question_is_answered_with_one_key(desk: Page, base_url: str, story: Story):
    newer = retold(story, STORY.replace("since March", "since early March"))
    desk.goto(f"{base_url}/articles/{newer.public_id}/")
    desk.get_by_role("link", name="Say where they stand now").click()
    expect(desk.locator("#story mark.focus")).to_have_text("“It has not held since early March,”")
    desk.keyboard.press("a")
    expect(desk).to_have_url(re.compile(f"/articles/{newer.public_id}/$"))
    expect(desk.locator("#messages")).to_contain_text("All decisions have their place")
    story.refresh()
    assert story.retort.article == newer
    assert not Placement.objects.asked().exists()


def test_another_place_is_selected_and_the_other_is_gone(desk: Page, base_url: str, story: Story):
    newer = retold(
        story,
        STORY.replace("It has not held since March", "It held in part").replace(
            "It has held for ninety winters", "Ninety winters it has held"
        ),
    )
    desk.goto(f"{base_url}/articles/{newer.public_id}/placements/?whole=on")
    words = "Ninety winters"
    assert desk.evaluate(
        """(words) => {
            for (const piece of document.querySelectorAll("#story [data-start]")) {
                const at = piece.textContent.indexOf(words);
                if (at < 0) continue;
                const node = piece.firstChild;
                getSelection().setBaseAndExtent(node, at, node, at + words.length);
                return true;
            }
        }""",
        words,
    )
    desk.keyboard.press("c")
    expect(desk.locator("#messages")).to_contain_text("Placed in the new version.")
    desk.keyboard.press("x")
    expect(desk.locator("#messages")).to_contain_text("Kept out of the new version.")
    story.refresh()
    assert newer.text[story.claim.start : story.claim.end] == words
    assert story.retort.status == "withdrawn"

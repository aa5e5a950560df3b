"""A changed story asks: both texts side by side, three answers, all of them plain forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from quotes.models import Article, Placement
from tests.annotations.changed_story import STORY, Story, retold
from tests.annotations.views.conftest import HTMX

if TYPE_CHECKING:
    from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db

NOW = "“It has not held since early March,”"


@pytest.fixture
def newer(story: Story) -> Article:
    return retold(story, STORY.replace("since March", "since early March"))


def page_of(article: Article) -> str:
    return reverse("annotations:article_placements", args=[article.public_id])


def question(story: Story) -> Placement:
    return Placement.objects.get(quote=story.retort)


def test_both_texts_stand_side_by_side(as_editor: Client, story: Story, newer: Article):
    page = as_editor.get(page_of(newer)).content.decode()
    assert "1 decision moved along by itself" in page
    assert "2 wait" in page
    before, now = page.split('<h3 class="label">Now</h3>')
    assert "“It has not held since March,”</mark>" in before
    assert f"{NOW}</mark>" in now
    assert "Its words were changed." in page


def test_the_offer_is_taken_and_the_article_opens_when_all_is_answered(
    as_editor: Client, story: Story, newer: Article
):
    asked = question(story)
    answer = as_editor.post(
        reverse("annotations:placement_place", args=[asked.public_id]), {"version": asked.version}
    )
    # The correction that only waited for it went along.
    assert answer.url == reverse("annotations:article_detail", args=[newer.public_id])
    story.refresh()
    assert newer.text[story.retort.start : story.retort.end] == NOW
    assert "All decisions have their place" in as_editor.get(answer.url).content.decode()


def test_words_are_written_where_nothing_can_be_selected(
    as_editor: Client, story: Story, newer: Article
):
    asked = question(story)
    answer = as_editor.post(
        reverse("annotations:placement_place", args=[asked.public_id]),
        {"version": asked.version, "exact": " It has not held since early March, "},
    )
    assert answer.status_code == 302
    story.refresh()
    placed = newer.text[story.retort.start : story.retort.end]
    assert placed == "It has not held since early March,"


@pytest.mark.parametrize("words", ["nobody ever wrote this", ""])
def test_words_that_are_not_there_are_refused_in_words(
    words: str, as_editor: Client, story: Story, newer: Article
):
    asked = question(story)
    answer = as_editor.post(
        reverse("annotations:placement_place", args=[asked.public_id]),
        {"version": asked.version, "exact": words},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert Placement.objects.asked().count() == 2


def test_what_is_gone_leads_to_the_next_question(as_editor: Client, story: Story, newer: Article):
    asked = question(story)
    answer = as_editor.post(
        reverse("annotations:placement_leave", args=[asked.public_id]), {"version": asked.version}
    )
    assert answer.url == page_of(newer)
    page = as_editor.get(answer.url).content.decode()
    assert "Tobias Wrenfield corrects Ines Adair" in page


def test_the_articles_pages_say_what_waits_and_where_the_newest_is(
    as_editor: Client, story: Story, newer: Article
):
    page = as_editor.get(reverse("annotations:article_detail", args=[newer.public_id]))
    assert page_of(newer) in page.content.decode()
    old = as_editor.get(reverse("annotations:article_detail", args=[story.article.public_id]))
    said = old.content.decode()
    assert "This is an older version." in said
    assert reverse("annotations:article_detail", args=[newer.public_id]) in said
    assert "It has held for ninety winters" in said
    assert 'data-key="a"' not in said
    pulse = as_editor.get(
        reverse("annotations:article_pulse", args=[story.article.public_id]), **{"headers": HTMX}
    )
    assert "This story has changed." in pulse.content.decode()


def test_the_list_has_the_story_once_and_to_do(as_editor: Client, story: Story, newer: Article):
    for state in ("", "todo"):
        page = as_editor.get(reverse("annotations:article_list"), {"state": state})
        shown = page.content.decode()
        assert shown.count(reverse("annotations:article_detail", args=[newer.public_id])) >= 1
        assert str(story.article.public_id) not in shown


def test_a_page_of_questions_costs_the_same_for_many(
    as_editor: Client, story: Story, count_queries: Callable[[Callable[[], object]], int]
):
    newer = retold(story, STORY.replace("since March", "since early March"))
    few = count_queries(lambda: as_editor.get(page_of(newer)))
    newest = retold(story, "Snow fell on the hills all night.")
    assert Placement.objects.asked().count() == 3
    assert count_queries(lambda: as_editor.get(page_of(newest))) == few


def test_a_reader_sees_the_question_and_no_answers(
    client: Client, reader: User, story: Story, newer: Article
):
    client.force_login(reader)
    page = client.get(page_of(newer)).content.decode()
    assert "It has not held since March" in page
    assert "It is gone" not in page

"""What became of one's decisions, and undo beside a sentence of the history."""

from __future__ import annotations

import pytest
from django.urls import reverse

from annotations.operations.quotes import reject_quote, set_kind
from annotations.operations.undoing import undo_last
from quotes.models import Quote
from tests.annotations.views.conftest import decide

HISTORY = "annotations:history_list"


@pytest.fixture
def three(world, editor, colleague):
    """One decision that stands, one that a colleague changed, one taken back."""
    decide(world.third, editor)
    undo_last(user=editor)
    decide(world.quote, editor)
    decide(world.second, editor)
    set_kind(public_id=world.second.public_id, version=2, user=colleague, kind="mixed")


def fates(client, fate=""):
    page = client.get(reverse(HISTORY), {"fate": fate})
    return {row.words[:13]: (row.fate, row.by) for row in page.context["outcomes"]}


def test_what_became_of_decisions(three, as_editor):
    assert fates(as_editor) == {
        "“It has held ": ("stands", ""),
        "“It has not h": ("changed", "mats"),
        "“The figure i": ("taken back", "nell"),
    }
    assert list(fates(as_editor, "changed").values()) == [("changed", "mats")]
    counts = as_editor.get(reverse(HISTORY)).context["counts"]
    assert counts == {"all": 3, "stands": 1, "changed": 1, "undone": 1}


def test_without_decisions_the_page_says_where_to_begin(world, as_editor):
    assert "No decisions yet" in as_editor.get(reverse(HISTORY)).text


def undo(client, quote: Quote, version: int):
    there = reverse("annotations:edit_undo", args=[quote.public_id])
    return client.post(
        there, {"version": version}, headers={"Referer": "http://testserver/history/"}
    )


def test_undo_beside_a_sentence_takes_back_whoever_decided(world, as_editor, colleague):
    decide(world.quote, colleague)
    page = as_editor.get(reverse("annotations:quote_history", args=[world.quote.public_id])).text
    assert f'action="/history/{world.quote.public_id}/undo/"' in page
    assert undo(as_editor, world.quote, 2)["Location"] == "/history/"
    world.quote.refresh_from_db()
    assert world.quote.status == "suggested"
    assert undo(as_editor, world.quote, 2).status_code == 409
    undo(as_editor, world.quote, 3)
    world.quote.refresh_from_db()
    assert world.quote.status == "confirmed"


def test_what_somebody_changed_since_is_left_as_it_stands(world, as_editor, editor, colleague):
    decide(world.quote, editor)
    reject_quote(public_id=world.quote.public_id, version=2, user=colleague)
    answer = undo(as_editor, world.quote, 2)
    assert answer.status_code == 409
    assert "<bdi>mats</bdi> changed this since" in answer.text
    world.quote.refresh_from_db()
    assert world.quote.status == "rejected"
    assert undo(as_editor, world.quote, 9).status_code == 404


def test_readers_have_no_undo(world, client, reader, editor):
    decide(world.quote, editor)
    client.force_login(reader)
    page = client.get(reverse("annotations:article_history", args=[world.article.public_id])).text
    assert "/undo/" not in page
    assert undo(client, world.quote, 2).status_code == 403


def test_a_refused_undo_shows_both_versions_and_a_way_back(world, as_editor, colleague):
    decide(world.quote, colleague)
    set_kind(public_id=world.quote.public_id, version=2, user=colleague, kind="mixed")
    answer = undo(as_editor, world.quote, 2)
    assert answer.status_code == 409
    assert "What <bdi>mats</bdi> had decided" in answer.text
    assert "On record now" in answer.text
    assert ("<bdi>mixed</bdi>" in answer.text, "<bdi>direct</bdi>" in answer.text) == (True, True)
    assert 'href="/history/"' in answer.text
    world.quote.refresh_from_db()
    assert world.quote.kind == "mixed"

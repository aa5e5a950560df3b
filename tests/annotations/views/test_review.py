"""The review queue: its orders, deciding in it, like cases together, reopening."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from annotations.operations.undoing import undo_last
from quotes.models import Quote
from tests.annotations.views.conftest import HTMX, decide
from tests.factories import make_article, make_quote, make_speaker

pytestmark = pytest.mark.slow

REVIEW = "annotations:review_list"


@pytest.fixture
def many(world, collection) -> list[Quote]:
    """Nine quotes of the mayor in one outlet, each surer than the one before."""
    mayor = make_speaker(collection, "Lena Ostrow")
    made = []
    for n in range(9):
        words = f"“Bridge number {n} will hold,”"
        text = f"It rained on day {n}.\n\n{words} the mayor said.\n\nNobody answered."
        article = make_article(collection, text, outlet="Pan", headline=f"Bridge {n}")
        made.append(
            make_quote(article, words, speaker=mayor, source="the mayor", confidence=n / 10)
        )
    return made


def queue(client: Any, **query: Any) -> Any:
    return client.get(reverse(REVIEW), query).context["queue"]


def test_the_least_sure_come_first_and_six_are_in_the_page(many, as_editor):
    page = as_editor.get(reverse(REVIEW))
    shown = page.context["queue"]
    assert [card.id for card in shown.cards] == [str(quote.public_id) for quote in many[:6]]
    assert (shown.left, shown.today) == (12, 0)
    card = shown.cards[0]
    assert (card.before, card.after) == ("It rained on day 0.", "Nobody answered.")
    assert "".join(s.text for s in card.segments) == "“Bridge number 0 will hold,” the mayor said."
    assert page.text.count('data-key="a"') == 6


def test_the_orders(many, world, as_editor):
    assert queue(as_editor, order="junk").order == "sure"
    assert queue(as_editor, order="flagged").cards == []
    Quote.objects.filter(pk=many[4].pk).update(flagged=True)
    assert [c.id for c in queue(as_editor, order="flagged").cards] == [str(many[4].public_id)]
    one = queue(as_editor, speaker=world.ines.public_id)
    assert {card.quote.speaker for card in one.cards} == {world.ines}
    by_article = [card.quote for card in queue(as_editor, order="article").cards]
    assert [q.article_id for q in by_article] == sorted(q.article_id for q in by_article)[::-1]
    names = [card.quote.speaker.name for card in queue(as_editor, order="speaker").cards]
    assert names == sorted(names)


def test_a_decision_answers_with_the_queue_without_it(many, as_editor, editor):
    there = reverse("annotations:quote_confirm", args=[many[0].public_id])
    answer = as_editor.post(there, {"version": 1, "show": "review:sure"}, headers=HTMX)
    assert answer["HX-Retarget"] == "#queue"
    shown = re.findall(r'data-item="([0-9a-f-]+)"', answer.text)
    assert shown == [str(quote.public_id) for quote in many[1:7]]
    assert "Confirmed: Lena Ostrow, direct" in answer.text
    assert f'action="/quotes/{many[0].public_id}/reopen/"' in answer.text
    assert 'name="next" value="/review/?order=sure"' in answer.text


def test_without_script_the_queue_comes_again(many, as_editor):
    there = reverse("annotations:quote_reject", args=[many[0].public_id])
    answer = as_editor.post(there, {"version": 1, "show": "review:newest"})
    assert answer["Location"] == "/review/?order=newest"


def test_the_last_decisions_can_be_reopened_until_somebody_changes_them(
    many, as_editor, editor, colleague
):
    decide(many[0], editor)
    decide(many[1], editor)
    Quote.objects.filter(pk=many[1].pk).update(version=3)
    versions = [decision.version for decision in queue(as_editor).decisions]
    assert versions == [None, 2]
    there = reverse("annotations:quote_reopen", args=[many[0].public_id])
    as_editor.post(there, {"version": 2, "show": "review:sure"}, headers=HTMX)
    many[0].refresh_from_db()
    assert many[0].status == "suggested"


def test_like_cases_are_decided_together_with_one_undo(many, world, as_editor, editor):
    group = queue(as_editor).alike[0]
    assert (group.n, group.source, group.speaker, group.outlet) == (
        9,
        "the mayor",
        "Lena Ostrow",
        "Pan",
    )
    query = {"source": group.source, "speaker": group.speaker_id, "outlet": group.outlet}
    page = as_editor.get(reverse("annotations:review_alike"), query).text
    ticked = re.findall(r'name="quotes" value="([^"]+)" checked', page)
    assert len(ticked) == 9
    answer = as_editor.post(
        reverse("annotations:review_alike"), {"quotes": ticked[:8]}, follow=True
    )
    assert "Confirmed 8 at once" in answer.text
    assert Quote.objects.confirmed().count() == 8
    undo_last(user=editor)
    assert Quote.objects.confirmed().count() == 0


def test_a_stale_tick_changes_none_of_them(many, as_editor, editor, colleague):
    decide(many[1], colleague)
    chosen = [f"{quote.public_id}.1" for quote in many[:3]]
    answer = as_editor.post(reverse("annotations:review_alike"), {"quotes": chosen})
    assert answer.status_code == 409
    assert Quote.objects.confirmed().count() == 1


@pytest.mark.parametrize("chosen", [[], ["junk"], ["junk.1"], ["x.0"]])
def test_ticks_that_are_none_are_refused(chosen, many, as_editor):
    answer = as_editor.post(reverse("annotations:review_alike"), {"quotes": chosen})
    assert answer.status_code == 422


def test_readers_have_nothing_to_decide(many, client, reader):
    client.force_login(reader)
    page = client.get(reverse(REVIEW))
    assert page.context["queue"].left == 0
    assert "/confirm/" not in page.text

"""What a page and a decision cost: statements, and time as the article grows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from annotations.models import Edit
from quotes.extraction.text import normalise_quote
from quotes.models import Article, Quote, QuoteSpan
from tests.annotations.views.conftest import HTMX, World
from tests.annotations.views.test_actions import ACTIONS, send
from tests.factories import make_article, make_speaker
from tests.timing import cpu_seconds, times_longer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

QUOTES_PER_PARAGRAPH = 4


def long_article(
    collection: Any, quotes: int, *, padding: int = 0, step: int = QUOTES_PER_PARAGRAPH
) -> Article:
    """An article with many quotes, ``step`` a paragraph; written in bulk, as a run would."""
    words = [f"“Sentence number {n} was spoken aloud,”" for n in range(quotes)]
    told = [f"{quoted} said witness {n % 7}.{' x' * padding}" for n, quoted in enumerate(words)]
    text = "\n\n".join(" ".join(told[n : n + step]) for n in range(0, quotes, step))
    article = make_article(collection, text)
    people = [make_speaker(collection, f"Witness {n} of {quotes}") for n in range(7)]
    place, rows = 0, []
    for n, quoted in enumerate(words):
        place = text.index(quoted, place)
        rows.append(
            Quote(
                article=article,
                collection=collection,
                published_on=article.published_on,
                kind="direct",
                start=place,
                end=place + len(quoted),
                speaker=people[n % 7],
                confidence=0.9,
                normal_text=normalise_quote(quoted),
                suggestion={
                    "kind": "direct",
                    "speaker": str(people[n % 7].public_id),
                    "speaker_name": people[n % 7].name,
                },
            )
        )
    Quote.objects.bulk_create(rows)
    QuoteSpan.objects.bulk_create(
        QuoteSpan(
            quote=quote,
            role="content",
            ordinal=0,
            start=quote.start,
            end=quote.end,
            exact=text[quote.start : quote.end],
        )
        for quote in rows
    )
    return article


# What writes a second row of the history: somebody new is named, two quotes are made of one or
# one of two.
TWO_DECISIONS = {
    "quote_set_speaker": 14,
    "correction_set_person": 13,
    "quote_join": 17,
    "quote_split": 17,
}


ON_ITS_ARTICLE: dict[str, str] = {}
ON_THE_PAGE_OF_CORRECTIONS = {"from": "list"}
DECISIONS = [
    *((action, ON_ITS_ARTICLE) for action in ACTIONS),
    *(
        (action, ON_THE_PAGE_OF_CORRECTIONS)
        for action in ACTIONS
        if action.name.startswith("correction_")
    ),
]


@pytest.mark.parametrize(
    ("action", "where"), DECISIONS, ids=[f"{a.name}-{n}" for n, (a, _) in enumerate(DECISIONS)]
)
def test_one_decision_takes_twelve_statements_at_most(
    action, where, world: World, as_editor, colleague, count_queries
):
    action.before(world, colleague)
    row = action.row(world)
    row.refresh_from_db()
    form = action.data(world) | where
    as_sent = replace(action, data=lambda world: form)
    before = Edit.objects.count()
    answers: list[Any] = []
    counted = count_queries(lambda: answers.append(send(as_editor, as_sent, world, row)))
    assert ("item--triptych" in answers[0].text) is (where is ON_THE_PAGE_OF_CORRECTIONS)
    decisions = Edit.objects.count() - before
    assert decisions == 1 or (decisions == 2 and action.name in TWO_DECISIONS)
    assert counted <= (12 if decisions == 1 else TWO_DECISIONS[action.name])


def test_adding_a_quote_takes_twelve_statements_at_most(world: World, as_editor, count_queries):
    start = world.article.text.index("said")
    selected = {"start": start, "end": start + 4, "exact": "said"}
    there = reverse("annotations:quote_add", args=[world.article.public_id])
    counted = count_queries(lambda: as_editor.post(there, selected, headers=HTMX))
    assert Edit.objects.filter(action="quote.added").count() == 1
    assert counted <= 12


def deciding(as_editor: Any, article: Article) -> Callable[[], None]:
    """What accepts the quote in the middle of an article and reopens it."""
    quotes = list(article.quotes.order_by("start"))
    middle = quotes[len(quotes) // 2]
    forth = reverse("annotations:quote_confirm", args=[middle.public_id])
    back = reverse("annotations:quote_reopen", args=[middle.public_id])
    version = iter(range(1, 1000))

    def decide() -> None:
        for there in (forth, back):
            answer = as_editor.post(there, {"version": next(version)}, headers=HTMX)
            assert answer.status_code == 200

    return decide


@pytest.mark.slow
def test_a_decision_among_five_hundred_quotes_costs_hardly_more_than_among_five(
    collection, as_editor, count_queries, capsys
):
    # Both draw one paragraph between two others, each with one quote.
    few, many = (
        deciding(as_editor, long_article(collection, number, step=1)) for number in (5, 500)
    )
    few()
    many()
    assert count_queries(few) == count_queries(many)
    longer = times_longer(many, few, at_most=1.2)
    with capsys.disabled():
        sys.stdout.write(f"\na decision among 500 quotes: {longer:.2f} times one among 5\n")
    assert longer <= 1.2


@pytest.mark.slow
def test_a_text_of_100_000_characters_with_2000_quotes_opens_within_a_second(
    collection, as_editor, count_queries, capsys
):
    article = long_article(collection, 2000, padding=5)
    assert article.length >= 100_000
    there = reverse("annotations:article_detail", args=[article.public_id])
    as_editor.get(there)
    counted = count_queries(lambda: as_editor.get(there))
    taken = cpu_seconds(lambda: as_editor.get(there))
    page = as_editor.get(there)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{article.length} characters, 2000 quotes: {taken:.3f} s of processor\n"
        )
    assert counted <= 6
    assert taken < 1
    assert page.text.count('class="line"') < 200


@pytest.mark.slow
def test_every_chunk_of_a_long_text_comes_when_it_is_asked_for(collection, as_editor):
    article = long_article(collection, 400)
    there = reverse("annotations:article_detail", args=[article.public_id])
    page = as_editor.get(there)
    chunks = page.context["desk"].chunks
    assert sum(chunk.is_later for chunk in chunks) > 3
    shown = {card.id for card in page.context["desk"].shown}
    for chunk in chunks:
        if chunk.is_later:
            assert f'id="later-{chunk.first}"' in page.text
            ask = reverse("annotations:article_paragraphs", args=[article.public_id])
            answer = as_editor.get(f"{ask}?first={chunk.first}")
            shown |= {card.id for card in answer.context["desk"].shown}
            assert f'id="t{chunk.first + 1}"' in answer.text
    assert len(shown) == 400
    joined = "".join(
        segment.text
        for row in page.context["desk"].rows
        for segment in (
            *row.paragraph.segments,
            *([row.paragraph.gap] if row.paragraph.gap else []),
        )
    )
    assert joined == article.text


@pytest.mark.slow
def test_a_card_far_down_a_long_text_is_drawn_when_asked_for(collection, as_editor):
    article = long_article(collection, 400)
    quote = list(article.quotes.order_by("start"))[300]
    there = reverse("annotations:article_detail", args=[article.public_id])
    page = as_editor.get(f"{there}?focus={quote.public_id}")
    assert page.context["desk"].focus.id == str(quote.public_id)
    assert 'data-no="301"' in page.text
    assert 'data-no="200"' not in page.text
    near = as_editor.get(f"{there}?at=50")
    assert 'data-no="200"' in near.text

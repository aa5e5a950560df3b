"""Same words on pages: the list, a group with its differences, a quote's own, without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from quotes.models import Collection, Quote, SameWords, SameWordsQuote
from tests.factories import make_article, make_quote, make_same_words, make_speaker

WHOLE = "“The ferry will sail on Monday, whatever the harbour board may think.”"
PART = "“whatever the harbour board may think”"
CHANGED = "“The ferry will sail on Sunday, whatever the harbour board may think.”"


@pytest.fixture
def tell(collection: Collection) -> Callable[[str], Quote]:
    adair = make_speaker(collection)

    def one(words: str) -> Quote:
        text = f"{words} Ines Adair said. {Quote.objects.count()}"
        return make_quote(make_article(collection, text), words, speaker=adair)

    return one


@pytest.fixture
def group(tell: Callable[[str], Quote]) -> SameWords:
    return make_same_words(tell(WHOLE), tell(PART), tell(CHANGED))


def page(name: str, row: SameWords | Quote | None = None) -> str:
    return reverse(f"annotations:{name}", args=[row.public_id] if row else [])


def test_a_group_says_who_shortened_and_who_changed(as_editor: Client, group: SameWords):
    answer = as_editor.get(page("same_words_detail", group))
    html = answer.content.decode()
    assert [v.said for v in answer.context["versions"]] == [
        "the fullest version",
        "shortened: 6 of 12 words",
        "11 of 12 words, and 1 other",
    ]
    assert '<span class="visually-hidden">left out: </span>Monday,</del>' in html
    assert '<span class="visually-hidden">put in: </span>Sunday,</ins>' in html


def test_a_long_gap_shows_its_ends(as_editor: Client, tell: Callable[[str], Quote]):
    long = f"“{' '.join(f'word{n}' for n in range(40))} and the board may think so.”"
    group = make_same_words(tell(long), tell("“the board may think so”"))
    html = as_editor.get(page("same_words_detail", group)).content.decode()
    assert "[31 words]" in html


def test_the_list_narrows_by_state(as_editor: Client, group: SameWords, tell):
    gone = make_same_words(tell(WHOLE), tell(PART))
    Quote.objects.filter(pk=gone.fullest_id).update(status="rejected")
    assert page("same_words_detail", group) in as_editor.get(page("same_words_list")).text
    assert page("same_words_detail", gone) not in as_editor.get(page("same_words_list")).text
    confirmed = as_editor.get(page("same_words_list"), {"state": "confirmed"}).text
    assert page("same_words_detail", group) not in confirmed


def test_a_group_is_settled_by_plain_forms(as_editor: Client, group: SameWords, tell):
    home = page("same_words_detail", group)
    other = tell(PART)
    steps = (
        ("same_words_put_in", {"quote": other.public_id}),
        ("same_words_take_out", {"quote": other.public_id}),
        ("same_words_confirm", {}),
        ("same_words_reject", {}),
        ("same_words_reopen", {}),
    )
    for version, (name, said) in enumerate(steps, start=1):
        answer = as_editor.post(page(name, group), {"version": version, **said})
        assert (answer.status_code, answer["Location"]) == (302, home)
    group.refresh_from_db()
    assert (group.status, group.version) == ("suggested", 6)
    stale = as_editor.post(page("same_words_confirm", group), {"version": 1})
    assert stale.status_code == 409
    bad = as_editor.post(page("same_words_put_in", group), {"version": 6, "quote": "x"})
    assert bad.status_code == 422


def test_another_version_is_found_and_put_together(as_editor: Client, tell):
    quote, other = tell(WHOLE), tell(CHANGED)
    answer = as_editor.get(page("quote_same_words", quote), {"q": "ferry sail"})
    assert CHANGED in answer.text
    as_editor.post(page("same_words_add", quote), {"quote": other.public_id})
    group = SameWords.objects.get()
    assert page("same_words_detail", group) in as_editor.get(page("quote_same_words", quote)).text


def test_a_quote_is_compared_when_asked(as_editor: Client, tell):
    quote, other = tell(WHOLE), tell(WHOLE)
    home = page("quote_same_words", quote)
    assert as_editor.post(page("same_words_look", quote))["Location"] == home
    as_editor.post(page("same_words_look", other))
    assert page("same_words_detail", SameWords.objects.get()) in as_editor.get(home).text


def test_cards_and_statements_say_where_else(as_editor: Client, group: SameWords):
    article = group.fullest.article
    link = page("same_words_detail", group)
    focus = {"focus": str(group.fullest.public_id)}
    shown = as_editor.get(reverse("annotations:article_detail", args=[article.public_id]), focus)
    assert link in shown.text
    Quote.objects.update(status="confirmed", touched=False)
    speaker = group.fullest.speaker
    assert link in as_editor.get(page("speaker_detail", speaker)).text


def test_a_reader_sees_and_cannot_decide(client: Client, reader: User, group: SameWords):
    client.force_login(reader)
    html = client.get(page("same_words_detail", group)).text
    assert WHOLE in html
    assert page("same_words_confirm", group) not in html


@pytest.mark.parametrize("name", ["same_words_list", "same_words_detail"])
def test_query_count_does_not_grow(name: str, as_editor: Client, group, tell, count_queries):
    row = group if name == "same_words_detail" else None
    few = count_queries(lambda: as_editor.get(page(name, row)))
    for _ in range(5):
        make_same_words(tell(WHOLE), tell(PART))
        SameWordsQuote.objects.create(group=group, quote=tell(PART))
    assert count_queries(lambda: as_editor.get(page(name, row))) == few

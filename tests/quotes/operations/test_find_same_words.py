"""Groups of quotes that give the same words: found, kept, and never made twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.checking import find_breaks
from quotes.comparing import compare
from quotes.importing import ArticleInput
from quotes.models import ExtractionRun, Quote, QuoteShingle, SameWords, SameWordsQuote
from quotes.operations import import_article, run_extraction
from quotes.operations.same_words import COMPARED, READ_PER_RUN, find_same_words
from tests.factories import make_article, make_collection, make_quote, make_speaker

if TYPE_CHECKING:
    from quotes.models import Article, Collection, Speaker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WHOLE = "“The ferry will sail on Monday, whatever the harbour board may think of it.”"
PART = "“whatever the harbour board may think”"


@pytest.fixture
def adair(collection: Collection) -> Speaker:
    return make_speaker(collection)


@pytest.fixture
def told(collection: Collection, adair: Speaker) -> Callable[..., Quote]:
    """An article of its own with these words, found as a run would find them."""

    def tell(words: str, **fields: object) -> Quote:
        article = make_article(
            collection, f"{words} Ines Adair said.\n\nNo {Quote.objects.count()}"
        )
        fields.setdefault("speaker", adair)
        quote = make_quote(article, words, **fields)
        find_same_words(article=article)
        return quote

    return tell


def groups() -> list[tuple[str, set[int]]]:
    rows = SameWords.objects.order_by("pk")
    members = SameWordsQuote.objects.members()
    return [
        (row.relation, set(members.filter(group=row).values_list("quote_id", flat=True)))
        for row in rows
    ]


def test_the_same_words_are_one_group_across_articles(told: Callable[..., Quote]):
    first, second, third = told(WHOLE), told(WHOLE.replace(",", " –")), told(WHOLE.upper())
    assert groups() == [("same", {first.pk, second.pk, third.pk})]
    assert list(find_breaks()) == []


def test_a_shortened_version_is_contained_and_the_longer_is_the_fullest(
    told: Callable[..., Quote],
):
    part, whole = told(PART), told(WHOLE)
    assert groups() == [("contained", {part.pk, whole.pk})]
    assert SameWords.objects.get().fullest == whole


def test_nearly_the_same_words_need_the_same_speaker(
    told: Callable[..., Quote], collection: Collection
):
    changed = "“The ferry will sail on Tuesday, whatever the board may think of it.”"
    first = told(WHOLE)
    told(changed, speaker=make_speaker(collection, "Tobias Wrenfield"))
    assert groups() == []
    near = told(changed.replace("Tuesday", "Sunday"))
    assert groups() == [("near", {first.pk, near.pk})]


def test_a_few_words_of_another_person_are_no_same_words(
    told: Callable[..., Quote], collection: Collection
):
    told(WHOLE)
    told(PART, speaker=make_speaker(collection, "Tobias Wrenfield"))
    assert groups() == []


def test_fewer_than_four_words_in_a_row_are_nothing(told: Callable[..., Quote]):
    told("“No more comment.”")
    told("“No more comment.”")
    assert groups() == []


def test_words_of_another_collection_are_not_met(told: Callable[..., Quote]):
    other = make_collection()
    article = make_article(other, f"{WHOLE} Ines Adair said.")
    make_quote(article, WHOLE)
    find_same_words(article=article)
    told(WHOLE)
    assert groups() == []


def test_two_long_versions_that_share_a_fragment_are_not_put_together(
    told: Callable[..., Quote],
):
    told(WHOLE)
    told(PART)
    told("“I do not care whatever the harbour board may think, said the mayor of the old town.”")
    assert [len(members) for _, members in groups()] == [2]


def test_a_second_run_changes_nothing(told: Callable[..., Quote]):
    told(PART)
    whole = told(WHOLE)
    before = list(SameWords.objects.values()), list(SameWordsQuote.objects.values())
    assert find_same_words(article=whole.article) == 0
    assert (list(SameWords.objects.values()), list(SameWordsQuote.objects.values())) == before


def test_a_quote_that_goes_takes_its_suggested_group_with_it(told: Callable[..., Quote]):
    told(PART)
    whole = told(WHOLE)
    Quote.objects.filter(pk=whole.pk).update(status="replaced")
    find_same_words(article=whole.article)
    assert groups() == []
    assert not QuoteShingle.objects.filter(quote=whole).exists()


def test_what_is_left_of_a_group_is_measured_afresh(told: Callable[..., Quote]):
    first, second, whole = told(PART), told(PART), told(WHOLE)
    assert groups() == [("contained", {first.pk, second.pk, whole.pk})]
    assert SameWords.objects.get().fullest == whole
    Quote.objects.filter(pk=whole.pk).update(status="replaced")
    find_same_words(article=whole.article)
    assert groups() == [("same", {first.pk, second.pk})]
    assert SameWords.objects.get().fullest == first
    assert list(find_breaks()) == []


def test_what_a_person_decided_is_left_alone(told: Callable[..., Quote]):
    told(PART)
    told(WHOLE)
    SameWords.objects.update(touched=True, status="confirmed", version=2)
    SameWordsQuote.objects.update(state="confirmed")
    before = SameWords.objects.values().get()
    third = told(WHOLE)
    assert SameWords.objects.values().get() == before
    assert SameWordsQuote.objects.get(quote=third).state == "suggested"


def test_a_rejected_group_never_comes_back(told: Callable[..., Quote]):
    part, whole = told(PART), told(WHOLE)
    SameWords.objects.update(touched=True, status="rejected")
    SameWordsQuote.objects.update(state="aside")
    QuoteShingle.objects.all().delete()
    find_same_words(article=part.article)
    find_same_words(article=whole.article)
    assert SameWords.objects.count() == 1


def test_a_quote_inside_a_quote_gives_its_words_anyway(collection: Collection, adair: Speaker):
    article = make_article(collection, f"{WHOLE} Ines Adair said.")
    whole = make_quote(article, WHOLE, speaker=adair)
    make_quote(article, "The ferry will sail on Monday", speaker=adair, parent=whole)
    find_same_words(article=article)
    assert groups() == []


def test_the_work_does_not_grow_with_what_is_stored(
    told: Callable[..., Quote], monkeypatch: pytest.MonkeyPatch
):
    def cost() -> tuple[int, int]:
        compared = []
        with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
            patch.setattr(
                "quotes.operations.same_words.compare",
                lambda a, b: compared.append(1) or compare(a, b),
            )
            told(WHOLE)
        return len(queries), len(compared)

    for _ in range(4):
        told(WHOLE)
    few = cost()
    for _ in range(READ_PER_RUN + 10):
        told(WHOLE)
    many = cost()
    assert many[0] == few[0]
    assert many[1] <= COMPARED + 1


@pytest.mark.model
@pytest.mark.shared
def test_the_pairs_of_the_seed_article_are_suggested(
    shared_texts: Path, collection: Collection
) -> None:
    gold = json.loads((shared_texts / "gold" / "seed-gold.json").read_text())
    text = (shared_texts / "gold" / "seed-article.txt").read_text()
    item = ArticleInput(text=text, headline="Seed")
    article: Article = import_article(collection=collection, item=item, extract=False).article
    run_extraction(run=ExtractionRun.objects.create(article=article))
    places = {q["id"]: (q["content"][0]["start"], q["content"][-1]["end"]) for q in gold["quotes"]}
    found = {}
    for place in SameWordsQuote.objects.members().select_related("quote"):
        for name, (start, end) in places.items():
            if place.quote.start < end and start < place.quote.end:
                found.setdefault(name, set()).add(place.group_id)
    for pair in (("q06", "q08"), ("q13", "q24"), ("q14", "q25")):
        assert found.get(pair[0], set()) & found.get(pair[1], set()), (pair, found)


def test_the_command_finds_what_was_imported_without_being_read(
    collection: Collection, adair: Speaker, capsys: pytest.CaptureFixture[str]
):
    for number in range(2):
        article = make_article(collection, f"{WHOLE} Ines Adair said.\n\nNo {number}")
        make_quote(article, WHOLE, speaker=adair)
    call_command("find_same_words", collection=collection.slug)
    assert "2 quotes" in capsys.readouterr().out
    assert len(groups()) == 1
    with pytest.raises(CommandError):
        call_command("find_same_words", collection="nowhere")

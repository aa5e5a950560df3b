"""The invariants: they hold after ordinary work, and each is broken by what it watches for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.utils import timezone

from annotations.checking import INVARIANTS, find_breaks
from annotations.operations.corrections import confirm_correction
from annotations.operations.quotes import confirm_quote, set_note
from annotations.operations.same_words import confirm_same_words
from quotes.models import (
    Article,
    Correction,
    ExtractionRun,
    Placement,
    Quote,
    QuoteSpan,
    SameWords,
    SameWordsQuote,
)
from tests.factories import (
    make_article,
    make_collection,
    make_correction,
    make_quote,
    make_same_words,
    make_speaker,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db
CLAIM = "“It has held for ninety winters,”"
RETORT = "“It has not held since March,”"
EVIDENCE = "Tobias Wrenfield told the board, correcting the minister."


@pytest.fixture
def settled(article: Article, editor: User) -> Article:
    """An article with a decided correction between two decided quotes."""
    adair = make_speaker(article.collection, "Ines Adair")
    wrenfield = make_speaker(article.collection, "Tobias Wrenfield")
    claim = make_quote(article, CLAIM, speaker=adair, source="she", cue="said")
    retort = make_quote(article, RETORT, speaker=wrenfield)
    correction = make_correction(
        article, EVIDENCE, corrector=wrenfield, corrected=adair, claims=(claim,), retorts=(retort,)
    )
    confirm_quote(public_id=claim.public_id, version=1, user=editor)
    confirm_quote(public_id=retort.public_id, version=1, user=editor)
    confirm_correction(public_id=correction.public_id, version=1, user=editor)
    group = make_same_words(claim, retort)
    confirm_same_words(public_id=group.public_id, version=1, user=editor)
    return article


def test_ordinary_work_breaks_nothing(settled: Article):
    assert list(find_breaks()) == []
    call_command("check_data")


def quote() -> Quote:
    return Quote.objects.get(spans__exact=CLAIM)


def move_span() -> None:
    QuoteSpan.objects.filter(exact="she").update(start=0, end=3)


def move_evidence() -> None:
    Correction.objects.update(start=0, end=len(EVIDENCE))


def move_hull() -> None:
    Quote.objects.filter(pk=quote().pk).update(end=quote().end + 1)


def disorder_parts() -> None:
    start = quote().article.text.index("Ines")
    QuoteSpan.objects.create(
        quote=quote(), role="content", ordinal=9, start=start, end=start + 4, exact="Ines"
    )


def stray_parent() -> None:
    inner = quote()
    other = make_quote(make_article(inner.collection))
    Quote.objects.filter(pk=inner.pk).update(parent=other)


def other_date() -> None:
    Quote.objects.filter(pk=quote().pk).update(published_on=dt.date(2000, 1, 1))


def lost_history() -> None:
    Quote.objects.filter(pk=quote().pk).update(version=7)


def change_behind_the_history() -> None:
    Quote.objects.filter(pk=quote().pk).update(kind="mixed")


def run_over_a_person() -> None:
    run = ExtractionRun.objects.create(article=quote().article)
    Quote.objects.filter(pk=quote().pk).update(run=run)
    ExtractionRun.objects.update(created_at=timezone.now() + dt.timedelta(days=1))


def other_voice() -> None:
    somebody = make_speaker(quote().collection, "Somebody Else")
    Correction.objects.update(corrected=somebody)


def chain_of_retellings() -> None:
    first = Correction.objects.get()
    second = make_correction(first.article, EVIDENCE, retells=first)
    make_correction(first.article, EVIDENCE, retells=second)


def point_to_the_merged() -> None:
    survivor = make_speaker(quote().collection, "Ines Adair-Holm")
    speaker = quote().speaker
    speaker.merged_into = survivor
    speaker.save()


def put_back_in_the_older_version() -> None:
    older = quote().article
    make_article(older.collection)
    Article.objects.exclude(pk=older.pk).update(previous=older)


def ask_for_what_stands() -> None:
    newer = make_article(quote().collection)
    Placement.objects.create(
        quote=quote(),
        older=quote().article,
        newer=newer,
        state="asked",
        status="confirmed",
        why="Its words were changed.",
        version=2,
    )


def group_of_two_collections() -> None:
    other = make_quote(make_article(make_collection()))
    SameWords.objects.update(fullest=other)


def lonely_group() -> None:
    SameWordsQuote.objects.filter(quote__spans__exact=RETORT).delete()


def run_for_ever() -> None:
    ExtractionRun.objects.create(
        article=quote().article,
        state="running",
        started_at=timezone.now() - dt.timedelta(hours=2),
    )


BREAKS = (
    move_span,
    move_evidence,
    move_hull,
    disorder_parts,
    stray_parent,
    other_date,
    lost_history,
    change_behind_the_history,
    run_over_a_person,
    other_voice,
    chain_of_retellings,
    point_to_the_merged,
    put_back_in_the_older_version,
    ask_for_what_stands,
    group_of_two_collections,
    lonely_group,
    run_for_ever,
)


def test_each_invariant_has_something_that_breaks_it():
    assert len(BREAKS) == len(INVARIANTS)


@pytest.mark.parametrize(
    ("spoil", "invariant"),
    list(zip(BREAKS, INVARIANTS, strict=True)),
    ids=[spoil.__name__ for spoil in BREAKS],
)
def test_each_invariant_sees_what_it_watches_for(
    spoil: Callable[[], None], invariant, settled: Article
):
    spoil()
    found = {finding.invariant for finding in find_breaks()}
    assert invariant in found


def test_a_broken_invariant_ends_the_command_with_status_1(settled: Article, capsys):
    move_hull()
    with pytest.raises(SystemExit) as end:
        call_command("check_data")
    assert end.value.code == 1
    assert "hull" in capsys.readouterr().out


def test_a_note_by_a_person_keeps_the_invariants(settled: Article, colleague: User):
    set_note(public_id=quote().public_id, version=2, user=colleague, note="Fine.")
    assert list(find_breaks()) == []

"""A run's suggestions beside people's decisions: what people touched stays as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from annotations.checking import find_breaks
from annotations.operations import quotes as editing
from annotations.operations.corrections import confirm_correction, reject_correction
from annotations.operations.selections import Selection
from quotes.extraction.types import (
    Alias,
    Attribution,
    Candidate,
    Correction,
    Extraction,
    Span,
    Speaker,
)
from quotes.models import Correction as StoredCorrection
from quotes.models import ExtractionRun, Quote, QuoteSpan, SpeakerCandidate
from quotes.models import Speaker as StoredSpeaker
from quotes.operations import apply_extraction
from tests.factories import make_article, make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article, Collection

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FIRST = "“It has held for ninety winters,”"
SECOND = "“It has not held since March,”"
EVIDENCE = "Tobias Wrenfield told the board, correcting the minister."
PEOPLE = (
    Speaker("Ines Adair", "person", (Alias("Ms Adair", "honorific"), Alias("Ines Adair", "name"))),
    Speaker("Tobias Wrenfield", "person"),
    Speaker("the board", "group"),
)


def span(article: Article, words: str) -> Span:
    start = article.text.index(words)
    return Span(start, start + len(words))


def attribution(article: Article, words: str, *, cue: str, speaker: int | None, **fields):
    fields.setdefault("kind", "direct")
    fields.setdefault(
        "candidates", tuple(Candidate(n, 0.5 / (n + 1), "near") for n in range(len(PEOPLE)))
    )
    return Attribution(
        content=(span(article, words),),
        cue=(span(article, cue),) if cue else (),
        source=(),
        act="statement",
        speaker=speaker,
        addressee=None,
        cue_lemma="say",
        confidence=0.9,
        rule="marks",
        reason="“she” said",
        **fields,
    )


def found(article: Article, *attributions: Attribution, **fields) -> Extraction:
    fields.setdefault("corrections", ())
    return Extraction(
        attributions=attributions,
        speakers=PEOPLE,
        skipped=(),
        engine="test/1",
        model="none",
        **fields,
    )


def the_usual(article: Article) -> tuple[Attribution, Attribution]:
    return (
        attribution(article, FIRST, cue="said.", speaker=0),
        attribution(article, SECOND, cue="told", speaker=1),
    )


def apply(article: Article, extraction: Extraction) -> ExtractionRun:
    return apply_extraction(
        run=ExtractionRun.objects.create(article=article), extraction=extraction
    )


def test_suggestions_are_stored_with_spans_people_and_candidates(article: Article):
    run = apply(article, found(article, *the_usual(article)))
    first, second = Quote.objects.in_reading_order().for_display()
    assert run.state == "done"
    assert run.n_quotes == 2
    assert first.speaker is not None
    assert (first.speaker.name, second.speaker.name) == ("Ines Adair", "Tobias Wrenfield")
    assert [part["exact"] for part in first.parts if part["role"] == "content"] == [FIRST]
    assert first.choices[0]["name"] == "Ines Adair"
    assert len(first.choices) == 3
    assert first.status == "suggested"
    assert set(first.speaker.names.values_list("text", flat=True)) == {"Ines Adair", "Ms Adair"}


def test_the_same_run_again_changes_no_identity(article: Article):
    apply(article, found(article, *the_usual(article)))
    before = list(Quote.objects.in_reading_order().values_list("public_id", flat=True))
    apply(article, found(article, *the_usual(article)))
    assert before == list(
        Quote.objects.on_record().in_reading_order().values_list("public_id", flat=True)
    )
    assert StoredSpeaker.objects.count() == 3


def test_speakers_whom_nothing_mentions_are_not_made(article: Article):
    quote = attribution(article, FIRST, cue="said.", speaker=0, candidates=())
    apply(article, found(article, quote))
    assert list(StoredSpeaker.objects.values_list("name", flat=True)) == ["Ines Adair"]


def test_a_full_name_is_the_same_speaker_in_another_article_and_a_group_is_not(
    article: Article, collection: Collection
):
    other = make_article(collection)
    apply(article, found(article, *the_usual(article)))
    apply(other, found(other, *the_usual(other)))
    names = sorted(StoredSpeaker.objects.values_list("name", flat=True))
    assert names == ["Ines Adair", "Tobias Wrenfield", "the board", "the board"]


def test_a_merged_speaker_is_not_matched(article: Article, collection: Collection):
    survivor = make_speaker(collection, "Ines Adair-Holm")
    make_speaker(collection, "Ines Adair", merged_into=survivor)
    apply(article, found(article, *the_usual(article)))
    quote = Quote.objects.in_reading_order().first()
    assert quote.speaker.merged_into is None


def test_untouched_suggestions_that_are_no_longer_found_go_off_the_record(article: Article):
    apply(article, found(article, *the_usual(article)))
    apply(article, found(article, the_usual(article)[1]))
    assert [q.start for q in Quote.objects.on_record()] == [span(article, SECOND).start]
    assert Quote.objects.filter(status="replaced").count() == 1


def test_what_a_person_touched_stays_word_for_word(article: Article, editor: User):
    apply(article, found(article, *the_usual(article)))
    first = Quote.objects.in_reading_order().first()
    editing.confirm_quote(public_id=first.public_id, version=1, user=editor)
    apply(
        article,
        found(
            article,
            attribution(article, FIRST, cue="said.", speaker=1, kind="mixed"),
            the_usual(article)[1],
        ),
    )
    first.refresh_from_db()
    assert (first.status, first.kind, first.version) == ("confirmed", "direct", 2)
    assert first.speaker.name == "Ines Adair"


def test_a_rejected_suggestion_never_comes_back(article: Article, editor: User):
    apply(article, found(article, *the_usual(article)))
    first = Quote.objects.in_reading_order().first()
    editing.reject_quote(public_id=first.public_id, version=1, user=editor)
    slightly_longer = attribution(article, f"{FIRST} she", cue="said.", speaker=0, kind="mixed")
    apply(article, found(article, slightly_longer, the_usual(article)[1]))
    assert Quote.objects.live().count() == 1


def test_a_suggestion_across_a_confirmed_quote_is_dropped(article: Article, editor: User):
    apply(article, found(article, *the_usual(article)))
    first = Quote.objects.in_reading_order().first()
    editing.confirm_quote(public_id=first.public_id, version=1, user=editor)
    wide = attribution(article, f"stand. {FIRST} she said.\n\n{SECOND}", cue="", speaker=0)
    apply(article, found(article, wide))
    assert list(Quote.objects.live()) == [first]


def test_neighbours_may_trade_places(article: Article):
    left, right = "the harbour wall would", "stand"
    both = (
        attribution(article, left, cue="", speaker=0, kind="indirect"),
        attribution(article, right, cue="", speaker=0, kind="indirect"),
    )
    apply(article, found(article, *both))
    moved = (
        attribution(article, "the harbour wall", cue="", speaker=0, kind="indirect"),
        attribution(article, "would stand", cue="", speaker=0, kind="indirect"),
    )
    apply(article, found(article, *moved))
    assert sorted(
        QuoteSpan.objects.filter(quote__status="suggested").values_list("exact", flat=True)
    ) == ["the harbour wall", "would stand"]


def test_a_quote_in_a_quote_points_to_its_parent(article: Article):
    apply(
        article,
        found(
            article,
            attribution(article, "ninety winters", cue="", speaker=1, kind="direct", parent=1),
            attribution(article, FIRST, cue="said.", speaker=0),
        ),
    )
    inner = Quote.objects.exclude(parent=None).get()
    assert inner.parent.spans.get(role="content").exact == FIRST


def correction(article: Article, **fields) -> Correction:
    fields = {"corrector": 1, "corrected": 0, **fields}
    where = span(article, EVIDENCE)
    return Correction(
        start=where.start,
        end=where.end,
        cue=(span(article, "correcting"),),
        kind="contradiction",
        explicitness="verb",
        corrected_quotes=(0,),
        correcting_quotes=(1,),
        retells=None,
        same_point_as=None,
        confidence=0.9,
        rule="frame",
        reason="“correcting”: the verb says so",
        **fields,
    )


def test_corrections_are_stored_with_both_sides(article: Article):
    apply(article, found(article, *the_usual(article), corrections=(correction(article),)))
    stored = StoredCorrection.objects.for_display().get()
    assert (stored.corrector.name, stored.corrected.name) == ("Tobias Wrenfield", "Ines Adair")
    assert stored.exact == EVIDENCE
    assert stored.cue_text == "correcting"
    assert [(s["side"], s["start"]) for s in stored.sides] == [
        ("corrected", span(article, FIRST).start),
        ("correcting", span(article, SECOND).start),
    ]


def test_decided_corrections_survive_the_next_run(article: Article, editor: User):
    both = (correction(article), correction(article, corrected=None))
    apply(article, found(article, *the_usual(article), corrections=both))
    kept, dropped = StoredCorrection.objects.in_reading_order()
    confirm_correction(public_id=kept.public_id, version=1, user=editor)
    reject_correction(public_id=dropped.public_id, version=1, user=editor)
    apply(article, found(article, *the_usual(article), corrections=both))
    assert sorted(StoredCorrection.objects.values_list("status", flat=True)) == [
        "confirmed",
        "rejected",
    ]


def test_a_retelling_of_a_retelling_points_to_the_event(article: Article):
    event = correction(article)
    again = replace(event, retells=0, corrected=2)
    third = replace(event, retells=1, corrected=None)
    apply(article, found(article, *the_usual(article), corrections=(event, again, third)))
    first, second, last = StoredCorrection.objects.order_by("pk")
    assert second.retells == first
    assert last.retells == first


def test_a_date_that_the_engine_read_is_kept_unless_there_is_one(collection: Collection):
    dated = make_article(collection)
    undated = make_article(collection, published_on=None)
    for article in (dated, undated):
        apply(article, found(article, *the_usual(article), date=dt.date(2026, 3, 1)))
        article.refresh_from_db()
    assert (dated.published_on, dated.version) == (dt.date(2026, 2, 27), 1)
    assert (undated.published_on, undated.version) == (dt.date(2026, 3, 1), 2)
    assert {quote.published_on for quote in undated.quotes.all()} == {dt.date(2026, 3, 1)}


def test_stored_suggestions_follow_a_date_that_is_learnt_later(collection: Collection):
    article = make_article(collection, published_on=None)
    apply(article, found(article, *the_usual(article)))
    before = list(article.quotes.values_list("updated_at", flat=True))
    apply(article, found(article, *the_usual(article), date=dt.date(2026, 3, 1)))
    assert set(article.quotes.values_list("published_on", flat=True)) == {dt.date(2026, 3, 1)}
    assert min(article.quotes.values_list("updated_at", flat=True)) > max(before)


def nested(article: Article, **fields) -> tuple[Attribution, Attribution]:
    return (
        attribution(article, FIRST, cue="said.", speaker=0),
        attribution(article, "ninety winters", cue="", speaker=1, parent=0, **fields),
    )


def test_the_quote_around_a_decided_one_stays(article: Article, editor: User):
    apply(article, found(article, *nested(article)))
    inner = Quote.objects.exclude(parent=None).get()
    editing.confirm_quote(public_id=inner.public_id, version=1, user=editor)
    apply(article, found(article, *nested(article)))
    apply(article, found(article))
    inner.refresh_from_db()
    assert inner.parent.status == "suggested"
    assert inner.status == "confirmed"


def test_what_was_inside_a_quote_that_somebody_shortened_stands_by_itself(
    article: Article, editor: User
):
    apply(article, found(article, *nested(article)))
    outer = Quote.objects.get(parent=None)
    inner = Quote.objects.get(parent=outer)
    words = span(article, "“It has held")
    editing.set_boundaries(
        public_id=outer.public_id,
        version=1,
        user=editor,
        content=[Selection(words.start, words.end, "“It has held")],
    )
    for _ in range(2):
        assert apply(article, found(article, *nested(article))).state == "done"
        assert set(Quote.objects.live().values_list("pk", "parent")) == {
            (outer.pk, None),
            (inner.pk, None),
        }
        assert list(find_breaks()) == []


@pytest.mark.parametrize("decide", [editing.confirm_quote, editing.reject_quote])
@pytest.mark.parametrize("words", ["It has held for ninety wint", "has held for"])
def test_the_quote_around_a_decided_one_stays_around_it(
    article: Article, editor: User, decide: Callable[..., Quote], words: str
):
    apply(article, found(article, *nested(article)))
    inner = Quote.objects.exclude(parent=None).get()
    decide(public_id=inner.public_id, version=1, user=editor)
    other = attribution(article, words, cue="said." if "It" in words else "", speaker=0)
    for again in (other, nested(article)[0]):
        assert apply(article, found(article, again)).state == "done"
        outer = Quote.objects.live().top_level().get()
        inner.refresh_from_db()
        assert inner.parent == outer
        assert list(find_breaks()) == []


def test_a_rejected_suggestion_stays_away_with_other_cues_and_moved_boundaries(
    article: Article, editor: User
):
    bare = attribution(article, FIRST, cue="", speaker=0)
    apply(article, found(article, bare))
    quote = Quote.objects.get()
    words = "ninety winters"
    start = article.text.index(words)
    editing.set_boundaries(
        public_id=quote.public_id,
        version=1,
        user=editor,
        content=[Selection(start, start + len(words), words)],
    )
    editing.reject_quote(public_id=quote.public_id, version=2, user=editor)
    with_cue = attribution(article, FIRST, cue="said.", speaker=0)
    apply(article, found(article, bare))
    apply(article, found(article, with_cue))
    assert not Quote.objects.live().exists()


def test_a_run_leaves_the_quotes_of_a_confirmed_correction(article: Article, editor: User):
    apply(article, found(article, *the_usual(article), corrections=(correction(article),)))
    stored = StoredCorrection.objects.get()
    confirm_correction(public_id=stored.public_id, version=1, user=editor)
    apply(article, found(article, attribution(article, FIRST, cue="said.", speaker=1)))
    sides = StoredCorrection.objects.for_display().get().sides
    assert [side["side"] for side in sides] == ["corrected", "correcting"]
    assert list(find_breaks()) == []


def test_two_attributions_never_become_one_row(article: Article):
    wide = attribution(article, f"{FIRST} she", cue="", speaker=0, kind="mixed")
    inner = attribution(article, FIRST, cue="", speaker=1, parent=0)
    apply(article, found(article, attribution(article, FIRST, cue="", speaker=0)))
    for _ in range(2):
        run = apply(article, found(article, wide, inner))
        assert run.state == "done"
        assert Quote.objects.live().count() == 2


def test_two_like_corrections_stay_two(article: Article):
    both = (correction(article), correction(article))
    for _ in range(2):
        apply(article, found(article, *the_usual(article), corrections=both))
        assert StoredCorrection.objects.live().count() == 2


def test_a_suggestion_that_grew_into_a_confirmed_quote_goes_off_the_record(
    article: Article, editor: User
):
    left, right = "Ines Adair said the harbour wall would", "stand"

    def told(words: str) -> Attribution:
        return attribution(article, words, cue="", speaker=0, kind="indirect")

    apply(article, found(article, told(left), told(right)))
    kept = Quote.objects.get(start=span(article, right).start)
    editing.confirm_quote(public_id=kept.public_id, version=1, user=editor)
    apply(article, found(article, told(f"{left} {right}")))
    assert Quote.objects.live().get() == kept
    assert Quote.objects.get(start=0).status == "replaced"
    assert list(find_breaks()) == []


def test_a_card_names_each_candidate_once_and_nine_at_most(article: Article):
    many = [Speaker(f"Tobias Wrenfield {'I' * n}", "person") for n in range(1, 12)]
    choices = tuple(Candidate(n, 0.5 / (n + 1), "near") for n in (1, 0, 1, *range(2, 11)))
    quote = attribution(article, FIRST, cue="said.", speaker=1, candidates=choices)
    apply(article, replace(found(article, quote), speakers=tuple(many)))
    stored = SpeakerCandidate.objects.order_by("rank").values_list("rank", "speaker__name")
    wanted = [many[n].name for n in (1, 0, *range(2, 9))]
    assert list(stored) == list(enumerate(wanted, start=1))


def test_the_same_evidence_between_other_people_is_another_correction(article: Article):
    apply(article, found(article, *the_usual(article), corrections=(correction(article),)))
    first = StoredCorrection.objects.get()
    other = correction(article, corrected=2)
    apply(article, found(article, *the_usual(article), corrections=(other,)))
    first.refresh_from_db()
    now = StoredCorrection.objects.live().get()
    assert (first.status, first.corrected.name) == ("replaced", "Ines Adair")
    assert (now.exact, now.corrected.name) == (EVIDENCE, "the board")


def test_a_correction_is_tied_to_each_quote_once_and_to_none_that_was_rejected(
    article: Article, editor: User
):
    apply(article, found(article, *the_usual(article)))
    claim, retort = Quote.objects.in_reading_order()
    editing.reject_quote(public_id=claim.public_id, version=1, user=editor)
    twice = replace(correction(article), correcting_quotes=(1, 1))
    apply(article, found(article, *the_usual(article), corrections=(twice,)))
    sides = StoredCorrection.objects.for_display().get().sides
    assert [(side["side"], side["start"]) for side in sides] == [("correcting", retort.start)]

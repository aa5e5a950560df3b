"""Two speakers are one, one speaker is two: all of it at once, nothing lost, and back again."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from annotations.checking import find_breaks
from annotations.models import Edit
from annotations.operations import corrections as on_corrections
from annotations.operations import speakers
from annotations.operations.quotes import confirm_quote, set_speaker
from annotations.operations.speakers import (
    create_speaker,
    merge_speakers,
    split_speaker,
    undo_speaker_edit,
)
from annotations.operations.undoing import redo_last, undo_last
from annotations.operations.withdrawing import withdraw
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.extraction.types import Correction as FoundCorrection
from quotes.extraction.types import Extraction
from quotes.extraction.types import Speaker as FoundSpeaker
from quotes.models import (
    Correction,
    CorrectionQuote,
    ExtractionRun,
    Quote,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
)
from quotes.normal_form import normal_name
from quotes.operations import apply_extraction
from tests.factories import make_article, make_collection, make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article, Collection

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EVIDENCE = (
    "“It has not held since March,” Tobias Wrenfield told the board, correcting the minister."
)


@pytest.fixture
def adair(collection: Collection) -> Speaker:
    return make_speaker(collection, "Ines Adair", wikidata_id="Q77")


@pytest.fixture
def ms(collection: Collection) -> Speaker:
    return make_speaker(collection, "Ms Adair")


@pytest.fixture
def tobias(collection: Collection) -> Speaker:
    return make_speaker(collection, "Tobias Wrenfield")


@pytest.fixture
def said(article: Article, adair: Speaker, ms: Speaker, tobias: Speaker, editor: User) -> Quote:
    """A quote of Ms Adair that somebody confirmed, one that nobody saw, a confirmed correction."""
    first = make_quote(
        article, "“It has held for ninety winters,”", speaker=ms, candidates=(ms, tobias, adair)
    )
    make_quote(article, "“The figure is forty million,”", speaker=ms, candidates=(adair, ms))
    retort = make_quote(article, "“It has not held since March,”", speaker=tobias, addressee=ms)
    correction = make_correction(
        article, EVIDENCE, corrector=tobias, corrected=ms, claims=(first,), retorts=(retort,)
    )
    confirm_quote(public_id=first.public_id, version=1, user=editor)
    on_corrections.confirm_correction(public_id=correction.public_id, version=1, user=editor)
    return first


def merge(child: Speaker, parent: Speaker, user: User) -> Speaker:
    child.refresh_from_db()
    return merge_speakers(
        public_id=child.public_id, version=child.version, user=user, into_id=parent.public_id
    )


def points_to(speaker: Speaker) -> int:
    return (
        Quote.objects.filter(Q(speaker=speaker) | Q(addressee=speaker)).count()
        + Correction.objects.filter(Q(corrector=speaker) | Q(corrected=speaker)).count()
        + SpeakerCandidate.objects.filter(speaker=speaker).count()
        + SpeakerName.objects.filter(speaker=speaker).count()
        + Speaker.objects.filter(merged_into=speaker).count()
    )


def record() -> dict[str, list[Any]]:
    """Everything about speakers that a merge may change."""
    return {
        "quotes": list(
            Quote.objects.order_by("pk").values_list(
                "speaker__name", "addressee__name", "status", "touched"
            )
        ),
        "corrections": list(
            Correction.objects.order_by("pk").values_list(
                "corrector__name", "corrected__name", "status"
            )
        ),
        "candidates": list(
            SpeakerCandidate.objects.order_by("quote", "rank").values_list(
                "quote", "rank", "speaker__name", "probability"
            )
        ),
        "names": sorted(SpeakerName.objects.values_list("speaker__name", "text")),
        "speakers": sorted(
            Speaker.objects.values_list("name", "merged_into__name", "wikidata_id"), key=str
        ),
    }


def test_nothing_points_to_a_merged_speaker(
    said: Quote, ms: Speaker, adair: Speaker, editor: User, collection: Collection
):
    earlier = make_speaker(collection, "I. Adair")
    merge(earlier, ms, editor)
    assert merge(ms, adair, editor) == adair
    ms.refresh_from_db()
    assert ms.merged_into == adair
    assert points_to(ms) == points_to(earlier) == 0
    earlier.refresh_from_db()
    assert earlier.merged_into == adair
    assert set(adair.names.values_list("text", flat=True)) == {"Ines Adair", "Ms Adair", "I. Adair"}
    assert list(find_breaks()) == []


def test_each_quote_that_people_worked_on_has_its_history_row_and_new_version(
    said: Quote, ms: Speaker, adair: Speaker, editor: User
):
    merge(ms, adair, editor)
    said.refresh_from_db()
    edit = Edit.objects.get(object_id=said.public_id, version=said.version)
    assert (said.version, edit.action) == (3, "quote.speaker_moved")
    assert (edit.before["speaker_name"], edit.after["speaker_name"]) == ("Ms Adair", "Ines Adair")
    unseen = Quote.objects.get(touched=False, speaker=adair)
    assert (unseen.version, unseen.status) == (2, "suggested")


def test_a_card_that_had_both_as_candidates_keeps_one_in_the_better_place(
    said: Quote, ms: Speaker, adair: Speaker, editor: User
):
    merge(ms, adair, editor)
    digits = SpeakerCandidate.objects.filter(quote=said).order_by("rank")
    assert list(digits.values_list("rank", "speaker__name", "probability")) == [
        (1, "Ines Adair", 0.5),
        (2, "Tobias Wrenfield", 0.25),
    ]


def test_undo_and_redo_put_everything_where_it_was(
    said: Quote, ms: Speaker, adair: Speaker, editor: User, collection: Collection
):
    SpeakerName.objects.create(speaker=ms, text="Ines  ADAIR", norm=normal_name("Ines Adair"))
    before = record()
    merge(ms, adair, editor)
    merged = record()
    assert merged != before
    undo_last(user=editor)
    assert record() == before
    redo_last(user=editor)
    assert record() == merged
    undo_last(user=editor)
    assert record() == before
    assert list(find_breaks()) == []


def test_an_undone_merge_leaves_what_was_decided_since(
    said: Quote, ms: Speaker, adair: Speaker, tobias: Speaker, editor: User, colleague: User
):
    merge(ms, adair, editor)
    unseen = Quote.objects.get(touched=False, speaker=adair)
    set_speaker(
        public_id=unseen.public_id,
        version=unseen.version,
        user=colleague,
        speaker_id=tobias.public_id,
    )
    own = make_quote(said.article, "“It was always forty.”", speaker=adair)
    undo_last(user=editor)
    for quote, speaker in ((unseen, tobias), (own, adair), (said, ms)):
        quote.refresh_from_db()
        assert quote.speaker == speaker


def test_undo_is_refused_where_a_confirmed_correction_stands_on_both(
    article: Article, ms: Speaker, adair: Speaker, tobias: Speaker, editor: User
):
    quote = make_quote(article, "“It has held for ninety winters,”", speaker=ms)
    correction = make_correction(article, EVIDENCE, corrector=tobias, corrected=adair)
    merge(ms, adair, editor)
    on_corrections.set_correction_quotes(
        public_id=correction.public_id,
        version=1,
        user=editor,
        corrected=[quote.public_id],
        correcting=[],
    )
    on_corrections.confirm_correction(public_id=correction.public_id, version=2, user=editor)
    ms.refresh_from_db()
    with pytest.raises(NotAllowedNow, match="Reopen it first"):
        undo_speaker_edit(public_id=ms.public_id, version=ms.version, user=editor)
    quote.refresh_from_db()
    assert quote.speaker == adair


def test_a_chain_of_merges_comes_apart_in_any_order(
    said: Quote, ms: Speaker, adair: Speaker, collection: Collection, editor: User
):
    minister = make_speaker(collection, "the minister")
    own = make_quote(said.article, "“It was always forty.”", speaker=minister)
    merge(ms, minister, editor)
    merge(minister, adair, editor)
    ms.refresh_from_db()
    undo_speaker_edit(public_id=ms.public_id, version=2, user=editor)
    said.refresh_from_db()
    own.refresh_from_db()
    assert (said.speaker, own.speaker) == (ms, adair)
    minister.refresh_from_db()
    undo_speaker_edit(public_id=minister.public_id, version=minister.version, user=editor)
    own.refresh_from_db()
    said.refresh_from_db()
    assert (said.speaker, own.speaker) == (ms, minister)
    assert list(find_breaks()) == []


def test_an_older_decision_can_still_be_undone_after_a_merge(
    article: Article, ms: Speaker, adair: Speaker, editor: User, colleague: User
):
    quote = make_quote(article, speaker=ms)
    confirm_quote(public_id=quote.public_id, version=1, user=editor)
    merge(ms, adair, colleague)
    undo_last(user=editor)
    quote.refresh_from_db()
    assert (quote.status, quote.speaker) == ("suggested", adair)


def test_undecided_corrections_between_the_two_are_settled_and_come_back_with_undo(
    article: Article, ms: Speaker, adair: Speaker, editor: User
):
    correction = make_correction(article, EVIDENCE, corrector=ms, corrected=adair)
    merge(ms, adair, editor)
    correction.refresh_from_db()
    assert (correction.status, correction.corrector, correction.corrected) == (
        "rejected",
        adair,
        None,
    )
    undo_last(user=editor)
    correction.refresh_from_db()
    assert (correction.status, correction.corrector, correction.corrected) == (
        "suggested",
        ms,
        adair,
    )
    assert list(find_breaks()) == []


def test_a_correction_rejected_before_stays_as_it_was_decided(
    article: Article, ms: Speaker, adair: Speaker, editor: User, reader: User
):
    correction = make_correction(
        article, EVIDENCE, corrector=ms, corrected=adair, status="rejected", decided_by=reader
    )
    merge(ms, adair, editor)
    correction.refresh_from_db()
    assert (correction.status, correction.decided_by) == ("rejected", reader)
    assert (correction.corrector, correction.corrected) == (adair, None)


def test_a_merge_done_again_rejects_as_of_the_first_time(
    article: Article, ms: Speaker, adair: Speaker, editor: User
):
    correction = make_correction(article, EVIDENCE, corrector=ms, corrected=adair)
    merge(ms, adair, editor)
    correction.refresh_from_db()
    rejected_at = correction.decided_at
    for _ in range(2):
        undo_last(user=editor)
        redo_last(user=editor)
        correction.refresh_from_db()
        assert (correction.status, correction.decided_at) == ("rejected", rejected_at)


def test_two_sides_of_a_confirmed_correction_are_not_merged(
    article: Article, ms: Speaker, adair: Speaker, editor: User
):
    correction = make_correction(article, EVIDENCE, corrector=ms, corrected=adair)
    on_corrections.confirm_correction(public_id=correction.public_id, version=1, user=editor)
    with pytest.raises(NotAllowedNow, match="two sides of a confirmed correction"):
        merge(ms, adair, editor)
    assert not Edit.objects.filter(action="speaker.merged").exists()


def test_the_engine_finds_the_survivor_and_no_correction_of_oneself(
    article: Article, ms: Speaker, adair: Speaker, editor: User
):
    make_quote(article, speaker=ms)
    merge(ms, adair, editor)
    run = ExtractionRun.objects.create(article=article, state=ExtractionRun.State.RUNNING)
    start = article.text.index(EVIDENCE)
    found = FoundCorrection(
        start=start,
        end=start + len(EVIDENCE),
        cue=(),
        kind="denial",
        explicitness="verb",
        corrector=0,
        corrected=1,
        corrected_quotes=(),
        correcting_quotes=(),
        retells=None,
        same_point_as=None,
        confidence=0.5,
        rule="test",
        reason="",
    )
    people = (FoundSpeaker("Ms Adair", "person", ()), FoundSpeaker("Ines Adair", "person", ()))
    apply_extraction(
        run=run,
        extraction=Extraction(
            attributions=(),
            speakers=people,
            corrections=(found,),
            skipped=(),
            engine="test",
            model="",
        ),
    )
    assert not Correction.objects.exists()
    assert points_to(ms) == 0


def test_the_wikidata_id_goes_with_the_merge(
    collection: Collection, adair: Speaker, ms: Speaker, editor: User
):
    merge(adair, ms, editor)
    ms.refresh_from_db()
    assert ms.wikidata_id == "Q77"
    undo_last(user=editor)
    ms.refresh_from_db()
    adair.refresh_from_db()
    assert (ms.wikidata_id, adair.wikidata_id) == (None, "Q77")


def test_refusals_change_nothing(
    said: Quote, ms: Speaker, adair: Speaker, editor: User, outsider: User, researcher: User
):
    elsewhere = make_speaker(make_collection("Far desk"), "Ines Adair")
    before = record()
    cases: list[tuple[type[Exception], dict[str, Any]]] = [
        (StaleVersion, {"version": 7}),
        (Invalid, {"into_id": ms.public_id}),
        (Invalid, {"into_id": elsewhere.public_id}),
        (Invalid, {"into_id": uuid.uuid4()}),
        (NotVisible, {"public_id": uuid.uuid4()}),
        (NotVisible, {"user": outsider}),
        (PermissionDenied, {"user": researcher}),
    ]
    good = {
        "public_id": ms.public_id,
        "version": 1,
        "user": editor,
        "into_id": adair.public_id,
    }
    for refusal, change in cases:
        with pytest.raises(refusal):
            merge_speakers(**{**good, **change})
    assert record() == before
    merge_speakers(**good)
    assert merge_speakers(**good) == adair  # a double click
    third = make_speaker(ms.collection, "Third")
    with pytest.raises(StaleVersion):
        merge_speakers(**{**good, "into_id": third.public_id})


def test_neither_side_of_a_merge_was_merged_before(
    ms: Speaker, adair: Speaker, tobias: Speaker, editor: User
):
    gone = make_speaker(ms.collection, "Ines A.", merged_into=adair)
    for child, parent in ((gone, tobias), (tobias, gone)):
        with pytest.raises(NotAllowedNow, match=r"Ines A\. was merged into another speaker"):
            merge(child, parent, editor)
    tobias.refresh_from_db()
    gone.refresh_from_db()
    assert (tobias.merged_into, gone.merged_into) == (None, adair)
    assert not Edit.objects.exists()


def test_an_older_merge_is_not_undone_past_a_newer_one(
    ms: Speaker, adair: Speaker, tobias: Speaker, editor: User
):
    merge(ms, adair, editor)
    undo_speaker_edit(public_id=ms.public_id, version=2, user=editor)
    merge(ms, tobias, editor)
    with pytest.raises(NotAllowedNow, match="Somebody changed this since"):
        undo_speaker_edit(public_id=ms.public_id, version=2, user=editor)
    ms.refresh_from_db()
    assert ms.merged_into == tobias


def test_a_speaker_who_is_withdrawn_meanwhile_is_not_visible(
    ms: Speaker, adair: Speaker, make_member: Any, monkeypatch: pytest.MonkeyPatch
):
    manager = make_member("mina", "manager")

    def wait_for_another(collection_id: int) -> None:
        monkeypatch.undo()
        which = {"kind": "speaker", "public_id": ms.public_id, "version": 1}
        withdraw(**which, user=manager, reason="A court has said so.")

    monkeypatch.setattr(speakers, "lock_matching", wait_for_another)
    with pytest.raises(NotVisible):
        merge(ms, adair, manager)
    ms.refresh_from_db()
    assert ms.merged_into is None
    assert not Edit.objects.filter(action="speaker.merged").exists()


def test_a_speaker_whom_others_keep_naming_is_left_for_later(
    said: Quote, ms: Speaker, adair: Speaker, editor: User, monkeypatch: pytest.MonkeyPatch
):
    before = record()
    monkeypatch.setattr(speakers, "are_all", lambda held, speaker: False)
    with pytest.raises(NotAllowedNow, match="Try again in a moment"):
        merge(ms, adair, editor)
    assert record() == before


class TestSplit:
    """Two people of one name, taken for one."""

    @pytest.fixture
    def other(self, collection: Collection) -> Article:
        return make_article(collection, published_on=dt.date(2026, 5, 1), headline="Other town")

    @pytest.fixture
    def two(self, said: Quote, other: Article, ms: Speaker, tobias: Speaker) -> Quote:
        quote = make_quote(other, speaker=ms, candidates=(ms, tobias))
        make_correction(other, EVIDENCE, corrector=tobias, corrected=ms, claims=(quote,))
        return quote

    def split(self, speaker: Speaker, editor: User, **change: Any) -> Speaker:
        speaker.refresh_from_db()
        good: dict[str, Any] = {
            "public_id": speaker.public_id,
            "version": speaker.version,
            "user": editor,
            "name": "Ms Adair (poet)",
            "articles": [],
        }
        return split_speaker(**{**good, **change})

    def test_what_stands_in_the_chosen_articles_goes_to_the_new_one(
        self, two: Quote, said: Quote, other: Article, ms: Speaker, editor: User
    ):
        new = self.split(ms, editor, articles=[other.public_id])
        two.refresh_from_db()
        said.refresh_from_db()
        assert (two.speaker, said.speaker) == (new, ms)
        assert Correction.objects.get(article=other).corrected == new
        assert SpeakerCandidate.objects.get(quote=two, rank=1).speaker == new
        assert [name.text for name in new.names.all()] == ["Ms Adair (poet)"]
        links = CorrectionQuote.objects.filter(correction__article=other)
        assert links.fitting().count() == 1
        assert list(find_breaks()) == []

    def test_undo_and_redo(
        self, two: Quote, other: Article, ms: Speaker, editor: User, collection: Collection
    ):
        before = record()
        self.split(ms, editor, articles=[other.public_id])
        split = record()
        undo_last(user=editor)
        undone = record()
        assert undone["quotes"] == before["quotes"]
        assert undone["candidates"] == before["candidates"]
        assert undone["names"] == before["names"]
        redo_last(user=editor)
        assert record() == split
        undo_last(user=editor)
        assert record() == undone
        assert list(find_breaks()) == []

    def test_refusals(self, two: Quote, other: Article, ms: Speaker, editor: User, reader: User):
        elsewhere = make_article(ms.collection)
        for refusal, change in (
            (Invalid, {"articles": []}),
            (Invalid, {"articles": [elsewhere.public_id]}),
            (Invalid, {"articles": [other.public_id], "name": " "}),
            (StaleVersion, {"articles": [other.public_id], "version": 9}),
            (PermissionDenied, {"articles": [other.public_id], "user": reader}),
        ):
            with pytest.raises(refusal):
                self.split(ms, editor, **change)
        assert not Speaker.objects.filter(name__contains="poet").exists()

    def test_a_merged_speaker_is_not_split(
        self, two: Quote, other: Article, ms: Speaker, adair: Speaker, editor: User
    ):
        Speaker.objects.filter(pk=ms.pk).update(merged_into=adair)
        with pytest.raises(NotAllowedNow, match="was merged into another"):
            self.split(ms, editor, articles=[other.public_id])
        two.refresh_from_db()
        assert two.speaker == ms

    def test_a_name_that_goes_along_is_not_written_twice(
        self, two: Quote, other: Article, ms: Speaker, editor: User
    ):
        SpeakerName.objects.create(speaker=ms, text="The Poet", norm="the poet", kind="title")
        new = self.split(
            ms, editor, name="The poet", articles=[other.public_id], names=["The Poet"]
        )
        assert list(new.names.values_list("text", "kind")) == [("The Poet", "title")]
        assert [name.text for name in ms.names.all()] == ["Ms Adair"]
        assert list(find_breaks()) == []
        undo_last(user=editor)
        assert sorted(name.text for name in ms.names.all()) == ["Ms Adair", "The Poet"]
        assert not new.names.exists()


def test_a_made_up_history_row_is_not_undone(collection: Collection, editor: User):
    speaker = create_speaker(collection=collection, user=editor, name="Ines Adair")
    with pytest.raises(NotVisible):
        undo_speaker_edit(public_id=speaker.public_id, version=1, user=editor)

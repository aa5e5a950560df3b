"""Withdrawing a speaker, a quote, a correction: off the record at once, and back as it was."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied

from annotations.checking import find_breaks
from annotations.models import Edit, IdempotencyRecord, WebhookDelivery
from annotations.operations import withdrawing
from annotations.operations.corrections import confirm_correction
from annotations.operations.putting_back import put_back
from annotations.operations.quotes import confirm_quote, set_speaker
from annotations.operations.speakers import merge_speakers, undo_speaker_edit
from annotations.operations.undoing import ChangedSince, redo_last, undo_edit, undo_last
from annotations.operations.webhooks import add_webhook
from annotations.operations.withdrawing import withdraw
from annotations.refusals import (
    Invalid,
    NotAllowedNow,
    NothingToUndo,
    NotVisible,
    StaleVersion,
)
from quotes.models import (
    Article,
    Correction,
    ExtractionRun,
    Membership,
    Placement,
    Quote,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
    Withdrawal,
)
from quotes.operations import apply_extraction
from tests.annotations.stories import SAMPLES, expected_extraction, load_story
from tests.factories import STORY, make_article, make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Collection

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass
class Desk:
    manager: User
    editor: User
    article: Article
    ines: Speaker
    tobias: Speaker
    said: Quote
    retort: Quote
    correction: Correction


@pytest.fixture
def desk(collection: Collection, make_member: Any, editor: User) -> Desk:
    """Perpetua says one thing, Tobias corrects her; she may have said his words too."""
    article = make_article(collection)
    ines = make_speaker(collection, "Perpetua Lanyon", description="harbour minister")
    SpeakerName.objects.create(speaker=ines, text="Dame Perpetua", norm="dame perpetua")
    tobias = make_speaker(collection, "Tobias Wrenfield")
    said = make_quote(article, "“It has held for ninety winters,”", speaker=ines)
    retort = make_quote(
        article,
        "“It has not held since March,”",
        speaker=tobias,
        candidates=(tobias, ines),
        addressee=ines,
        reason="“Wrenfield” → Tobias Wrenfield, not Perpetua Lanyon",
    )
    confirm_quote(public_id=said.public_id, version=1, user=editor)
    confirm_quote(public_id=retort.public_id, version=1, user=editor)
    words = "“It has not held since March,” Tobias Wrenfield told the board"
    sides = {"corrector": tobias, "corrected": ines, "claims": (said,), "retorts": (retort,)}
    correction = make_correction(article, words, **sides)
    confirm_correction(public_id=correction.public_id, version=1, user=editor)
    manager = make_member("mina", Membership.Role.MANAGER)
    desk = Desk(manager, editor, article, ines, tobias, said, retort, correction)
    refresh(desk)
    return desk


def refresh(desk: Desk) -> None:
    for row in (desk.ines, desk.tobias, desk.said, desk.retort, desk.correction):
        row.refresh_from_db()


def withdraw_it(desk: Desk, row: Any, *, user: User | None = None, **how: Any) -> Withdrawal:
    kind = type(row).__name__.lower()
    how = {"version": row.version, "reason": "A court has said so.", **how}
    return withdraw(kind=kind, public_id=row.public_id, user=user or desk.manager, **how)


def state_of_all() -> list[Any]:
    """All that a withdrawal may change, but for versions and times."""
    rows: list[Any] = []
    fields = ("public_id", "status", "touched", "speaker", "addressee", "reason", "suggestion")
    rows += Quote.objects.order_by("pk").values_list(*fields, "withdrawal")
    fields = ("public_id", "status", "touched", "corrector", "corrected", "withdrawal")
    rows += Correction.objects.order_by("pk").values_list(*fields)
    fields = ("public_id", "name", "description", "wikidata_id", "withdrawal")
    rows += Speaker.objects.order_by("pk").values_list(*fields)
    names = SpeakerName.objects.order_by("speaker", "text")
    rows += names.values_list("speaker", "text", "norm", "kind", "place", "origin")
    candidates = SpeakerCandidate.objects.order_by("quote", "rank")
    rows += candidates.values_list("quote", "speaker", "rank", "probability", "reason")
    return rows


def test_a_withdrawn_speaker_takes_along_what_they_said_and_corrected(desk: Desk):
    act = withdraw_it(desk, desk.ines)
    refresh(desk)
    assert (act.n_quotes, act.n_corrections) == (1, 1)
    assert (desk.said.status, desk.correction.status) == ("withdrawn", "withdrawn")
    assert (desk.ines.name, desk.ines.description) == ("Withdrawn", "")
    assert not desk.ines.names.exists()
    assert desk.retort.status == "confirmed"
    assert list(find_breaks()) == []


def test_a_quote_by_another_forgets_the_withdrawn_speaker(desk: Desk):
    withdraw_it(desk, desk.ines)
    refresh(desk)
    assert desk.retort.addressee is None
    assert "Perpetua" not in desk.retort.reason
    assert not SpeakerCandidate.objects.filter(quote=desk.retort, speaker=desk.ines).exists()


@pytest.mark.parametrize("which", ["ines", "said", "retort", "correction"])
def test_what_is_put_back_is_as_it_was(desk: Desk, which: str):
    before = state_of_all()
    act = withdraw_it(desk, getattr(desk, which))
    assert state_of_all() != before
    put_back(public_id=act.public_id, user=desk.manager)
    assert state_of_all() == before
    act.refresh_from_db()
    assert (act.ended_by, act.kept, act.norms) == (desk.manager, {}, [])
    assert list(find_breaks()) == []


def test_what_is_put_back_twice_returns_once(desk: Desk):
    act = withdraw_it(desk, desk.said)
    for _ in range(2):
        assert put_back(public_id=act.public_id, user=desk.manager).ended_by == desk.manager
    refresh(desk)
    assert desk.said.status == "confirmed"
    assert Edit.objects.filter(action="quote.put_back").count() == 1


def test_the_suggestion_of_a_quote_that_another_said_names_the_speaker_again(desk: Desk):
    quote = make_quote(
        desk.article,
        "“The figure is forty million,”",
        speaker=desk.ines,
        candidates=(desk.tobias,),
    )
    there = {"user": desk.editor, "speaker_id": desk.tobias.public_id}
    set_speaker(public_id=quote.public_id, version=1, **there)
    before = state_of_all()
    act = withdraw_it(desk, desk.ines)
    quote.refresh_from_db()
    assert quote.suggestion["speaker_name"] is None
    put_back(public_id=act.public_id, user=desk.manager)
    quote.refresh_from_db()
    assert quote.suggestion["speaker_name"] == "Perpetua Lanyon"
    assert state_of_all() == before


def test_a_quote_that_speaks_to_somebody_else_by_now_keeps_that(desk: Desk, collection):
    act = withdraw_it(desk, desk.ines)
    uma = make_speaker(collection, "Uma Thole")
    Quote.objects.filter(pk=desk.retort.pk).update(addressee=uma)
    put_back(public_id=act.public_id, user=desk.manager)
    refresh(desk)
    assert desk.retort.addressee == uma
    assert "Perpetua" in desk.retort.reason
    assert SpeakerCandidate.objects.filter(quote=desk.retort, speaker=desk.ines).exists()


def test_a_wikidata_id_that_another_has_by_now_stays_with_that_one(desk: Desk, collection):
    Speaker.objects.filter(pk=desk.ines.pk).update(wikidata_id="Q42")
    act = withdraw_it(desk, desk.ines)
    anew = make_speaker(collection, "P. Lanyon", wikidata_id="Q42")
    put_back(public_id=act.public_id, user=desk.manager)
    refresh(desk)
    anew.refresh_from_db()
    assert (desk.ines.name, desk.ines.wikidata_id) == ("Perpetua Lanyon", None)
    assert anew.wikidata_id == "Q42"
    assert list(find_breaks()) == []


def test_a_wikidata_id_that_nobody_took_comes_back(desk: Desk):
    Speaker.objects.filter(pk=desk.ines.pk).update(wikidata_id="Q42")
    before = state_of_all()
    act = withdraw_it(desk, desk.ines)
    assert not Speaker.objects.filter(wikidata_id="Q42").exists()
    put_back(public_id=act.public_id, user=desk.manager)
    assert state_of_all() == before


def test_a_withdrawn_quote_takes_along_the_corrections_that_repeat_it(desk: Desk):
    withdraw_it(desk, desk.retort)
    refresh(desk)
    assert (desk.retort.status, desk.correction.status) == ("withdrawn", "withdrawn")
    assert desk.said.status == "confirmed"


def test_a_withdrawn_correction_goes_alone(desk: Desk):
    withdraw_it(desk, desk.correction)
    refresh(desk)
    assert desk.correction.status == "withdrawn"
    assert (desk.said.status, desk.retort.status) == ("confirmed", "confirmed")


def test_speakers_merged_into_a_withdrawn_one_lose_their_names_too(desk: Desk, collection):
    short = make_speaker(collection, "Petra Lanyon")
    merge_speakers(
        public_id=short.public_id, version=1, user=desk.editor, into_id=desk.ines.public_id
    )
    refresh(desk)
    before = state_of_all()
    act = withdraw_it(desk, desk.ines)
    short.refresh_from_db()
    assert (short.name, short.is_withdrawn) == ("Withdrawn", True)
    with pytest.raises(NotVisible):
        undo_speaker_edit(public_id=short.public_id, version=2, user=desk.editor)
    put_back(public_id=act.public_id, user=desk.manager)
    assert state_of_all() == before


def test_only_managers_withdraw_and_put_back(desk: Desk, outsider: User):
    with pytest.raises(PermissionDenied):
        withdraw_it(desk, desk.said, user=desk.editor)
    with pytest.raises(NotVisible):
        withdraw_it(desk, desk.said, user=outsider)
    act = withdraw_it(desk, desk.said)
    with pytest.raises(PermissionDenied):
        put_back(public_id=act.public_id, user=desk.editor)
    with pytest.raises(NotVisible):
        put_back(public_id=act.public_id, user=outsider)


def test_what_is_refused_changes_nothing(desk: Desk):
    before = state_of_all(), Edit.objects.count()
    with pytest.raises(StaleVersion):
        withdraw_it(desk, desk.said, version=1)
    with pytest.raises(Invalid):
        withdraw_it(desk, desk.said, reason="  ")
    with pytest.raises(NotVisible):
        withdraw(kind="quote", public_id=uuid.uuid4(), version=1, user=desk.manager, reason="So")
    with pytest.raises(NotVisible):
        put_back(public_id=uuid.uuid4(), user=desk.manager)
    assert (state_of_all(), Edit.objects.count()) == before
    withdraw_it(desk, desk.said)
    refresh(desk)
    with pytest.raises(NotVisible):
        withdraw_it(desk, desk.said)


def test_nobody_takes_a_withdrawal_back_by_undo(desk: Desk):
    withdraw_it(desk, desk.ines)
    refresh(desk)
    for row in (desk.said, desk.correction):
        with pytest.raises(NotVisible):
            undo_edit(object_id=row.public_id, version=row.version, user=desk.manager)
        with pytest.raises(NotVisible):
            undo_edit(object_id=row.public_id, version=2, user=desk.editor)
    with pytest.raises(ChangedSince) as refusal:  # a person in it was withdrawn
        undo_last(user=desk.editor)
    assert refusal.value.edit.object_id == desk.retort.public_id


def test_an_earlier_decision_can_be_taken_back_after_the_return(desk: Desk):
    act = withdraw_it(desk, desk.said)
    put_back(public_id=act.public_id, user=desk.manager)
    refresh(desk)
    assert desk.said.status == "confirmed"
    with pytest.raises(NothingToUndo):  # the return is no undo that could be done again
        redo_last(user=desk.manager)
    undo_edit(object_id=desk.correction.public_id, version=2, user=desk.editor)
    undo_edit(object_id=desk.said.public_id, version=2, user=desk.editor)
    refresh(desk)
    assert desk.said.status == "suggested"


def test_a_decision_that_would_name_the_withdrawn_speaker_again_is_past_undoing(desk: Desk):
    other = make_quote(desk.article, "“The figure is forty million,”", speaker=desk.ines)
    there = {"user": desk.editor, "speaker_id": desk.tobias.public_id}
    set_speaker(public_id=other.public_id, version=1, **there)
    withdraw_it(desk, desk.ines)
    other.refresh_from_db()
    assert "Perpetua" not in str(other.suggestion)
    with pytest.raises(NotAllowedNow):
        undo_edit(object_id=other.public_id, version=2, user=desk.editor)
    with pytest.raises(Invalid):
        set_speaker(
            public_id=other.public_id,
            version=other.version,
            user=desk.editor,
            speaker_id=desk.ines.public_id,
        )


def test_what_stands_in_the_way_stops_the_return(desk: Desk):
    act = withdraw_it(desk, desk.said)
    make_quote(desk.article, "“It has held for ninety winters,”", status="confirmed")
    with pytest.raises(NotAllowedNow, match="Reject it first"):
        put_back(public_id=act.public_id, user=desk.manager)
    act.refresh_from_db()
    assert act.ended_at is None


def test_answers_kept_for_repeats_are_forgotten(desk: Desk):
    for body in (f'{{"id": "{desk.said.public_id}"}}', '{"id": "another"}'):
        IdempotencyRecord.objects.create(
            user=desk.editor, key=body, fingerprint="x", status_code=200, body=body
        )
    withdraw_it(desk, desk.ines)
    assert [record.body for record in IdempotencyRecord.objects.all()] == ['{"id": "another"}']


@pytest.fixture
def foundry(collection: Collection) -> Article:
    return load_story(collection, "foundry-closing")


def run_again(article: Article) -> None:
    about = json.loads((SAMPLES / "foundry-closing.json").read_text(encoding="utf-8"))
    run = ExtractionRun.objects.create(article=article, state=ExtractionRun.State.RUNNING)
    apply_extraction(run=run, extraction=expected_extraction(about))


def test_no_run_brings_a_withdrawn_speaker_back(desk: Desk, foundry: Article):
    quote = Quote.objects.filter(article=foundry, speaker__kind="person").first()
    assert quote is not None and quote.speaker is not None
    name = quote.speaker.name
    theirs = Quote.objects.live().filter(article=foundry, speaker=quote.speaker).count()
    live = Quote.objects.live().filter(article=foundry).count()
    withdraw_it(desk, quote.speaker)
    run_again(foundry)
    assert Quote.objects.live().filter(article=foundry).count() == live - theirs
    assert not Speaker.objects.filter(name=name).exists()
    assert not Quote.objects.live().filter(article=foundry, reason__contains=name).exists()


def test_no_run_brings_a_withdrawn_quote_or_correction_back(desk: Desk, foundry: Article):
    quote = Quote.objects.live().filter(article=foundry).first()
    correction = Correction.objects.live().filter(article=foundry).first()
    assert quote is not None and correction is not None
    act = withdraw_it(desk, correction)
    run_again(foundry)
    correction.refresh_from_db()
    evidence = {"article": foundry, "start": correction.start}
    assert [c.status for c in Correction.objects.filter(**evidence)] == ["withdrawn"]
    quote.refresh_from_db()
    withdraw_it(desk, quote)
    run_again(foundry)
    place = {"article": foundry, "start": quote.start}
    assert [q.status for q in Quote.objects.filter(**place)] == ["withdrawn"]
    assert act.n_quotes == 0


def test_a_changed_story_does_not_bring_a_withdrawn_quote_back(desk: Desk, collection):
    old = make_article(collection, f"{STORY} Told once.", external_id="told-twice")
    quote = make_quote(old, "“It was always forty.”", speaker=desk.tobias)
    withdraw_it(desk, quote)
    make_article(collection, f"{STORY} Told a second time.", external_id="told-twice")
    quote.refresh_from_db()
    assert (quote.status, quote.article.is_latest) == ("withdrawn", True)
    assert list(find_breaks()) == []


def test_a_withdrawn_quote_whose_words_are_gone_stays_and_asks_nothing(desk: Desk, collection):
    old = make_article(collection, f"{STORY} Told once.", external_id="told-twice")
    quote = make_quote(old, "“It was always forty.”", speaker=desk.tobias)
    withdraw_it(desk, quote)
    quote.refresh_from_db()
    version = quote.version
    text = f"{STORY} Told a second time.".replace("It was always forty", "Nobody counts here")
    make_article(collection, text, external_id="told-twice")
    quote.refresh_from_db()
    assert (quote.article, quote.status, quote.version) == (old, "withdrawn", version)
    assert not Placement.objects.exists()
    assert list(find_breaks()) == []


def test_what_is_off_the_record_or_merged_already_is_not_withdrawn(desk: Desk, collection):
    short = make_speaker(collection, "Petra Lanyon", merged_into=desk.ines)
    Quote.objects.filter(pk=desk.said.pk).update(status="replaced")
    before = state_of_all()
    with pytest.raises(NotAllowedNow, match="Petra Lanyon was merged into another speaker"):
        withdraw_it(desk, short)
    with pytest.raises(NotAllowedNow, match="off the record already"):
        withdraw_it(desk, desk.said)
    assert state_of_all() == before
    assert not Withdrawal.objects.exists()


def test_what_others_keep_adding_to_is_left_for_later(desk: Desk, monkeypatch):
    real, asked = withdrawing.reach, []

    def others_come_in(row: Any) -> Any:
        """Each time that the rows are locked, one more is there when one looks again."""
        asked.append(row)
        found = real(row)
        return found if len(asked) % 2 == 0 else tuple(rows.none() for rows in found)

    monkeypatch.setattr(withdrawing, "reach", others_come_in)
    before = state_of_all()
    with pytest.raises(NotAllowedNow, match="Try again in a moment"):
        withdraw_it(desk, desk.said)
    assert len(asked) == 12
    assert state_of_all() == before
    assert not Withdrawal.objects.exists()


def test_a_webhook_is_told_of_what_was_withdrawn_and_of_nothing_that_goes_along(desk: Desk):
    add_webhook(
        collection=desk.article.collection,
        user=desk.manager,
        name="Desk",
        address="http://paper.example/told",
        events=["quote", "correction"],
    )
    withdraw_it(desk, desk.said)
    told = WebhookDelivery.objects.get()
    assert told.event == "quote.withdrawn"
    assert told.payload["object"]["id"] == str(desk.said.public_id)
    desk.correction.refresh_from_db()
    assert desk.correction.status == "withdrawn"

"""Editors' actions on corrections: who corrected whom, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from annotations.checking import find_breaks
from annotations.history import correction_snapshot
from annotations.models import Edit
from annotations.operations import corrections as operations
from annotations.operations.quotes import set_speaker
from annotations.operations.selections import Selection
from annotations.operations.undoing import redo_last, undo_last
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.models import Correction, CorrectionQuote, Quote
from tests.factories import make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article, Collection, Speaker

EVIDENCE = "Tobias Wrenfield told the board, correcting the minister."
pytestmark = pytest.mark.django_db


@pytest.fixture
def adair(collection: Collection) -> Speaker:
    return make_speaker(collection, "Ines Adair")


@pytest.fixture
def wrenfield(collection: Collection) -> Speaker:
    return make_speaker(collection, "Tobias Wrenfield")


@pytest.fixture
def claim(article: Article, adair: Speaker) -> Quote:
    return make_quote(article, speaker=adair)


@pytest.fixture
def retort(article: Article, wrenfield: Speaker) -> Quote:
    return make_quote(article, "“It has not held since March,”", speaker=wrenfield)


@pytest.fixture
def correction(
    article: Article, adair: Speaker, wrenfield: Speaker, claim: Quote, retort: Quote
) -> Correction:
    return make_correction(
        article,
        EVIDENCE,
        corrector=wrenfield,
        corrected=adair,
        claims=(claim,),
        retorts=(retort,),
    )


def sides(correction: Correction) -> set[tuple[str, int]]:
    return set(
        CorrectionQuote.objects.filter(correction=correction).values_list("side", "quote_id")
    )


ACTIONS = {
    "confirm": lambda row, user, version: operations.confirm_correction(
        public_id=row.public_id, version=version, user=user
    ),
    "reject": lambda row, user, version: operations.reject_correction(
        public_id=row.public_id, version=version, user=user
    ),
    "swap": lambda row, user, version: operations.swap_correction(
        public_id=row.public_id, version=version, user=user
    ),
    "set_kind": lambda row, user, version: operations.set_correction_kind(
        public_id=row.public_id, version=version, user=user, kind="denial"
    ),
    "set_people": lambda row, user, version: operations.set_correction_people(
        public_id=row.public_id,
        version=version,
        user=user,
        corrector_id=row.corrector.public_id,
        corrected_id=None,
    ),
    "set_quotes": lambda row, user, version: operations.set_correction_quotes(
        public_id=row.public_id, version=version, user=user, corrected=(), correcting=()
    ),
}
every_action = pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS)


@every_action
def test_each_action_writes_one_version_and_one_history_row(act, correction, editor: User):
    act(correction, editor, 1)
    correction.refresh_from_db()
    edit = Edit.objects.get()
    assert (correction.version, correction.touched) == (2, True)
    assert (edit.object_id, edit.version) == (correction.public_id, 2)
    assert edit.before != edit.after


@every_action
def test_a_stale_version_changes_nothing(act, correction, editor: User, colleague: User):
    operations.set_correction_kind(
        public_id=correction.public_id, version=1, user=colleague, kind="self_correction"
    )
    with pytest.raises(StaleVersion):
        act(correction, editor, 1)
    correction.refresh_from_db()
    assert (correction.version, correction.kind) == (2, "self_correction")


@every_action
def test_others_may_not(act, correction, outsider: User, reader: User):
    with pytest.raises(NotVisible):
        act(correction, outsider, 1)
    with pytest.raises(PermissionDenied):
        act(correction, reader, 1)
    assert not Edit.objects.exists()


@every_action
def test_undo_gives_back_the_same_state_and_redo_the_change(act, correction, editor: User):
    before = correction_snapshot(Correction.objects.get(pk=correction.pk))
    act(correction, editor, 1)
    after = correction_snapshot(Correction.objects.get(pk=correction.pk))
    undo_last(user=editor)
    assert correction_snapshot(Correction.objects.get(pk=correction.pk)) == before
    redo_last(user=editor)
    assert correction_snapshot(Correction.objects.get(pk=correction.pk)) == after


def test_swap_turns_people_and_quotes_round_without_deciding(
    correction, claim, retort, adair, wrenfield, editor: User
):
    operations.swap_correction(public_id=correction.public_id, version=1, user=editor)
    correction.refresh_from_db()
    assert (correction.corrector, correction.corrected) == (adair, wrenfield)
    assert correction.status == "suggested"
    assert sides(correction) == {("correcting", claim.pk), ("corrected", retort.pk)}
    assert correction.changed_fields == ["corrected", "corrector"]


def test_nobody_to_swap_with(article: Article, wrenfield: Speaker, editor: User):
    correction = make_correction(article, EVIDENCE, corrector=wrenfield)
    with pytest.raises(Invalid):
        operations.swap_correction(public_id=correction.public_id, version=1, user=editor)


def test_accepting_keeps_only_the_quotes_that_the_card_shows(
    correction, claim, retort, wrenfield, editor: User
):
    Quote.objects.filter(pk=claim.pk).update(speaker=wrenfield)
    shown = Correction.objects.for_display().get(pk=correction.pk).sides
    operations.confirm_correction(public_id=correction.public_id, version=1, user=editor)
    assert [side["pk"] for side in shown] == [retort.pk]
    assert sides(correction) == {("correcting", retort.pk)}


def test_somebody_must_correct(article: Article, editor: User):
    correction = make_correction(article, EVIDENCE)
    with pytest.raises(Invalid, match="who corrects"):
        operations.confirm_correction(public_id=correction.public_id, version=1, user=editor)


def test_nobody_corrects_himself_except_in_a_self_correction(
    correction, adair: Speaker, editor: User
):
    def correct_oneself(version: int) -> None:
        operations.set_correction_people(
            public_id=correction.public_id,
            version=version,
            user=editor,
            corrector_id=adair.public_id,
            corrected_id=adair.public_id,
        )

    with pytest.raises(Invalid, match="himself"):
        correct_oneself(1)
    operations.set_correction_kind(
        public_id=correction.public_id, version=1, user=editor, kind="self_correction"
    )
    correct_oneself(2)
    correction.refresh_from_db()
    assert correction.corrector == correction.corrected == adair


def test_a_quote_stands_on_the_side_of_who_said_it(correction, claim, retort, editor: User):
    with pytest.raises(Invalid, match="Somebody else"):
        operations.set_correction_quotes(
            public_id=correction.public_id,
            version=1,
            user=editor,
            corrected=[retort.public_id],
            correcting=[],
        )
    assert sides(correction) == {("corrected", claim.pk), ("correcting", retort.pk)}


def test_a_rejected_correction_must_be_reopened_first(correction, editor: User):
    operations.reject_correction(public_id=correction.public_id, version=1, user=editor)
    with pytest.raises(NotAllowedNow):
        operations.confirm_correction(public_id=correction.public_id, version=2, user=editor)
    operations.reopen_correction(public_id=correction.public_id, version=2, user=editor)
    correction.refresh_from_db()
    assert correction.status == "suggested"


def test_an_added_correction_is_confirmed(article: Article, claim, adair, wrenfield, editor: User):
    start = article.text.index(EVIDENCE)
    correction = operations.add_correction(
        article_id=article.public_id,
        user=editor,
        evidence=Selection(start, start + len(EVIDENCE), EVIDENCE),
        corrector_id=wrenfield.public_id,
        corrected_id=adair.public_id,
        corrected=[claim.public_id],
    )
    assert (correction.status, correction.origin) == ("confirmed", "person")
    assert sides(correction) == {("corrected", claim.pk)}
    undo_last(user=editor)
    assert not Correction.objects.on_record().exists()


def test_undo_does_not_pull_a_quote_from_under_a_confirmed_correction(
    article: Article, adair, wrenfield, editor: User, colleague: User
):
    claim = make_quote(article, speaker=wrenfield)
    set_speaker(public_id=claim.public_id, version=1, user=editor, speaker_id=adair.public_id)
    correction = make_correction(
        article, EVIDENCE, corrector=wrenfield, corrected=adair, claims=(claim,)
    )
    operations.confirm_correction(public_id=correction.public_id, version=1, user=colleague)
    with pytest.raises(NotAllowedNow):
        undo_last(user=editor)
    assert list(find_breaks()) == []


def test_a_correction_is_not_put_back_over_quotes_that_changed(
    correction, claim, wrenfield, editor: User, colleague: User
):
    operations.confirm_correction(public_id=correction.public_id, version=1, user=editor)
    operations.reopen_correction(public_id=correction.public_id, version=2, user=editor)
    set_speaker(
        public_id=claim.public_id, version=1, user=colleague, speaker_id=wrenfield.public_id
    )
    with pytest.raises(NotAllowedNow):
        undo_last(user=editor)
    correction.refresh_from_db()
    assert correction.status == "suggested"

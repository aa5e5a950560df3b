"""Editors' actions on corrections: who corrected whom, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from annotations.checking import find_breaks
from annotations.history import correction_snapshot
from annotations.models import Edit
from annotations.operations import corrections as operations
from annotations.operations.correction_drafts import draft_correction
from annotations.operations.correction_remarks import flag_correction, set_correction_note
from annotations.operations.quotes import reject_quote, set_speaker
from annotations.operations.selections import Selection
from annotations.operations.undoing import redo_last, undo_last
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.models import Correction, CorrectionQuote, Quote
from tests.factories import make_article, make_correction, make_quote, make_speaker

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


def other_of(correction: Correction) -> Correction:
    """A second correction of the same article, made once."""
    words = "“The figure is forty million,” Ms Adair replied."
    return Correction.objects.filter(article=correction.article, exact=words).first() or (
        make_correction(
            correction.article,
            words,
            corrector=correction.corrected,
            corrected=correction.corrector,
        )
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
    "set_new_person": lambda row, user, version: operations.set_new_correction_person(
        public_id=row.public_id, version=version, user=user, side="corrected", name="Lena Ostrow"
    ),
    "set_retells": lambda row, user, version: operations.set_correction_retells(
        public_id=row.public_id, version=version, user=user, other_id=other_of(row).public_id
    ),
    "set_same_point": lambda row, user, version: operations.set_correction_same_point(
        public_id=row.public_id, version=version, user=user, other_id=other_of(row).public_id
    ),
    "flag": lambda row, user, version: flag_correction(
        public_id=row.public_id, version=version, user=user, flagged=True
    ),
    "note": lambda row, user, version: set_correction_note(
        public_id=row.public_id, version=version, user=user, note="Ask the desk."
    ),
}
every_action = pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS)


@every_action
def test_each_action_writes_one_version_and_one_history_row(act, correction, editor: User):
    act(correction, editor, 1)
    correction.refresh_from_db()
    edit = Edit.objects.get(object_id=correction.public_id)
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
def test_an_action_sent_twice_is_done_once(act, correction, editor: User):
    for _ in range(2):
        act(correction, editor, 1)
    correction.refresh_from_db()
    assert correction.version == 2
    assert Edit.objects.of_object(correction.public_id).count() == 1


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


def test_a_quote_rejected_meanwhile_leaves_when_the_sides_are_swapped(
    correction, claim, retort, editor: User
):
    reject_quote(public_id=claim.public_id, version=1, user=editor)
    operations.swap_correction(public_id=correction.public_id, version=1, user=editor)
    assert sides(correction) == {("corrected", retort.pk)}
    assert list(find_breaks()) == []


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


def test_a_kind_that_is_none_is_refused(correction, editor: User):
    with pytest.raises(Invalid) as refused:
        operations.set_correction_kind(
            public_id=correction.public_id, version=1, user=editor, kind="direct"
        )
    assert (refused.value.code, refused.value.field) == ("unknown_kind", "kind")
    correction.refresh_from_db()
    assert (correction.version, correction.kind) == (1, "contradiction")


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
    for _ in range(2):  # a double click
        operations.reopen_correction(public_id=correction.public_id, version=2, user=editor)
    correction.refresh_from_db()
    assert (correction.status, correction.version) == ("suggested", 3)


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


def test_people_of_an_accepted_correction_change_and_its_quotes_go_with_them(
    correction, adair, wrenfield, editor: User
):
    operations.confirm_correction(public_id=correction.public_id, version=1, user=editor)
    operations.set_correction_people(
        public_id=correction.public_id,
        version=2,
        user=editor,
        corrector_id=wrenfield.public_id,
        corrected_id=make_speaker(adair.collection, "Lena Ostrow").public_id,
    )
    assert {side for side, _ in sides(correction)} == {"correcting"}
    assert list(find_breaks()) == []


def test_the_same_choice_of_quotes_sent_twice_is_one_decision(correction, claim, editor: User):
    for _ in range(2):
        operations.set_correction_quotes(
            public_id=correction.public_id,
            version=1,
            user=editor,
            corrected=[claim.public_id],
            correcting=[],
        )
    assert Edit.objects.count() == 1


def test_a_retelling_of_a_retelling_points_to_the_event(article: Article, correction, editor: User):
    event, again = other_of(correction), make_correction(article, "said the harbour wall")
    operations.set_correction_retells(
        public_id=correction.public_id, version=1, user=editor, other_id=event.public_id
    )
    operations.set_correction_retells(
        public_id=again.public_id, version=1, user=editor, other_id=correction.public_id
    )
    again.refresh_from_db()
    assert again.retells == event
    with pytest.raises(Invalid, match="retold by another"):
        operations.set_correction_retells(
            public_id=event.public_id,
            version=1,
            user=editor,
            other_id=make_correction(article, "It was always forty.").public_id,
        )
    assert list(find_breaks()) == []


def test_what_a_correction_retells_or_shares_a_point_with_is_taken_back(correction, editor: User):
    common = {"public_id": correction.public_id, "user": editor}
    other = other_of(correction).public_id
    operations.set_correction_retells(**common, version=1, other_id=other)
    operations.set_correction_same_point(**common, version=2, other_id=other)
    operations.set_correction_retells(**common, version=3, other_id=None)
    operations.set_correction_same_point(**common, version=4, other_id=None)
    correction.refresh_from_db()
    assert (correction.retells, correction.same_point_as, correction.version) == (None, None, 5)


def test_an_event_does_not_retell_what_retells_it(correction, editor: User):
    again = other_of(correction)
    operations.set_correction_retells(
        public_id=again.public_id, version=1, user=editor, other_id=correction.public_id
    )
    with pytest.raises(Invalid, match="This one is retold by another"):
        operations.set_correction_retells(
            public_id=correction.public_id, version=1, user=editor, other_id=again.public_id
        )
    correction.refresh_from_db()
    assert (correction.retells, correction.version) == (None, 1)


def test_nothing_retells_itself_or_a_correction_of_elsewhere(
    correction, collection, outsider: User, editor: User
):
    there = make_correction(make_article(collection), "said the harbour wall")
    for other in (correction, there):
        with pytest.raises(Invalid):
            operations.set_correction_retells(
                public_id=correction.public_id, version=1, user=editor, other_id=other.public_id
            )
    operations.set_correction_same_point(
        public_id=correction.public_id, version=1, user=editor, other_id=there.public_id
    )
    correction.refresh_from_db()
    assert correction.same_point_as == there


def test_a_correction_is_drafted_from_its_retort(article: Article, claim, retort, editor: User):
    row = draft_correction(article_id=article.public_id, user=editor, retort_id=retort.public_id)
    assert (row.status, row.corrector, row.corrected) == (
        "suggested",
        retort.speaker,
        claim.speaker,
    )
    assert row.exact == f"“It has not held since March,” {EVIDENCE}"
    assert sides(row) == {("correcting", retort.pk)}
    again = draft_correction(article_id=article.public_id, user=editor, retort_id=retort.public_id)
    assert again == row
    undo_last(user=editor)
    assert not Correction.objects.on_record().filter(pk=row.pk).exists()


def test_a_correction_is_drafted_from_its_claim(article: Article, claim, retort, editor: User):
    row = draft_correction(article_id=article.public_id, user=editor, claim_id=claim.public_id)
    assert (row.corrector, row.corrected) == (retort.speaker, claim.speaker)
    assert row.exact == f"“It has not held since March,” {EVIDENCE}"
    assert sides(row) == {("corrected", claim.pk)}


def test_a_correction_is_drafted_from_a_selected_sentence(
    article: Article, claim, retort, editor: User
):
    words = "Tobias Wrenfield told the board, correcting the minister."
    start = article.text.index("“It has not held since March,”")
    end = article.text.index(words) + len(words)
    row = draft_correction(
        article_id=article.public_id,
        user=editor,
        evidence=Selection(start, end, article.text[start:end]),
    )
    assert (row.corrector, row.corrected) == (retort.speaker, claim.speaker)
    assert sides(row) == set()


def test_a_draft_without_anything_pointed_at_is_refused(article: Article, editor: User):
    with pytest.raises(Invalid, match="Select the sentence"):
        draft_correction(article_id=article.public_id, user=editor)
    quote = make_quote(article)
    with pytest.raises(Invalid, match="who said this quote"):
        draft_correction(article_id=article.public_id, user=editor, claim_id=quote.public_id)


def test_a_draft_from_a_quote_of_another_article_is_refused(
    article: Article, collection: Collection, adair: Speaker, editor: User
):
    elsewhere = make_quote(make_article(collection), speaker=adair)
    for name in ("claim_id", "retort_id"):
        with pytest.raises(Invalid) as refused:
            draft_correction(
                article_id=article.public_id, user=editor, **{name: elsewhere.public_id}
            )
        assert refused.value.code == "unknown_quote"
    assert not Correction.objects.exists()

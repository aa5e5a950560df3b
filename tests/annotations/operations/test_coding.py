"""Blind coding: answers of one's own, seen by nobody else until all are through."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import PermissionDenied

from annotations import selectors
from annotations.models import Agreement, Assignment, Coding, Edit
from annotations.operations.adjudicating import accept_agreed, settle_correction, settle_quote
from annotations.operations.assigning import assign_articles, cancel_assignment
from annotations.operations.bulk import confirm_quotes
from annotations.operations.coding import code_correction, code_quote, finish_assignment
from annotations.operations.corrections import confirm_correction
from annotations.operations.quotes import add_quote, confirm_quote
from annotations.operations.selections import Selection
from annotations.operations.speakers import merge_speakers
from annotations.operations.undoing import undo_last
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Correction, Quote
from tests.annotations.coded_story import MARCH, Coded, coded_story, story_to_code
from tests.factories import make_article, make_correction, make_quote

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def to_code(collection) -> Coded:
    return story_to_code(collection)


@pytest.fixture
def coded(collection) -> Coded:
    return coded_story(collection)


def agreement(collection, variable: str, measure: str = "krippendorff_alpha") -> Agreement:
    return Agreement.objects.get(collection=collection, variable=variable, measure=measure)


class TestHandingOut:
    def test_a_sample_is_drawn_from_articles_with_quotes_that_nobody_has(self, to_code, collection):
        free = make_article(collection)
        make_quote(free)
        make_article(collection)  # without a quote
        made = assign_articles(
            collection=collection,
            user=to_code.boss,
            purpose="blind",
            people=[coder.pk for coder in to_code.coders],
            sample=10,
        )
        assert {one.article_id for one in made} == {free.pk}
        assert {one.user_id for one in made} == {coder.pk for coder in to_code.coders}

    def test_work_that_there_is_not_is_not_handed_out(self, to_code, collection, article):
        before = Assignment.objects.count()
        with pytest.raises(Invalid, match="no such work") as refused:
            assign_articles(
                collection=collection,
                user=to_code.boss,
                purpose="proofreading",
                people=[coder.pk for coder in to_code.coders],
                articles=[article.public_id],
            )
        assert refused.value.field == "purpose"
        assert Assignment.objects.count() == before

    def test_one_person_alone_cannot_code_blind(self, to_code, collection, article):
        with pytest.raises(Invalid):
            assign_articles(
                collection=collection,
                user=to_code.boss,
                purpose="blind",
                people=[to_code.coders[0].pk],
                articles=[article.public_id],
            )

    @pytest.mark.parametrize("person", ["reader", "outsider"])
    def test_only_members_whose_role_allows_the_work_are_asked(
        self, request, to_code, collection, article, person
    ):
        people = [to_code.coders[0].pk, request.getfixturevalue(person).pk]
        with pytest.raises(Invalid):
            assign_articles(
                collection=collection,
                user=to_code.boss,
                purpose="blind",
                people=people,
                articles=[article.public_id],
            )

    def test_an_editor_hands_nothing_out(self, to_code, collection, editor, article):
        with pytest.raises(PermissionDenied):
            assign_articles(
                collection=collection,
                user=editor,
                purpose="edit",
                people=[editor.pk],
                articles=[article.public_id],
            )

    def test_an_article_of_another_collection_is_not_here(self, to_code, collection, editor):
        with pytest.raises(Invalid):
            assign_articles(
                collection=collection,
                user=to_code.boss,
                purpose="edit",
                people=[editor.pk],
                articles=[uuid.uuid4()],
            )

    @pytest.mark.parametrize("sample", [0, -1, 100_000])
    def test_a_sample_has_a_size(self, to_code, collection, editor, sample):
        with pytest.raises(Invalid):
            assign_articles(
                collection=collection,
                user=to_code.boss,
                purpose="edit",
                people=[editor.pk],
                sample=sample,
            )

    def test_what_a_person_has_is_not_handed_out_again(self, to_code, collection):
        with pytest.raises(NotAllowedNow):
            assign_articles(
                collection=collection,
                user=to_code.boss,
                purpose="blind",
                people=[coder.pk for coder in to_code.coders],
                articles=[to_code.article.public_id],
            )

    def test_what_is_taken_back_counts_no_longer(self, coded, collection):
        assert agreement(collection, "is_quote").n_units == 2
        cancel_assignment(public_id=coded.second.public_id, user=coded.boss)
        assert agreement(collection, "is_quote").n_units == 0
        again = cancel_assignment(public_id=coded.second.public_id, user=coded.boss)
        assert again.state == Assignment.State.CANCELLED

    def test_taking_back_other_work_leaves_the_agreement_as_measured(
        self, coded, collection, editor, article
    ):
        (made,) = assign_articles(
            collection=collection,
            user=coded.boss,
            purpose="edit",
            people=[editor.pk],
            articles=[article.public_id],
        )
        measured = set(Agreement.objects.values_list("pk", flat=True))
        taken_back = cancel_assignment(public_id=made.public_id, user=coded.boss)
        assert (taken_back.state, taken_back.finished_at is None) == ("cancelled", False)
        assert set(Agreement.objects.values_list("pk", flat=True)) == measured != set()

    def test_taking_back_needs_the_role_and_the_assignment(self, coded, editor, outsider):
        with pytest.raises(PermissionDenied):
            cancel_assignment(public_id=coded.first.public_id, user=editor)
        with pytest.raises(NotVisible):
            cancel_assignment(public_id=coded.first.public_id, user=outsider)
        with pytest.raises(NotVisible):
            cancel_assignment(public_id=uuid.uuid4(), user=coded.boss)


class TestAnswering:
    def test_an_answer_changes_nothing_on_the_record(self, to_code):
        to_code.answer_wall(to_code.first, to_code.tobias)
        quote = Quote.objects.get(pk=to_code.wall.pk)
        assert (quote.status, quote.version, quote.speaker) == ("suggested", 1, to_code.ines)
        assert not Edit.objects.exists()

    def test_the_later_answer_holds(self, to_code):
        to_code.answer_wall(to_code.first, to_code.tobias)
        to_code.answer_wall(to_code.first, None)
        coding = Coding.objects.get()
        assert (coding.is_there, coding.speaker, coding.kind) == (True, None, "direct")

    def test_nobody_answers_for_somebody_else(self, to_code):
        with pytest.raises(NotVisible):
            code_quote(
                assignment_id=to_code.first.public_id,
                quote_id=to_code.wall.public_id,
                user=to_code.coders[1],
                is_there=False,
            )

    def test_a_quote_of_another_article_is_not_in_it(self, to_code, collection):
        other = make_quote(make_article(collection))
        with pytest.raises(NotVisible):
            code_quote(
                assignment_id=to_code.first.public_id,
                quote_id=other.public_id,
                user=to_code.coders[0],
                is_there=False,
            )

    def test_an_unknown_kind_or_speaker_is_refused(self, to_code):
        common = {
            "assignment_id": to_code.first.public_id,
            "quote_id": to_code.wall.public_id,
            "user": to_code.coders[0],
            "is_there": True,
        }
        with pytest.raises(Invalid):
            code_quote(**common, kind="denial")
        with pytest.raises(Invalid):
            code_quote(**common, speaker_id=uuid.uuid4())
        assert not Coding.objects.exists()

    def test_a_correction_of_another_article_or_of_no_kind_is_refused(self, to_code, collection):
        other = make_correction(make_article(collection), "correcting the minister")
        common = {
            "assignment_id": to_code.first.public_id,
            "user": to_code.coders[0],
            "is_there": True,
        }
        with pytest.raises(NotVisible):
            code_correction(**common, correction_id=other.public_id)
        with pytest.raises(Invalid) as refused:
            code_correction(**common, correction_id=to_code.correction.public_id, kind="direct")
        assert (refused.value.code, refused.value.field) == ("unknown_kind", "kind")
        assert not Coding.objects.exists()

    def test_of_a_correction_that_is_none_no_kind_and_no_people_are_kept(self, to_code):
        to_code.answer_correction(to_code.first)
        coding = code_correction(
            assignment_id=to_code.first.public_id,
            correction_id=to_code.correction.public_id,
            user=to_code.coders[0],
            is_there=False,
            kind="denial",
            corrector_id=to_code.tobias.public_id,
        )
        assert Coding.objects.get() == coding
        assert (coding.is_there, coding.kind) == (False, "")
        assert (coding.corrector, coding.corrected) == (None, None)

    def test_one_is_through_only_when_everything_is_answered(self, to_code):
        to_code.answer_wall(to_code.first, to_code.ines)
        with pytest.raises(NotAllowedNow, match="2 still to answer"):
            to_code.finish(to_code.first)
        to_code.answer_march(to_code.first)
        to_code.answer_correction(to_code.first)
        to_code.finish(to_code.first)
        to_code.finish(to_code.first)  # a double click
        with pytest.raises(NotAllowedNow):
            to_code.answer_wall(to_code.first, to_code.tobias)

    def test_what_was_taken_back_cannot_be_finished(self, to_code):
        cancel_assignment(public_id=to_code.first.public_id, user=to_code.boss)
        with pytest.raises(NotAllowedNow):
            to_code.finish(to_code.first)

    def test_an_assignment_to_edit_is_just_done(self, to_code, collection, editor, article):
        (made,) = assign_articles(
            collection=collection,
            user=to_code.boss,
            purpose="edit",
            people=[editor.pk],
            articles=[article.public_id],
        )
        done = finish_assignment(public_id=made.public_id, user=editor)
        assert done.state == Assignment.State.DONE


class TestBlindness:
    def test_answers_are_seen_when_all_are_through(self, to_code, collection):
        for assignment in (to_code.first, to_code.second):
            assert not Coding.objects.to_be_seen().exists()
            to_code.answer_wall(assignment, to_code.ines)
            to_code.answer_march(assignment)
            to_code.answer_correction(assignment)
            to_code.finish(assignment)
        assert Coding.objects.to_be_seen().count() == 6

    def test_the_coders_page_shows_nothing_of_what_others_did(self, to_code, editor):
        before = [
            (case.words, case.kind, case.people)
            for case in selectors.coding_desk(to_code.coders[0], to_code.first.public_id).cases
        ]
        to_code.answer_wall(to_code.second, to_code.tobias)
        confirm_quote(public_id=to_code.march.public_id, version=1, user=editor)
        desk = selectors.coding_desk(to_code.coders[0], to_code.first.public_id)
        assert [(case.words, case.kind, case.people) for case in desk.cases] == before
        assert desk.answered == 0

    def test_who_codes_blind_decides_nothing_there_meanwhile(self, to_code):
        coder, text = to_code.coders[0], to_code.article.text
        start = text.index(MARCH)
        with pytest.raises(PermissionDenied):
            confirm_quote(public_id=to_code.wall.public_id, version=1, user=coder)
        with pytest.raises(PermissionDenied):
            confirm_correction(public_id=to_code.correction.public_id, version=1, user=coder)
        with pytest.raises(PermissionDenied):
            confirm_quotes(
                article_id=to_code.article.public_id,
                user=coder,
                versions={to_code.wall.public_id: 1},
            )
        with pytest.raises(PermissionDenied):
            add_quote(
                article_id=to_code.article.public_id,
                user=coder,
                content=[Selection(start, start + len(MARCH), MARCH)],
            )
        assert not Edit.objects.exists()

    def test_others_go_on_as_ever(self, to_code, editor):
        quote = confirm_quote(public_id=to_code.wall.public_id, version=1, user=editor)
        assert quote.status == Quote.Status.CONFIRMED


class TestAgreement:
    def test_it_is_measured_when_all_are_through(self, coded, collection):
        there = agreement(collection, "is_quote", "agreeing_pairs")
        assert (there.value, there.n_units, there.n_coders) == (0.5, 2, 2)
        # One coder says that the second is no quote: of its speaker only one speaks.
        assert agreement(collection, "speaker", "agreeing_pairs").n_units == 1
        assert agreement(collection, "corrector", "agreeing_pairs").value == 0
        assert agreement(collection, "speaker").note

    def test_speakers_that_became_one_agree(self, to_code, collection, editor):
        to_code.answer_wall(to_code.first, to_code.ines)
        to_code.answer_wall(to_code.second, to_code.tobias)
        merge_speakers(
            public_id=to_code.tobias.public_id,
            version=1,
            user=editor,
            into_id=to_code.ines.public_id,
        )
        for assignment in (to_code.first, to_code.second):
            to_code.answer_march(assignment)
            to_code.answer_correction(assignment)
            to_code.finish(assignment)
        assert agreement(collection, "speaker", "agreeing_pairs").value == 1


class TestSettling:
    def settle(self, coded: Coded, user, **answer: object) -> Quote:
        common = {"public_id": coded.march.public_id, "version": 1, "user": user}
        return settle_quote(**common, **answer)  # type: ignore[arg-type]

    def test_one_answer_holds_and_is_undone_with_one_key(self, coded):
        quote = self.settle(coded, coded.boss, is_there=True, speaker_id=coded.ines.public_id)
        assert (quote.status, quote.speaker) == ("confirmed", coded.ines)
        assert Edit.objects.get().action == "quote.settled"
        undo_last(user=coded.boss)
        quote = Quote.objects.get(pk=coded.march.pk)
        assert (quote.status, quote.speaker) == ("suggested", coded.tobias)

    def test_nothing_here_is_an_answer(self, coded):
        assert self.settle(coded, coded.boss, is_there=False).status == "rejected"

    def test_a_double_click_settles_once(self, coded):
        for _ in range(2):
            self.settle(coded, coded.boss, is_there=False)
        assert Edit.objects.count() == 1

    def test_case_16_who_is_party_to_a_dispute_neither_settles_nor_decides_it(self, coded):
        for coder in coded.coders:
            with pytest.raises(PermissionDenied):
                self.settle(coded, coder, is_there=True)
            with pytest.raises(PermissionDenied):
                confirm_quote(public_id=coded.march.public_id, version=1, user=coder)
            with pytest.raises(PermissionDenied):
                confirm_correction(public_id=coded.correction.public_id, version=1, user=coder)
        assert not Edit.objects.exists()

    def test_what_all_answered_alike_a_coder_may_decide(self, coded):
        quote = confirm_quote(public_id=coded.wall.public_id, version=1, user=coded.coders[0])
        assert quote.status == "confirmed"

    def test_an_editor_does_not_settle(self, coded, editor):
        with pytest.raises(PermissionDenied):
            self.settle(coded, editor, is_there=True)

    def test_before_all_are_through_there_is_nothing_to_settle(self, to_code):
        with pytest.raises(NotAllowedNow):
            self.settle(to_code, to_code.boss, is_there=True)

    def test_a_kind_that_the_marks_refute_is_refused(self, coded):
        with pytest.raises(Invalid):
            self.settle(coded, coded.boss, is_there=True, kind="indirect")
        assert not Edit.objects.exists()

    def test_a_correction_is_settled_with_its_people(self, coded):
        correction = settle_correction(
            public_id=coded.correction.public_id,
            version=1,
            user=coded.boss,
            is_there=True,
            kind="denial",
            corrector_id=coded.ines.public_id,
            corrected_id=coded.tobias.public_id,
        )
        assert correction.status == "confirmed"
        assert (correction.corrector, correction.corrected) == (coded.ines, coded.tobias)
        assert not correction.quotes.exists()  # said by others than the sides' people now

    def test_a_correction_that_is_none_is_rejected(self, coded):
        common = {"public_id": coded.correction.public_id, "version": 1, "user": coded.boss}
        assert settle_correction(**common, is_there=False).status == "rejected"
        assert settle_correction(**common, is_there=False).version == 2

    def test_a_settled_correction_has_a_known_kind_and_a_corrector(self, coded):
        common = {"public_id": coded.correction.public_id, "version": 1, "user": coded.boss}
        with pytest.raises(Invalid):
            settle_correction(**common, is_there=True)
        with pytest.raises(Invalid):
            settle_correction(
                **common, is_there=True, kind="direct", corrector_id=coded.ines.public_id
            )
        assert Correction.objects.get(pk=coded.correction.pk).version == 1

    def test_what_all_answered_alike_is_decided_at_once_with_one_undo(self, coded):
        assert accept_agreed(article_id=coded.article.public_id, user=coded.boss) == 1
        states = dict(Quote.objects.values_list("pk", "status"))
        assert states == {coded.wall.pk: "confirmed", coded.march.pk: "suggested"}
        undo_last(user=coded.boss)
        assert Quote.objects.suggested().count() == 2

    @pytest.mark.parametrize(
        ("answer", "decided", "status"),
        [
            ({"is_there": True, "corrector": True}, 3, "confirmed"),
            ({"is_there": False}, 3, "rejected"),
            ({"is_there": True}, 2, "suggested"),  # nobody corrects: for a person to look at
        ],
    )
    def test_a_correction_that_all_see_alike(self, to_code, answer, decided, status):
        corrector = to_code.tobias.public_id if answer.get("corrector") else None
        for assignment in (to_code.first, to_code.second):
            to_code.answer_wall(assignment, to_code.ines)
            to_code.answer_march(assignment)
            code_correction(
                assignment_id=assignment.public_id,
                correction_id=to_code.correction.public_id,
                user=assignment.user,
                is_there=answer["is_there"],
                kind="denial",
                corrector_id=corrector,
            )
            to_code.finish(assignment)
        user = to_code.boss
        assert accept_agreed(article_id=to_code.article.public_id, user=user) == decided
        correction = Correction.objects.get(pk=to_code.correction.pk)
        assert (correction.status, correction.version) == (
            status,
            1 if status == "suggested" else 2,
        )
        if status == "confirmed":
            assert (correction.kind, correction.corrector, correction.corrected) == (
                "denial",
                to_code.tobias,
                None,
            )
        assert Quote.objects.confirmed().count() == 2
        assert len(undo_last(user=user)) == decided

    def test_nothing_is_decided_before_all_are_through(self, to_code):
        with pytest.raises(NotAllowedNow):
            accept_agreed(article_id=to_code.article.public_id, user=to_code.boss)
        with pytest.raises(NotVisible):
            accept_agreed(article_id=uuid.uuid4(), user=to_code.boss)

    def test_the_page_shows_each_answer_and_whose_dispute_it_is(self, coded):
        found = selectors.disputes_of(coded.boss, coded.article.public_id)
        assert [len(one.said) for one in found.disputes] == [2, 2]
        assert {name for one in found.disputes for said in one.said for name in said.coders} == {
            "coder-1",
            "coder-2",
        }
        assert not any(one.is_own for one in found.disputes)
        own = selectors.disputes_of(coded.coders[0], coded.article.public_id)
        assert all(one.is_own for one in own.disputes)
        assert found.n_agreed == 1

"""Editors' actions on quotes: what each does, what it refuses, and what stays in the history."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from annotations.models import Edit
from annotations.operations import quotes as operations
from annotations.operations.selections import Selection
from annotations.operations.undoing import ChangedSince, redo_last, undo_last
from annotations.refusals import Invalid, NotAllowedNow, NothingToUndo, NotVisible, StaleVersion
from quotes.models import Quote, QuoteSpan
from tests.factories import make_article, make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article, Collection, Speaker

RETORT = "“It has not held since March,”"
pytestmark = pytest.mark.django_db


@pytest.fixture
def adair(collection: Collection) -> Speaker:
    return make_speaker(collection, "Ines Adair")


@pytest.fixture
def wrenfield(collection: Collection) -> Speaker:
    return make_speaker(collection, "Tobias Wrenfield")


@pytest.fixture
def quote(article: Article, adair: Speaker, wrenfield: Speaker) -> Quote:
    return make_quote(
        article, speaker=adair, candidates=(adair, wrenfield), source="she", cue="said"
    )


def selection(article: Article, words: str) -> Selection:
    start = article.text.index(words)
    return Selection(start, start + len(words), words)


ACTIONS = {
    "confirm": lambda quote, user, version: operations.confirm_quote(
        public_id=quote.public_id, version=version, user=user
    ),
    "reject": lambda quote, user, version: operations.reject_quote(
        public_id=quote.public_id, version=version, user=user
    ),
    "set_speaker": lambda quote, user, version: operations.set_speaker(
        public_id=quote.public_id,
        version=version,
        user=user,
        speaker_id=quote.speaker.public_id,
    ),
    "set_kind": lambda quote, user, version: operations.set_kind(
        public_id=quote.public_id, version=version, user=user, kind="mixed"
    ),
    "set_boundaries": lambda quote, user, version: operations.set_boundaries(
        public_id=quote.public_id,
        version=version,
        user=user,
        content=[selection(quote.article, "“It has held for ninety winters,” she said")],
    ),
    "set_note": lambda quote, user, version: operations.set_note(
        public_id=quote.public_id, version=version, user=user, note="Check the tape."
    ),
    "flag": lambda quote, user, version: operations.flag_quote(
        public_id=quote.public_id, version=version, user=user, flagged=True
    ),
}
every_action = pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS)


@every_action
def test_each_action_writes_one_version_and_one_history_row(act, quote: Quote, editor: User):
    act(quote, editor, 1)
    quote.refresh_from_db()
    edit = Edit.objects.get()
    assert quote.version == 2
    assert quote.touched
    assert (edit.actor, edit.object_id, edit.version) == (editor, quote.public_id, 2)
    assert edit.before != edit.after


@every_action
def test_a_stale_version_changes_nothing(act, quote: Quote, editor: User, colleague: User):
    operations.set_note(public_id=quote.public_id, version=1, user=colleague, note="Mine.")
    with pytest.raises(StaleVersion) as refusal:
        act(quote, editor, 1)
    assert refusal.value.current.version == 2
    quote.refresh_from_db()
    assert (quote.version, quote.note, quote.status) == (2, "Mine.", "suggested")
    assert Edit.objects.count() == 1


@every_action
def test_people_of_other_collections_see_nothing(act, quote: Quote, outsider: User):
    with pytest.raises(NotVisible):
        act(quote, outsider, 1)
    quote.refresh_from_db()
    assert quote.version == 1
    assert not Edit.objects.exists()


@every_action
def test_readers_and_researchers_may_not_change(act, quote: Quote, reader: User, researcher: User):
    for user in (reader, researcher):
        with pytest.raises(PermissionDenied):
            act(quote, user, 1)
    assert not Edit.objects.exists()


@every_action
def test_people_who_left_may_not_change(act, quote: Quote, editor: User):
    editor.is_active = False
    editor.save()
    with pytest.raises(NotVisible):
        act(quote, editor, 1)


@every_action
def test_a_double_click_is_one_decision(act, quote: Quote, editor: User):
    act(quote, editor, 1)
    act(quote, editor, 1)
    quote.refresh_from_db()
    assert quote.version == 2
    assert Edit.objects.count() == 1


@every_action
def test_undo_gives_back_the_same_state_and_redo_the_change(act, quote: Quote, editor: User):
    from annotations.history import quote_snapshot

    before = quote_snapshot(Quote.objects.get(pk=quote.pk))
    act(quote, editor, 1)
    after = quote_snapshot(Quote.objects.get(pk=quote.pk))
    undo_last(user=editor)
    assert quote_snapshot(Quote.objects.get(pk=quote.pk)) == before
    redo_last(user=editor)
    assert quote_snapshot(Quote.objects.get(pk=quote.pk)) == after
    undo_last(user=editor)
    assert quote_snapshot(Quote.objects.get(pk=quote.pk)) == before
    assert Edit.objects.count() == 4
    assert list(Edit.objects.order_by("pk").values_list("version", flat=True)) == [2, 3, 4, 5]


def test_confirming_says_who_and_when(quote: Quote, editor: User):
    operations.confirm_quote(public_id=quote.public_id, version=1, user=editor)
    quote.refresh_from_db()
    assert (quote.status, quote.decided_by) == ("confirmed", editor)
    assert quote.decided_at is not None
    assert quote.changed_fields == []


def test_another_speaker_decides_and_is_named_as_changed(
    quote: Quote, editor: User, wrenfield: Speaker
):
    operations.set_speaker(
        public_id=quote.public_id, version=1, user=editor, speaker_id=wrenfield.public_id
    )
    quote.refresh_from_db()
    assert (quote.speaker, quote.status) == (wrenfield, "confirmed")
    assert quote.changed_fields == ["speaker"]
    assert quote.suggestion["speaker_name"] == "Ines Adair"


def test_a_speaker_of_another_collection_is_unknown(quote: Quote, editor: User, outsider: User):
    stranger = make_speaker(outsider.memberships.get().collection, "Somebody Else")
    with pytest.raises(Invalid):
        operations.set_speaker(
            public_id=quote.public_id, version=1, user=editor, speaker_id=stranger.public_id
        )


def test_a_rejected_quote_cannot_be_accepted_before_it_is_reopened(quote: Quote, editor: User):
    operations.reject_quote(public_id=quote.public_id, version=1, user=editor)
    with pytest.raises(NotAllowedNow, match="reopen"):
        operations.confirm_quote(public_id=quote.public_id, version=2, user=editor)
    operations.reopen_quote(public_id=quote.public_id, version=2, user=editor)
    operations.confirm_quote(public_id=quote.public_id, version=3, user=editor)
    quote.refresh_from_db()
    assert quote.status == "confirmed"


@pytest.mark.parametrize("kind", ["indirect", "shouted", ""])
def test_a_kind_that_the_marks_contradict_is_refused(kind: str, quote: Quote, editor: User):
    with pytest.raises(Invalid):
        operations.set_kind(public_id=quote.public_id, version=1, user=editor, kind=kind)


def test_boundaries_without_marks_make_the_quote_indirect(
    quote: Quote, article: Article, editor: User
):
    operations.set_boundaries(
        public_id=quote.public_id,
        version=1,
        user=editor,
        content=[selection(article, "the harbour wall would stand")],
    )
    quote.refresh_from_db()
    assert quote.kind == "indirect"
    assert quote.changed_fields == ["content", "kind"]
    span = quote.spans.get(role=QuoteSpan.Role.CONTENT)
    assert article.text[span.start : span.end] == span.exact == "the harbour wall would stand"
    assert (quote.start, quote.end) == (span.start, span.end)


def test_a_selection_that_reads_otherwise_is_refused(quote: Quote, article: Article, editor: User):
    for wrong in (
        Selection(0, 4, "Enis"),
        Selection(0, 10**6, "Ines"),
        Selection(4, 4, ""),
        Selection(4, 2, "In"),
    ):
        with pytest.raises(Invalid):
            operations.set_boundaries(
                public_id=quote.public_id, version=1, user=editor, content=[wrong]
            )
    assert not Edit.objects.exists()


def test_boundaries_may_not_run_into_another_quote(quote: Quote, article: Article, editor: User):
    make_quote(article, RETORT)
    with pytest.raises(Invalid, match="Another quote"):
        operations.set_boundaries(
            public_id=quote.public_id,
            version=1,
            user=editor,
            content=[
                selection(article, "“It has held for ninety winters,” she said.\n\n“It has not")
            ],
        )
    quote.refresh_from_db()
    assert quote.version == 1
    assert quote.spans.get(role="content").exact == "“It has held for ninety winters,”"


def test_an_added_quote_is_confirmed_and_belongs_to_its_editor(
    article: Article, editor: User, adair: Speaker
):
    quote = operations.add_quote(
        article_id=article.public_id,
        user=editor,
        content=[selection(article, RETORT)],
        source=[selection(article, "Tobias Wrenfield")],
        cue=[selection(article, "told")],
        speaker_id=adair.public_id,
    )
    assert (quote.kind, quote.status, quote.origin) == ("direct", "confirmed", "person")
    assert quote.normal_text == "it has not held since march"
    assert Edit.objects.get().before is None


def test_an_added_quote_is_taken_off_the_record_by_undo_and_back_by_redo(
    article: Article, editor: User
):
    quote = operations.add_quote(
        article_id=article.public_id, user=editor, content=[selection(article, RETORT)]
    )
    undo_last(user=editor, article=article)
    assert not Quote.objects.on_record().exists()
    redo_last(user=editor, article=article)
    assert Quote.objects.on_record().get() == quote


def test_a_quote_inside_another_becomes_its_child(article: Article, quote: Quote, editor: User):
    inner = operations.add_quote(
        article_id=article.public_id, user=editor, content=[selection(article, "ninety winters")]
    )
    assert inner.parent == quote


def test_a_quote_without_words_is_refused(article: Article, editor: User):
    for words in ("”", "\n\n"):
        with pytest.raises(Invalid):
            operations.add_quote(
                article_id=article.public_id, user=editor, content=[selection(article, words)]
            )


def test_undo_goes_back_step_by_step_and_only_through_ones_own(
    article: Article, quote: Quote, editor: User, colleague: User
):
    retort = make_quote(article, RETORT)
    operations.confirm_quote(public_id=quote.public_id, version=1, user=editor)
    operations.reject_quote(public_id=retort.public_id, version=1, user=editor)
    with pytest.raises(NothingToUndo):
        undo_last(user=colleague)
    undo_last(user=editor)
    undo_last(user=editor)
    with pytest.raises(NothingToUndo):
        undo_last(user=editor)
    redo_last(user=editor)
    quote.refresh_from_db()
    retort.refresh_from_db()
    assert (quote.status, retort.status) == ("confirmed", "suggested")
    redo_last(user=editor)
    with pytest.raises(NothingToUndo):
        redo_last(user=editor)


def test_a_new_decision_ends_redo(article: Article, quote: Quote, editor: User):
    operations.confirm_quote(public_id=quote.public_id, version=1, user=editor)
    undo_last(user=editor)
    operations.set_note(public_id=quote.public_id, version=3, user=editor, note="Later.")
    with pytest.raises(NothingToUndo):
        redo_last(user=editor)


def test_undo_of_what_somebody_changed_since_is_refused(
    quote: Quote, editor: User, colleague: User
):
    operations.confirm_quote(public_id=quote.public_id, version=1, user=editor)
    operations.set_note(public_id=quote.public_id, version=2, user=colleague, note="Good.")
    with pytest.raises(ChangedSince) as refusal:
        undo_last(user=editor)
    assert refusal.value.current.note == "Good."
    quote.refresh_from_db()
    assert (quote.status, quote.version) == ("confirmed", 3)


def test_undo_keeps_to_the_article(collection: Collection, quote: Quote, editor: User):
    other = make_quote(make_article(collection))
    operations.confirm_quote(public_id=quote.public_id, version=1, user=editor)
    operations.confirm_quote(public_id=other.public_id, version=1, user=editor)
    undo_last(user=editor, article=quote.article)
    quote.refresh_from_db()
    other.refresh_from_db()
    assert (quote.status, other.status) == ("suggested", "confirmed")


def test_a_quote_in_a_confirmed_correction_stays_as_it_is(
    article: Article, quote: Quote, editor: User, adair: Speaker, wrenfield: Speaker
):
    make_correction(
        article,
        RETORT,
        corrector=wrenfield,
        corrected=adair,
        claims=(quote,),
        status="confirmed",
    )
    for refused in (
        lambda: operations.reject_quote(public_id=quote.public_id, version=1, user=editor),
        lambda: operations.set_speaker(
            public_id=quote.public_id, version=1, user=editor, speaker_id=wrenfield.public_id
        ),
    ):
        with pytest.raises(NotAllowedNow):
            refused()


def test_unknown_quotes_are_not_visible(editor: User):
    with pytest.raises(NotVisible):
        operations.confirm_quote(public_id=uuid.uuid4(), version=1, user=editor)


def test_one_decision_costs_the_same_among_many_quotes(
    collection: Collection, editor: User, count_queries
):
    words = [f"“Winter {number} passed,” she said." for number in range(40)]
    few = make_quote(
        make_article(collection, "“Winter one passed,” she said."), "“Winter one passed,”"
    )
    full = make_article(collection, "\n\n".join(words))
    many = [make_quote(full, f"“Winter {number} passed,”") for number in range(40)]

    def confirm(quote: Quote):
        return count_queries(
            lambda: operations.confirm_quote(public_id=quote.public_id, version=1, user=editor)
        )

    assert confirm(few) == confirm(many[20]) <= 9


def test_a_nested_quote_that_leaves_its_quote_is_no_longer_nested(
    article: Article, quote: Quote, editor: User
):
    inner = operations.add_quote(
        article_id=article.public_id, user=editor, content=[selection(article, "ninety winters")]
    )
    make_quote(article, RETORT)
    with pytest.raises(Invalid, match="Another quote"):
        operations.set_boundaries(
            public_id=inner.public_id,
            version=1,
            user=editor,
            content=[selection(article, f"{RETORT} Tobias")],
        )
    moved = operations.set_boundaries(
        public_id=inner.public_id,
        version=1,
        user=editor,
        content=[selection(article, "the harbour wall would stand")],
    )
    assert moved.parent is None


def test_the_same_quote_added_twice_is_one(
    article: Article, quote: Quote, editor: User, colleague: User
):
    def add(user: User) -> Quote:
        return operations.add_quote(
            article_id=article.public_id, user=user, content=[selection(article, "ninety winters")]
        )

    assert add(editor) == add(editor)
    assert Edit.objects.count() == 1
    with pytest.raises(Invalid):
        add(colleague)


def test_a_double_click_reopens_once(quote: Quote, editor: User):
    operations.reject_quote(public_id=quote.public_id, version=1, user=editor)
    for _ in range(2):
        reopened = operations.reopen_quote(public_id=quote.public_id, version=2, user=editor)
    assert (reopened.status, reopened.version) == ("suggested", 3)
    assert Edit.objects.filter(action="quote.reopened").count() == 1


def test_another_source_leaves_the_words_where_they_are(
    quote: Quote, article: Article, editor: User
):
    before = (quote.start, quote.end, quote.kind, quote.normal_text)
    operations.set_boundaries(
        public_id=quote.public_id,
        version=1,
        user=editor,
        source=[selection(article, "Ines Adair")],
    )
    quote.refresh_from_db()
    assert (quote.start, quote.end, quote.kind, quote.normal_text) == before
    assert quote.spans.get(role=QuoteSpan.Role.SOURCE).exact == "Ines Adair"
    assert quote.spans.get(role=QuoteSpan.Role.CUE).exact == "said"
    assert quote.changed_fields == ["source"]


def test_a_quote_without_content_is_refused(quote: Quote, article: Article, editor: User):
    for refused in (
        lambda: operations.add_quote(article_id=article.public_id, user=editor, content=[]),
        lambda: operations.set_boundaries(
            public_id=quote.public_id, version=1, user=editor, content=[]
        ),
    ):
        with pytest.raises(Invalid, match="needs content") as refusal:
            refused()
        assert (refusal.value.code, refusal.value.field) == ("no_content", "content")
    assert Quote.objects.get().spans.get(role="content").exact.startswith("“It has held")
    assert not Edit.objects.exists()

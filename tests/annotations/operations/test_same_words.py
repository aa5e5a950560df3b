"""What people say of groups of same words: permission, version, history, undo."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from annotations.checking import find_breaks
from annotations.history import same_words_snapshot
from annotations.models import Edit
from annotations.operations import same_words as operations
from annotations.operations.quotes import add_quote, set_boundaries
from annotations.operations.selections import Selection
from annotations.operations.undoing import redo_last, undo_edit, undo_last
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from annotations.sentences import sentences
from quotes.models import Quote, SameWords, SameWordsQuote
from quotes.operations.same_words import find_same_words
from tests.factories import make_article, make_quote, make_same_words, make_speaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from quotes.models import Collection

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WHOLE = "“The ferry will sail on Monday, whatever the harbour board may think.”"
PART = "“whatever the harbour board may think”"


@pytest.fixture
def tell(collection: Collection) -> Callable[[str], Quote]:
    adair = make_speaker(collection)

    def one(words: str) -> Quote:
        text = f"{words} Ines Adair said. “A word more,” she said. {Quote.objects.count()}"
        return make_quote(make_article(collection, text), words, speaker=adair)

    return one


@pytest.fixture
def group(tell: Callable[[str], Quote]) -> SameWords:
    return make_same_words(tell(WHOLE), tell(PART), tell(WHOLE))


@pytest.fixture
def free(tell: Callable[[str], Quote]) -> Quote:
    return tell(PART)


def last_of(group: SameWords) -> uuid.UUID:
    return group.members.order_by("-pk")[0].quote.public_id


ACTIONS = {
    "confirm": lambda group, free, user, version: operations.confirm_same_words(
        public_id=group.public_id, version=version, user=user
    ),
    "reject": lambda group, free, user, version: operations.reject_same_words(
        public_id=group.public_id, version=version, user=user
    ),
    "put_in": lambda group, free, user, version: operations.put_in_same_words(
        public_id=group.public_id, version=version, user=user, quote_id=free.public_id
    ),
    "take_out": lambda group, free, user, version: operations.take_out_of_same_words(
        public_id=group.public_id, version=version, user=user, quote_id=last_of(group)
    ),
}
actions = pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS)


@actions
def test_an_action_is_in_the_history_and_is_undone(act, group, free, editor: User):
    before = same_words_snapshot(group)
    act(group, free, editor, 1)
    group.refresh_from_db()
    edit = Edit.objects.get()
    assert (edit.version, group.version, edit.before) == (2, 2, before)
    assert edit.after == same_words_snapshot(group) != before
    assert group.touched
    assert list(find_breaks()) == []
    undo_last(user=editor)
    group.refresh_from_db()
    undone = same_words_snapshot(group)
    assert undone == before
    redo_last(user=editor)
    group.refresh_from_db()
    assert same_words_snapshot(group) == edit.after
    assert list(find_breaks()) == []


@actions
def test_a_refused_action_writes_nothing(act, group, free, reader: User, outsider: User, editor):
    for user, version, refusal in (
        (reader, 1, PermissionDenied),
        (outsider, 1, NotVisible),
        (editor, 7, StaleVersion),
    ):
        with pytest.raises(refusal):
            act(group, free, user, version)
    assert not Edit.objects.exists()
    assert SameWords.objects.get().version == 1


@actions
def test_a_double_click_is_one_decision(act, group, free, editor: User):
    act(group, free, editor, 1)
    act(group, free, editor, 1)
    assert Edit.objects.count() == 1


def test_a_rejected_group_holds_no_quote_and_can_be_reopened(group: SameWords, editor: User):
    operations.reject_same_words(public_id=group.public_id, version=1, user=editor)
    assert not SameWordsQuote.objects.members().exists()
    operations.reopen_same_words(public_id=group.public_id, version=2, user=editor)
    assert SameWordsQuote.objects.members().count() == 3
    assert list(find_breaks()) == []


def test_a_quote_stands_in_one_group_at_a_time(group, free, tell, editor: User):
    make_same_words(free, tell(PART))
    with pytest.raises(Invalid, match="another group"):
        operations.put_in_same_words(
            public_id=group.public_id, version=1, user=editor, quote_id=free.public_id
        )


def test_a_group_keeps_two_quotes(group: SameWords, editor: User):
    operations.take_out_of_same_words(
        public_id=group.public_id, version=1, user=editor, quote_id=last_of(group)
    )
    other = SameWordsQuote.objects.members().order_by("-pk")[0].quote.public_id
    with pytest.raises(NotAllowedNow):
        operations.take_out_of_same_words(
            public_id=group.public_id, version=2, user=editor, quote_id=other
        )


def test_what_was_taken_out_is_not_suggested_again(tell, editor: User):
    quotes = [tell(WHOLE), tell(PART), tell(WHOLE)]
    for quote in quotes:
        find_same_words(article=quote.article)
    group = SameWords.objects.get()
    operations.take_out_of_same_words(
        public_id=group.public_id, version=1, user=editor, quote_id=quotes[1].public_id
    )
    Quote.objects.filter(pk=quotes[1].pk).update(normal_text="whatever the harbour board may")
    find_same_words(article=quotes[1].article)
    assert not SameWordsQuote.objects.members().filter(quote=quotes[1]).exists()


def test_two_quotes_that_the_machine_kept_apart_are_put_together(free, tell, editor: User):
    other = tell("“Harbour boards think what they like.”")
    group = operations.add_same_words(
        quote_id=free.public_id, other_id=other.public_id, user=editor
    )
    assert (group.status, group.origin, group.relation) == ("confirmed", "person", "near")
    assert list(find_breaks()) == []
    undo_last(user=editor)
    assert not SameWords.objects.on_record().exists()
    assert not SameWordsQuote.objects.members().exists()
    assert list(find_breaks()) == []


@pytest.mark.parametrize("other", ["same", "unknown"])
def test_what_cannot_be_put_together_is_refused(other: str, free: Quote, editor: User):
    other_id = free.public_id if other == "same" else uuid.uuid4()
    with pytest.raises(Invalid):
        operations.add_same_words(quote_id=free.public_id, other_id=other_id, user=editor)
    assert not SameWords.objects.exists()


def test_a_colleagues_later_decision_is_not_undone(group, editor: User, colleague: User):
    operations.confirm_same_words(public_id=group.public_id, version=1, user=editor)
    operations.reject_same_words(public_id=group.public_id, version=2, user=colleague)
    with pytest.raises(NotAllowedNow):
        undo_last(user=editor)


def test_what_the_machine_found_since_stays_after_an_undo(group, free, editor: User):
    operations.confirm_same_words(public_id=group.public_id, version=1, user=editor)
    SameWordsQuote.objects.create(group=group, quote=free)
    undo_edit(object_id=group.public_id, version=2, user=editor)
    assert SameWordsQuote.objects.get(quote=free).state == "suggested"
    assert SameWords.objects.get().status == "suggested"


def test_a_quote_whose_words_a_person_set_is_compared_when_asked(tell, editor: User):
    find_same_words(article=tell(WHOLE).article)
    article = make_article(tell(WHOLE).collection, f"Not so. {WHOLE} And more.")
    start = article.text.index(WHOLE)
    quote = add_quote(
        article_id=article.public_id,
        user=editor,
        content=[Selection(start, start + len(WHOLE), WHOLE)],
    )
    look = {"quote_id": quote.public_id, "user": editor}
    assert operations.look_for_same_words(**look) == SameWords.objects.get()
    set_boundaries(
        public_id=quote.public_id, version=1, user=editor, content=[Selection(0, 7, "Not so.")]
    )
    assert operations.look_for_same_words(**look) is None
    undo_last(user=editor)
    assert operations.look_for_same_words(**look) is not None
    assert list(find_breaks()) == []


def test_each_action_is_told_as_a_sentence(group, free, editor: User):
    for number, act in enumerate(("put_in", "confirm", "reject"), start=1):
        ACTIONS[act](group, free, editor, number)
    for sentence in sentences(Edit.objects.for_display().newest_first()):
        assert "same_words." not in sentence.verb


def test_a_double_click_reopens_once(group: SameWords, editor: User):
    operations.reject_same_words(public_id=group.public_id, version=1, user=editor)
    for _ in range(2):
        reopened = operations.reopen_same_words(public_id=group.public_id, version=2, user=editor)
    assert (reopened.status, reopened.version) == ("suggested", 3)
    assert Edit.objects.filter(action="same_words.reopened").count() == 1


def test_a_quote_that_is_not_in_the_group_is_not_taken_out(group, free: Quote, editor: User):
    with pytest.raises(Invalid, match="not in this group") as refusal:
        operations.take_out_of_same_words(
            public_id=group.public_id, version=1, user=editor, quote_id=free.public_id
        )
    assert (refusal.value.code, refusal.value.field) == ("unknown_quote", "quote")
    group.refresh_from_db()
    assert (group.version, group.members.filter(state="suggested").count()) == (1, 3)


def test_what_is_not_there_is_not_visible(group: SameWords, free: Quote, editor: User):
    nothing = uuid.uuid4()
    for refused in (
        lambda: operations.add_same_words(quote_id=nothing, other_id=free.public_id, user=editor),
        lambda: operations.look_for_same_words(quote_id=nothing, user=editor),
        lambda: operations.confirm_same_words(public_id=nothing, version=1, user=editor),
    ):
        with pytest.raises(NotVisible):
            refused()
    assert SameWords.objects.get() == group
    assert not Edit.objects.exists()


def test_a_group_that_a_run_dissolves_meanwhile_is_not_visible(
    group: SameWords, editor: User, monkeypatch: pytest.MonkeyPatch
):
    # The run had the collection's groups to itself; when it lets go, this one is no more.
    monkeypatch.setattr(operations, "lock_same_words", lambda _: SameWords.objects.all().delete())
    with pytest.raises(NotVisible):
        operations.confirm_same_words(public_id=group.public_id, version=1, user=editor)
    assert not Edit.objects.exists()

"""What a changed story asks, and what a person answers: taken back like any other decision."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from annotations.checking import find_breaks
from annotations.models import Edit
from annotations.operations.corrections import reopen_correction
from annotations.operations.placing import leave_behind, place
from annotations.operations.quotes import add_quote, confirm_quote, reopen_quote, set_boundaries
from annotations.operations.selections import Selection
from annotations.operations.undoing import ChangedSince, redo_last, undo_edit, undo_last
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Article, ExtractionRun, Placement, Quote
from tests.annotations.changed_story import STORY, Story, retold
from tests.factories import make_article, make_quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Collection

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = "“It has not held since early March,”"
CHANGED = STORY.replace("since March", "since early March")


@pytest.fixture
def newer(story: Story) -> Article:
    return retold(story, CHANGED)


def question(story: Story) -> Placement:
    return Placement.objects.get(quote=story.retort)


def holds() -> bool:
    return not list(find_breaks())


def selected(text: str, words: str) -> Selection:
    start = text.index(words)
    return Selection(start, start + len(words), words)


def test_the_place_offered_is_taken_and_what_waited_for_it_follows(
    story: Story, newer: Article, colleague: User
):
    asked = question(story)
    place(public_id=asked.public_id, version=asked.version, user=colleague)
    story.refresh()
    assert (story.retort.article, story.retort.status) == (newer, "confirmed")
    assert newer.text[story.retort.start : story.retort.end] == NOW
    roles = set(story.retort.spans.values_list("role", "exact"))
    assert ("source", "Tobias Wrenfield") in roles
    assert (story.correction.article, story.correction.status) == (newer, "confirmed")
    assert not Placement.objects.asked().exists()
    edits = list(Edit.objects.by_person(colleague).order_by("pk"))
    assert [edit.action for edit in edits] == ["quote.placed", "correction.placed"]
    assert len({edit.batch for edit in edits}) == 1
    assert {edit.article for edit in edits} == {newer}
    assert holds()


def test_another_place_is_chosen(story: Story, newer: Article, editor: User):
    asked = question(story)
    words = selected(newer.text, "the figure is forty million".capitalize())
    place(public_id=asked.public_id, version=asked.version, user=editor, words=[words], source=())
    story.refresh()
    assert newer.text[story.retort.start : story.retort.end] == words.exact
    assert holds()


def test_an_answer_and_its_undo_and_its_redo_give_the_same_again(
    story: Story, newer: Article, editor: User
):
    run = ExtractionRun.objects.create(article=newer, state="done")
    suggested = make_quote(newer, NOW, run=run)
    asked = question(story)
    place(public_id=asked.public_id, version=asked.version, user=editor)
    suggested.refresh_from_db()
    assert suggested.status == "replaced"
    undo_last(user=editor, article=newer)
    story.refresh()
    suggested.refresh_from_db()
    assert (story.retort.article, story.retort.status) == (story.article, "replaced")
    assert story.correction.status == "replaced"
    assert suggested.status == "suggested"
    assert Placement.objects.asked().count() == 2
    assert holds()
    redo_last(user=editor, article=newer)
    story.refresh()
    suggested.refresh_from_db()
    assert (story.retort.article, story.retort.status) == (newer, "confirmed")
    assert story.correction.article == newer
    assert suggested.status == "replaced"
    assert not Placement.objects.asked().exists()
    assert holds()


def test_what_is_gone_is_off_the_record_and_its_correction_is_asked_by_itself(
    story: Story, newer: Article, editor: User
):
    asked = question(story)
    leave_behind(public_id=asked.public_id, version=asked.version, user=editor)
    story.refresh()
    assert (story.retort.article, story.retort.status) == (story.article, "withdrawn")
    left = Placement.objects.asked().get()
    place(public_id=left.public_id, version=left.version, user=editor)
    story.refresh()
    assert (story.correction.article, story.correction.status) == (newer, "confirmed")
    assert list(story.correction.links.values_list("quote", flat=True)) == [story.claim.pk]
    assert holds()
    undo_last(user=editor, article=newer)
    undo_last(user=editor, article=newer)
    story.refresh()
    assert Placement.objects.asked().count() == 2
    assert story.correction.links.count() == 2
    assert holds()


def test_a_double_click_answers_once_and_another_answer_is_refused(
    story: Story, newer: Article, editor: User, colleague: User
):
    asked = question(story)
    for _ in range(2):
        place(public_id=asked.public_id, version=asked.version, user=editor)
    assert Edit.objects.filter(action="quote.placed").count() == 1
    with pytest.raises(NotAllowedNow, match="answered meanwhile"):
        leave_behind(public_id=asked.public_id, version=asked.version, user=colleague)


def test_what_is_gone_is_gone_once(story: Story, newer: Article, editor: User):
    asked = question(story)
    for _ in range(2):  # a double click
        answered = leave_behind(public_id=asked.public_id, version=asked.version, user=editor)
        assert answered.state == "gone"
    assert Edit.objects.filter(action="quote.left_behind").count() == 1
    with pytest.raises(NotAllowedNow, match="answered meanwhile"):
        place(public_id=asked.public_id, version=asked.version, user=editor)


def test_an_answer_to_a_story_that_has_changed_again_is_refused(
    story: Story, newer: Article, editor: User
):
    asked = question(story)
    place(public_id=asked.public_id, version=asked.version, user=editor)
    retold(story, f"Updated at noon.\n\n{CHANGED}")
    before = Edit.objects.count()
    for answer in (place, leave_behind):
        with pytest.raises(NotAllowedNow, match="story has changed"):
            answer(public_id=asked.public_id, version=asked.version, user=editor)
    assert Edit.objects.count() == before


def test_what_somebody_decided_inside_what_stands_there_is_not_pushed_away(
    story: Story, newer: Article, editor: User
):
    around = make_quote(newer, NOW)
    inside = make_quote(newer, "early March", parent=around)
    confirm_quote(public_id=inside.public_id, version=1, user=editor)
    asked = question(story)
    with pytest.raises(NotAllowedNow, match="stands inside that one"):
        place(public_id=asked.public_id, version=asked.version, user=editor)
    around.refresh_from_db()
    inside.refresh_from_db()
    assert (around.status, inside.status) == ("suggested", "confirmed")
    assert question(story).state == "asked"


def test_what_somebody_decided_at_the_place_is_not_pushed_away(
    story: Story, newer: Article, editor: User
):
    there = make_quote(newer, NOW)
    confirm_quote(public_id=there.public_id, version=1, user=editor)
    asked = question(story)
    with pytest.raises(NotAllowedNow, match="decided stands there"):
        place(public_id=asked.public_id, version=asked.version, user=editor)
    assert Placement.objects.asked().count() == 2
    assert holds()


def test_words_that_do_not_stand_there_are_refused(story: Story, newer: Article, editor: User):
    asked = question(story)
    for words in ([Selection(0, 5, "Other")], [Selection(0, 10**6, "x")], []):
        offered = Placement.objects.filter(pk=asked.pk)
        offered.update(offer={})
        with pytest.raises(Invalid):
            place(public_id=asked.public_id, version=asked.version, user=editor, words=words)


def test_marks_without_a_word_are_no_place(story: Story, newer: Article, editor: User):
    asked = question(story)
    words = [selected(newer.text, "“")]
    with pytest.raises(Invalid, match="no words") as refused:
        place(public_id=asked.public_id, version=asked.version, user=editor, words=words)
    assert (refused.value.code, refused.value.field) == ("no_words", "words")
    assert question(story).state == "asked"


def test_only_editors_answer(story: Story, newer: Article, reader: User, outsider: User):
    asked = question(story)
    for user, refusal in ((reader, PermissionDenied), (outsider, NotVisible)):
        for answer in (place, leave_behind):
            with pytest.raises(refusal):
                answer(public_id=asked.public_id, version=asked.version, user=user)
    with pytest.raises(NotVisible):
        place(public_id=uuid.uuid4(), version=1, user=reader)
    assert Placement.objects.asked().count() == 2


def test_a_question_of_a_version_that_was_replaced_is_put_by_the_newest(
    story: Story, newer: Article, editor: User
):
    asked = question(story)
    newest = retold(story, CHANGED.replace("“The figure", "“The right figure"))
    assert question(story).newer == newest
    with pytest.raises(NotAllowedNow, match="asked anew"):
        place(public_id=asked.public_id, version=asked.version + 7, user=editor)


def test_a_decision_made_before_the_move_is_taken_back_at_the_new_place(story: Story, editor: User):
    newer = retold(story, f"Updated at noon.\n\n{STORY}")
    reopen_correction(public_id=story.correction.public_id, version=3, user=editor)
    story.refresh()
    edit = Edit.objects.of_object(story.claim.public_id).get()
    undo_edit(object_id=edit.object_id, version=edit.version, user=editor)
    story.refresh()
    assert (story.claim.status, story.claim.article) == ("suggested", newer)
    assert newer.text[story.claim.start : story.claim.end] == "“It has held for ninety winters,”"
    assert holds()


def test_boundaries_of_the_older_text_are_past_undoing(story: Story, editor: User):
    quote = make_quote(story.article, "“The figure is forty million,”")
    words = selected(story.article.text, "The figure is forty million")
    set_boundaries(public_id=quote.public_id, version=1, user=editor, content=[words])
    retold(story, f"Updated at noon.\n\n{STORY}")
    quote = Quote.objects.get(pk=quote.pk)
    assert quote.article.text[quote.start : quote.end] == words.exact
    with pytest.raises(ChangedSince):
        undo_edit(object_id=quote.public_id, version=2, user=editor)
    assert holds()


def test_a_moved_quote_is_decided_like_any_other(story: Story, editor: User):
    newer = retold(story, f"Updated at noon.\n\n{STORY}")
    reopen_correction(public_id=story.correction.public_id, version=3, user=editor)
    reopen_quote(public_id=story.claim.public_id, version=3, user=editor)
    confirm_quote(public_id=story.claim.public_id, version=4, user=editor)
    assert Quote.objects.get(pk=story.claim.pk).article == newer
    assert holds()


def test_a_quote_that_a_person_added_is_placed_and_still_suggests_nothing(
    story: Story, editor: User
):
    words = selected(STORY, "“The figure is forty million,”")
    added = add_quote(article_id=story.article.public_id, user=editor, content=[words])
    newer = retold(story, STORY.replace("is forty", "is about forty"))
    asked = Placement.objects.get(quote=added)
    place(public_id=asked.public_id, version=asked.version, user=editor)
    added.refresh_from_db()
    assert (added.article, added.status, added.suggestion) == (newer, "confirmed", None)
    assert newer.text[added.start : added.end] == "“The figure is about forty million,”"
    assert holds()


def test_a_correction_follows_when_both_of_its_quotes_are_placed(story: Story, editor: User):
    newer = retold(story, CHANGED.replace("for ninety winters", "for ninety long winters"))
    for quote, waiting in ((story.retort, 2), (story.claim, 0)):
        asked = Placement.objects.get(quote=quote)
        place(public_id=asked.public_id, version=asked.version, user=editor)
        assert Placement.objects.asked().count() == waiting
        story.refresh()
        assert (story.correction.article == newer) is (waiting == 0)
    assert (story.correction.status, story.correction.links.count()) == ("confirmed", 2)
    assert holds()


class TestQuotesInside:
    """Two quotes with one inside of each, all decided; the story changes the outer ones' words."""

    TEXT = (
        "“She told me ‘never again’ and laughed at the whole of it,” Mr Vale said on Monday.\n\n"
        "“They wrote ‘until tomorrow’ on the old door of the quay,” Ms Orne said on Tuesday."
    )
    LATER = TEXT.replace("the whole of it", "all of it").replace("old door", "green door")

    @pytest.fixture
    def quotes(self, collection: Collection) -> dict[str, Quote]:
        article = make_article(collection, self.TEXT, external_id="cms-8")
        found = {}
        for number, words in enumerate(("‘never again’", "‘until tomorrow’"), start=1):
            paragraph = self.TEXT.split("\n\n")[number - 1]
            whole = paragraph[: paragraph.index("”") + 1]
            outer = make_quote(article, whole, status="confirmed")
            inner = make_quote(article, words, status="confirmed", parent=outer)
            found |= {f"outer {number}": outer, f"inner {number}": inner}
        return found

    @pytest.fixture
    def newer(self, collection: Collection, quotes: dict[str, Quote]) -> Article:
        return make_article(collection, self.LATER, external_id="cms-8")

    def place(self, quote: Quote, user: User, words: str | None = None) -> None:
        asked = Placement.objects.get(quote=quote)
        place(
            public_id=asked.public_id,
            version=asked.version,
            user=user,
            words=None if words is None else [selected(self.LATER, words)],
        )

    def test_the_one_inside_follows_and_the_others_wait(self, quotes, newer, editor: User):
        self.place(quotes["outer 1"], editor)
        inner, outer = (Quote.objects.get(pk=quotes[f"{one} 1"].pk) for one in ("inner", "outer"))
        assert (inner.article, inner.status, inner.parent) == (newer, "confirmed", outer)
        assert newer.text[inner.start : inner.end] == "‘never again’"
        asked = Placement.objects.asked().values_list("quote", flat=True)
        assert set(asked) == {quotes["outer 2"].pk, quotes["inner 2"].pk}
        assert holds()
        undo_last(user=editor, article=newer)
        assert Placement.objects.asked().count() == 4
        assert holds()

    def test_the_one_inside_waits_where_its_words_are_left_out(self, quotes, newer, editor: User):
        self.place(quotes["outer 1"], editor, "and laughed at all of it")
        asked = Placement.objects.asked().values_list("quote", flat=True)
        assert quotes["inner 1"].pk in asked
        self.place(quotes["inner 1"], editor)
        inner = Quote.objects.get(pk=quotes["inner 1"].pk)
        assert (inner.article, inner.status, inner.parent) == (newer, "confirmed", None)
        assert holds()

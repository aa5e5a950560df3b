"""What was left out of a story is put back by an editor, with history and undo."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from annotations.models import Edit
from annotations.operations.leaving_out import put_back
from annotations.operations.undoing import redo_last, undo_edit, undo_last
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.extraction.types import Skipped
from quotes.models import Article, ExtractionRun
from tests.factories import make_article

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db

APPEAL = "Sign up for our newsletter."
TEXT = f"{APPEAL}\n\n“The kiln stays lit,” said Odile Varga.\n\nRead more: the old kiln."
FIRST, LAST = (0, len(APPEAL)), (TEXT.index("Read more"), len(TEXT))


@pytest.fixture
def story(collection) -> Article:
    skipped = (Skipped(*FIRST, "words to the reader"), Skipped(*LAST, "link to another story"))
    return make_article(collection, TEXT, skipped=skipped)


def put(story: Article, user: User, place: tuple[int, int] = FIRST, version: int = 1) -> Article:
    return put_back(
        public_id=story.public_id, version=version, user=user, start=place[0], end=place[1]
    )


def test_what_is_put_back_is_story_and_the_engine_reads_again(story: Article, editor: User):
    put(story, editor)
    story.refresh_from_db()
    assert story.skipped == [[*LAST, "link to another story"]]
    assert (story.skipped_by_hand, story.version) == (True, 2)
    assert story.text == TEXT
    assert ExtractionRun.objects.get().state == "queued"
    edit = Edit.objects.get()
    assert (edit.action, edit.object_id, edit.version) == ("article.put_back", story.public_id, 2)
    assert len(edit.before["skipped"]) == 2


def test_undo_and_redo_are_the_states_before(story: Article, editor: User):
    put(story, editor)
    undo_last(user=editor, article=story)
    story.refresh_from_db()
    assert ([one[:2] for one in story.skipped], story.skipped_by_hand) == (
        [[*FIRST], [*LAST]],
        False,
    )
    redo_last(user=editor, article=story)
    story.refresh_from_db()
    assert [one[:2] for one in story.skipped] == [[*LAST]]
    assert [edit.action for edit in Edit.objects.order_by("pk")] == [
        "article.put_back", "article.put_back_undone", "article.put_back_redone",
    ]  # fmt: skip


def test_an_older_decision_is_not_taken_back_over_a_newer_one(story, editor, colleague):
    put(story, editor)
    put(story, colleague, LAST, version=2)
    with pytest.raises(NotAllowedNow):
        undo_edit(object_id=story.public_id, version=2, user=editor)


def test_refusals_write_nothing(story: Article, editor: User, researcher: User, outsider: User):
    for user, place, version, refusal in (
        (editor, (0, 5), 1, Invalid),
        (editor, FIRST, 7, StaleVersion),
        (researcher, FIRST, 1, PermissionDenied),
        (outsider, FIRST, 1, NotVisible),
    ):
        with pytest.raises(refusal):
            put(story, user, place, version)
    with pytest.raises(NotVisible):
        put_back(public_id=uuid.uuid4(), version=1, user=editor, start=FIRST[0], end=FIRST[1])
    assert not Edit.objects.exists()
    assert not ExtractionRun.objects.exists()


def test_the_page_shows_what_and_why_and_puts_it_back(story: Article, editor: User, client: Client):
    client.force_login(editor)
    page = reverse("annotations:article_left_out", args=[story.public_id])
    shown = client.get(page).content.decode()
    assert APPEAL in shown
    assert "Words to the reader" in shown
    article = client.get(reverse("annotations:article_detail", args=[story.public_id]))
    assert page in article.content.decode()
    there = reverse("annotations:article_put_back", args=[story.public_id])
    sent = {"version": 1, "start": FIRST[0], "end": FIRST[1]}
    assert client.post(there, sent, follow=True).redirect_chain == [(page, 302)]
    assert client.post(there, sent).status_code == 409
    history = client.get(reverse("annotations:article_history", args=[story.public_id]))
    assert "put back into the story what was left out" in history.content.decode()


@pytest.mark.slow
@pytest.mark.model
def test_a_quote_in_what_was_put_back_is_found_on_the_next_run(collection, editor: User):
    from quotes.operations import run_extraction

    appeal = "“The kiln needs a new roof,” said Odile Varga."
    text = f"{appeal}\n\nThe kiln in Lower Marl has burned since 1870.\n"
    story = make_article(
        collection, text, skipped=(Skipped(0, len(appeal), "words to the reader"),)
    )
    run_extraction(run=ExtractionRun.objects.create(article=story))
    assert not story.quotes.exists()
    put(story, editor, (0, len(appeal)), version=Article.objects.get().version)
    run_extraction(run=ExtractionRun.objects.filter(state="queued").get())
    assert story.quotes.get().normal_text == "the kiln needs a new roof"
    assert Article.objects.get().skipped == []

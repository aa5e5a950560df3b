"""Putting back what was withdrawn from a story that has changed since."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from annotations.checking import find_breaks
from annotations.operations.placing import place
from annotations.operations.putting_back import put_back
from annotations.operations.withdrawing import withdraw
from quotes.models import ExtractionRun, Membership, Placement, Quote, Speaker, Withdrawal
from tests.annotations.changed_story import STORY, Story, retold
from tests.factories import make_quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CHANGED = STORY.replace("since March", "since early March")


@pytest.fixture
def manager(make_member: Callable[..., User]) -> User:
    return make_member("mina", Membership.Role.MANAGER)


def withdraw_it(row: Quote | Speaker, user: User) -> Withdrawal:
    row.refresh_from_db()
    return withdraw(
        kind=type(row).__name__.lower(),
        public_id=row.public_id,
        version=row.version,
        user=user,
        reason="A court has said so.",
    )


def holds() -> bool:
    return not list(find_breaks())


def test_words_that_changed_meanwhile_are_asked_about(story: Story, manager: User, editor: User):
    act = withdraw_it(story.retort, manager)
    newer = retold(story, CHANGED)
    assert not Placement.objects.asked().exists()
    put_back(public_id=act.public_id, user=manager)
    story.refresh()
    assert (story.retort.article, story.retort.status) == (story.article, "replaced")
    assert {one.row for one in Placement.objects.asked()} == {story.retort, story.correction}
    assert ExtractionRun.objects.filter(article=newer, state="queued").exists()
    assert holds()
    asked = Placement.objects.get(quote=story.retort)
    place(public_id=asked.public_id, version=asked.version, user=editor)
    story.refresh()
    for row in (story.retort, story.correction):
        assert (row.article, row.status, row.withdrawal) == (newer, "confirmed", None)
    assert holds()


def test_a_question_that_was_stopped_is_put_by_the_newest_version(
    story: Story, manager: User, editor: User
):
    retold(story, CHANGED)
    assert story.retort.speaker is not None
    act = withdraw_it(story.retort.speaker, manager)
    assert not Placement.objects.asked().exists()
    newest = retold(story, f"Updated at noon.\n\n{CHANGED}")
    put_back(public_id=act.public_id, user=manager)
    asked = Placement.objects.get(quote=story.retort)
    assert (asked.state, asked.newer) == ("asked", newest)
    assert holds()
    place(public_id=asked.public_id, version=asked.version, user=editor)
    story.refresh()
    for row in (story.retort, story.correction):
        assert (row.article, row.status, row.withdrawal) == (newest, "confirmed", None)
    assert ExtractionRun.objects.filter(article=newest, state="queued").count() == 1
    assert holds()


def test_words_that_the_newest_version_has_again_return_to_it(story: Story, manager: User):
    other = withdraw_it(make_quote(story.article, "“It was always forty.”"), manager)
    act = withdraw_it(story.retort, manager)
    retold(story, CHANGED.replace("always forty", "never forty"))
    newest = retold(story, f"{STORY}\n\nCorrected at noon.")
    put_back(public_id=act.public_id, user=manager)
    story.refresh()
    assert (story.retort.article, story.retort.status) == (newest, "confirmed")
    assert newest.text[story.retort.start : story.retort.end] == "“It has not held since March,”"
    left = Quote.objects.get(withdrawal=other)
    assert (left.article, left.status) == (story.article, "withdrawn")
    assert holds()


def test_what_nobody_had_decided_is_left_to_the_engine(story: Story, manager: User):
    suggested = make_quote(story.article, "“It was always forty.”")
    act = withdraw_it(suggested, manager)
    newer = retold(story, STORY.replace("always forty", "never forty"))
    put_back(public_id=act.public_id, user=manager)
    suggested.refresh_from_db()
    assert (suggested.status, suggested.touched) == ("replaced", False)
    assert ExtractionRun.objects.filter(article=newer, state="queued").exists()
    assert holds()

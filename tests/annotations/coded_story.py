"""A story that two people coded blind, and who hands such stories out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from annotations.models import Assignment
from annotations.operations.assigning import assign_articles
from annotations.operations.coding import code_correction, code_quote, finish_assignment
from quotes.models import Article, Collection, Correction, Membership, Quote, Speaker
from tests.factories import make_article, make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WALL = "“It has held for ninety winters,”"
MARCH = "“It has not held since March,”"


@dataclass
class Coded:
    """Two quotes and a correction; ``first`` and ``second`` are the coders' assignments."""

    article: Article
    wall: Quote
    march: Quote
    correction: Correction
    ines: Speaker
    tobias: Speaker
    boss: User
    coders: tuple[User, User]
    first: Assignment
    second: Assignment

    def answer_wall(self, assignment: Assignment, speaker: Speaker | None) -> None:
        """``speaker`` None says that nobody is named."""
        code_quote(
            assignment_id=assignment.public_id,
            quote_id=self.wall.public_id,
            user=assignment.user,
            is_there=True,
            speaker_id=speaker.public_id if speaker else None,
        )

    def answer_march(self, assignment: Assignment, *, is_there: bool = True) -> None:
        code_quote(
            assignment_id=assignment.public_id,
            quote_id=self.march.public_id,
            user=assignment.user,
            is_there=is_there,
            speaker_id=self.tobias.public_id,
        )

    def answer_correction(self, assignment: Assignment, *, turned: bool = False) -> None:
        people = [self.tobias.public_id, self.ines.public_id]
        corrector, corrected = reversed(people) if turned else people
        code_correction(
            assignment_id=assignment.public_id,
            correction_id=self.correction.public_id,
            user=assignment.user,
            is_there=True,
            corrector_id=corrector,
            corrected_id=corrected,
        )

    def finish(self, assignment: Assignment) -> None:
        finish_assignment(public_id=assignment.public_id, user=assignment.user)


def story_to_code(collection: Collection) -> Coded:
    """Handed out to two coders, nothing answered yet."""
    people = get_user_model().objects
    boss = people.create_user("hands-out")
    coders = (people.create_user("coder-1"), people.create_user("coder-2"))
    Membership.objects.create(collection=collection, user=boss, role="manager")
    for coder in coders:
        Membership.objects.create(collection=collection, user=coder, role="adjudicator")
    article = make_article(collection)
    ines, tobias = make_speaker(collection, "Ines Adair"), make_speaker(collection, "T. Wrenfield")
    wall = make_quote(article, WALL, speaker=ines, candidates=(ines, tobias))
    march = make_quote(article, MARCH, speaker=tobias)
    correction = make_correction(
        article,
        "correcting the minister",
        corrector=tobias,
        corrected=ines,
        claims=(wall,),
        retorts=(march,),
    )
    first, second = sorted(
        assign_articles(
            collection=collection,
            user=boss,
            purpose="blind",
            people=[coder.pk for coder in coders],
            articles=[article.public_id],
        ),
        key=lambda one: one.user_id,
    )
    return Coded(article, wall, march, correction, ines, tobias, boss, coders, first, second)


def coded_story(collection: Collection) -> Coded:
    """Both are through: alike on one quote, apart on the other and on the correction."""
    story = story_to_code(collection)
    for assignment in (story.first, story.second):
        story.answer_wall(assignment, story.ines)
        story.answer_march(assignment, is_there=assignment is story.first)
        story.answer_correction(assignment, turned=assignment is story.second)
        story.finish(assignment)
    return story

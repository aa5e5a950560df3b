"""A story with a decided claim, a decided retort and the correction that stands on both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotations.operations.corrections import confirm_correction
from annotations.operations.quotes import confirm_quote
from quotes.importing import ArticleInput
from quotes.models import Article, Correction, Quote
from quotes.operations import import_article
from tests.factories import STORY, make_article, make_correction, make_quote, make_speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Collection

__all__ = ["EVIDENCE", "FIRST", "SECOND", "STORY", "Story", "decided_story", "retold"]

FIRST = "“It has held for ninety winters,”"
SECOND = "“It has not held since March,”"
EVIDENCE = "Tobias Wrenfield told the board, correcting the minister."


@dataclass(frozen=True, slots=True)
class Story:
    article: Article
    claim: Quote
    retort: Quote
    correction: Correction

    def refresh(self) -> None:
        for row in (self.article, self.claim, self.retort, self.correction):
            row.refresh_from_db()


def decided_story(collection: Collection, user: User) -> Story:
    article = make_article(collection, STORY, external_id="cms-42")
    ines = make_speaker(collection, "Ines Adair")
    tobias = make_speaker(collection, "Tobias Wrenfield")
    claim = make_quote(article, FIRST, speaker=ines, cue="said")
    retort = make_quote(article, SECOND, speaker=tobias, source="Tobias Wrenfield", cue="told")
    correction = make_correction(
        article, EVIDENCE, corrector=tobias, corrected=ines, claims=(claim,), retorts=(retort,)
    )
    for quote in (claim, retort):
        confirm_quote(public_id=quote.public_id, version=1, user=user)
    confirm_correction(public_id=correction.public_id, version=1, user=user)
    story = Story(article, claim, retort, correction)
    story.refresh()
    return story


def retold(story: Story, text: str, **fields: str) -> Article:
    """The same story again in another text; nothing is queued."""
    item = ArticleInput(text=text, external_id="cms-42", headline="Wall talks end", **fields)
    return import_article(collection=story.article.collection, item=item, extract=False).article

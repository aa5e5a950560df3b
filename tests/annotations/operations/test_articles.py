"""What is taken back of an article's details, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from annotations.models import Edit
from annotations.operations.articles import change_article, undo_article_change
from annotations.operations.leaving_out import put_back
from annotations.refusals import NotAllowedNow, StaleVersion
from quotes.extraction.types import Skipped
from tests.factories import make_article

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article, Collection

pytestmark = pytest.mark.django_db


def test_a_change_is_not_taken_back_over_a_newer_one(
    article: Article, editor: User, colleague: User
):
    for version, (user, headline) in enumerate(((editor, "Wall"), (colleague, "Quay")), start=1):
        change_article(
            public_id=article.public_id,
            version=version,
            user=user,
            changes={"headline": headline},
        )
    with pytest.raises(StaleVersion) as refused:
        undo_article_change(public_id=article.public_id, version=2, user=editor)
    assert refused.value.current.headline == "Quay"
    assert Edit.objects.count() == 2


def test_what_is_no_change_of_details_is_not_taken_back_as_one(
    collection: Collection, editor: User
):
    article = make_article(collection, skipped=(Skipped(0, 4, "words to the reader"),))
    with pytest.raises(NotAllowedNow, match="Nobody changed this article"):
        undo_article_change(public_id=article.public_id, version=1, user=editor)
    put_back(public_id=article.public_id, version=1, user=editor, start=0, end=4)
    with pytest.raises(NotAllowedNow, match="Nobody changed this article"):
        undo_article_change(public_id=article.public_id, version=2, user=editor)
    article.refresh_from_db()
    assert (article.version, article.skipped) == (2, [])

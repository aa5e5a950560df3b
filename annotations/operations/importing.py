"""What an editor does to bring articles in, and to have one read again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from annotations.permissions import require
from annotations.refusals import NotVisible
from quotes.importing import ArticleInput, ReadFailure
from quotes.models import Article, Collection, ExtractionRun, Import
from quotes.operations import import_items, request_extraction

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def import_articles(
    *, collection: Collection, user: User, items: Iterable[ArticleInput | ReadFailure]
) -> Import:
    """Bring articles into a collection; each item is stored whole or reported as failed."""
    require(user, "import", collection.pk)
    return import_items(collection=collection, items=items, user=user)


@transaction.atomic
def extract_again(*, article_id: uuid.UUID, user: User) -> ExtractionRun:
    """Have the engine read the article again. What people touched stays as it is."""
    article = Article.objects.filter(public_id=article_id).first()
    if article is None:
        raise NotVisible
    require(user, "annotate", article.collection_id)
    return request_extraction(article=article)

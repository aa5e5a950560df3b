"""What an editor does to bring articles in, and to have one read again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from annotations.permissions import require
from quotes.importing import ArticleInput, ReadFailure
from quotes.models import Collection, Import
from quotes.operations import import_items

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def import_articles(
    *, collection: Collection, user: User, items: Iterable[ArticleInput | ReadFailure]
) -> Import:
    """Bring articles into a collection; each item is stored whole or reported as failed."""
    require(user, "import", collection.pk)
    return import_items(collection=collection, items=items, user=user)

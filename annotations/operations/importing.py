"""What an editor does to bring articles in, and to have one read again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied

from annotations.permissions import require
from annotations.refusals import Invalid
from quotes.fetching import Limits, NotFetched, RefusedAddress, fetch
from quotes.importing import MAX_FILE_BYTES, ArticleInput, ReadFailure, read_download
from quotes.models import Collection, Import
from quotes.operations import import_items, queue_import

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def import_articles(
    *, collection: Collection, user: User, items: Iterable[ArticleInput | ReadFailure]
) -> Import:
    """Bring articles into a collection; each item is stored whole or reported as failed."""
    require(user, "import", collection.pk)
    return import_items(collection=collection, items=items, user=user)


def queue_articles(*, collection: Collection, user: User, articles: list[dict[str, Any]]) -> Import:
    """Have a worker bring in many articles; the answer says where to look how far it has come."""
    require(user, "import", collection.pk)
    return queue_import(collection=collection, articles=articles, user=user)


def import_address(*, collection: Collection, user: User, address: str) -> Import:
    """Bring in the article that stands at a web address; asked before anything is written.

    Raises ``PermissionDenied`` where the server is not to ask other servers, which is how it comes,
    and ``Invalid`` for an address that is not a public one. An address that brings no article is
    reported as a failed item.
    """
    require(user, "import", collection.pk)
    if not settings.URL_IMPORT:
        raise PermissionDenied(
            "Import by address is off here. Who runs the server turns it on with URL_IMPORT=1."
        )
    return import_items(collection=collection, items=[_fetched(address)], user=user)


def _fetched(address: str) -> ArticleInput | ReadFailure:
    try:
        page = fetch(address, limits=Limits(bytes=MAX_FILE_BYTES))
    except RefusedAddress as refusal:
        raise Invalid(str(refusal), code="refused_address", field="address") from refusal
    except NotFetched as failure:
        return ReadFailure(address, str(failure))
    if page.status != 200:
        return ReadFailure(address, f"The address answered with status {page.status}.")
    return read_download(page.url, page.body, page.content_type)

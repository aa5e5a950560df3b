"""What people change of an article: what is known about it, never its text; and reading it anew."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from annotations.history import Snapshot, record_edit
from annotations.models import Edit, ObjectKind
from annotations.operations.deciding import constraint_messages
from annotations.permissions import require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.importing import canonical_url
from quotes.models import Article, Correction, ExtractionRun, Quote
from quotes.operations import request_extraction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHANGED: Final = "article.changed"
UNDONE: Final = "article.undone"
REDONE: Final = "article.redone"
DETAILS: Final = (
    "headline",
    "byline",
    "outlet",
    "published_on",
    "url",
    "language",
    "country",
    "external_id",
)
"""What may be changed of an article. Its text, and what follows from it, never is."""


@transaction.atomic
def change_article(
    *, public_id: uuid.UUID, version: int, user: User, changes: Mapping[str, Any]
) -> Article:
    """Correct what is known about an article: headline, outlet, date and so on.

    Its quotes and corrections take over a new date. Sent twice, it is done once.
    """
    article = _locked(public_id, user=user)
    before = _details(article)
    wanted = _as_stored({**before, **changes})
    last = Edit.objects.of_object(public_id).filter(version=article.version, actor=user).first()
    if article.version == version + 1 and last and last.action == CHANGED and before == wanted:
        return article  # the same request again
    if article.version != version:
        raise StaleVersion(article)
    if before == wanted:
        raise Invalid("This is what stands there already.", code="nothing_to_change")
    _put(article, wanted)
    _record(article, CHANGED, user=user, before=before)
    return article


@transaction.atomic
def undo_article_change(*, public_id: uuid.UUID, version: int, user: User) -> Article:
    """Take back the change that made this version of the article; of an undo: do it again."""
    article = _locked(public_id, user=user)
    if article.version != version:
        raise StaleVersion(article)
    edit = Edit.objects.of_object(public_id).filter(version=version).first()
    if edit is None or edit.action not in {CHANGED, UNDONE, REDONE} or edit.before is None:
        raise NotAllowedNow("Nobody changed this article: there is nothing to take back.")
    before = _details(article)
    _put(article, edit.before)
    is_undo = not edit.is_undo
    _record(
        article,
        UNDONE if is_undo else REDONE,
        user=user,
        before=before,
        undoes=edit,
        is_undo=is_undo,
    )
    return article


@transaction.atomic
def read_again(*, public_id: uuid.UUID, user: User) -> ExtractionRun:
    """Have the engine read an article anew. A run that still waits is the answer to both.

    What people have decided stays as it is.
    """
    article = _locked(public_id, user=user)
    waiting = ExtractionRun.objects.filter(article=article, state=ExtractionRun.State.QUEUED)
    return waiting.order_by("-pk").first() or request_extraction(article=article)


def _locked(public_id: uuid.UUID, *, user: User) -> Article:
    rows = Article.objects.select_for_update(of=("self",), no_key=True)
    article = rows.defer("text", "search_vector").filter(public_id=public_id).first()
    if article is None:
        raise NotVisible
    require(user, "import", article.collection_id)
    return article


def _details(article: Article) -> Snapshot:
    return _as_stored({name: getattr(article, name) for name in DETAILS})


def _as_stored(details: Mapping[str, Any]) -> Snapshot:
    day = details["published_on"]
    return {
        **{name: details[name] for name in DETAILS},
        "published_on": day.isoformat() if isinstance(day, dt.date) else day or None,
        "external_id": details["external_id"] or None,
    }


def _put(article: Article, details: Snapshot) -> None:
    """Save these details with the next version; the rows that repeat the date follow."""
    for name in DETAILS:
        setattr(article, name, details[name])
    day = details["published_on"]
    try:
        article.published_on = dt.date.fromisoformat(day) if day else None
    except ValueError:
        raise Invalid("There is no such day.", field="published_on") from None
    article.canonical_url = canonical_url(article.url) if article.url else ""
    article.version += 1
    _check(article)
    with constraint_messages(Article), transaction.atomic():
        article.save(update_fields=(*DETAILS, "canonical_url", "version", "updated_at"))
    for rows in (Quote.objects.filter(article=article), Correction.objects.filter(article=article)):
        rows.exclude(published_on=article.published_on).update(
            published_on=article.published_on, updated_at=Now()
        )


def _check(article: Article) -> None:
    """Validate the details only: the text was not even read."""
    try:
        article.clean_fields(exclude={f.name for f in Article._meta.fields} - set(DETAILS))
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field=name) from error


def _record(article: Article, action: str, *, user: User, before: Snapshot, **edit: Any) -> None:
    record_edit(
        actor=user,
        action=action,
        kind=ObjectKind.ARTICLE,
        object_id=article.public_id,
        article=article,
        version=article.version,
        before=before,
        after=_details(article),
        **edit,
    )

"""What an editor says of an article's text: that something left out belongs to the story."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from django.db import transaction

from annotations.history import Snapshot, record_edit
from annotations.models import ObjectKind
from annotations.operations.locking import lock_article
from annotations.permissions import require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.models import Article
from quotes.operations import request_extraction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from annotations.models import Edit

PUT_BACK: Final = "article.put_back"
UNDONE: Final = "article.put_back_undone"
REDONE: Final = "article.put_back_redone"
LEFT_OUT_ACTIONS: Final = frozenset({PUT_BACK, UNDONE, REDONE})
FIELDS: Final = ("skipped", "skipped_by_hand")


@transaction.atomic
def put_back(*, public_id: uuid.UUID, version: int, user: User, start: int, end: int) -> Article:
    """Say that a stretch that was left out is story; the engine reads the article again."""
    article = _lock(public_id, user=user)
    if article.version != version:
        raise StaleVersion(article)
    kept = [one for one in article.skipped if [start, end] != one[:2]]
    if len(kept) == len(article.skipped):
        raise Invalid("Nothing that was left out stands there.", code="not_left_out")
    before = _state(article)
    article.skipped, article.skipped_by_hand = kept, True
    _save(article, user=user, action=PUT_BACK, before=before)
    return article


def reverse_put_back(edit: Edit, *, user: User, batch: uuid.UUID, is_undo: bool) -> Edit:
    """Undo, or do again, what somebody said of an article's text, unless it changed since."""
    article = _lock(edit.object_id, user=user)
    now = _state(article)
    if now != edit.after:
        raise NotAllowedNow("Somebody changed this since: it is left as it stands now.")
    for field, value in (edit.before or {}).items():
        setattr(article, field, value)
    return _save(
        article,
        user=user,
        action=UNDONE if is_undo else REDONE,
        before=now,
        batch=batch,
        undoes=edit,
        is_undo=is_undo,
    )


def _lock(public_id: uuid.UUID, *, user: User) -> Article:
    article = lock_article(public_id=public_id)
    if article is None:
        raise NotVisible
    require(user, "annotate", article.collection_id)
    return article


def _state(article: Article) -> Snapshot:
    return {field: getattr(article, field) for field in FIELDS}


def _save(
    article: Article,
    *,
    user: User,
    action: str,
    before: Snapshot,
    batch: uuid.UUID | None = None,
    undoes: Edit | None = None,
    is_undo: bool = False,
) -> Edit:
    article.version += 1
    article.clean_fields(exclude=("collection", "imported_by", "previous"))
    article.save(update_fields=(*FIELDS, "version", "updated_at"))
    request_extraction(article=article)
    return record_edit(
        actor=user,
        action=action,
        kind=ObjectKind.ARTICLE,
        object_id=article.public_id,
        article=article,
        version=article.version,
        before=before,
        after=_state(article),
        batch=batch,
        undoes=undoes,
        is_undo=is_undo,
    )

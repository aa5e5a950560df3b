"""Being in an article: said by its page, shown to others. No decision, so no history."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations.models import Presence
from quotes.models import Article

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def note_presence(*, article_id: uuid.UUID, user: User) -> None:
    """Say that this person has the article open; where they may not read it, nothing is kept."""
    found = Article.objects.readable_by(user).filter(public_id=article_id).values_list("pk")
    # An article or an account that is deleted at this moment has nobody in it.
    with suppress(IntegrityError), transaction.atomic():
        Presence.objects.bulk_create(
            [Presence(article_id=pk, user=user, seen_at=timezone.now()) for (pk,) in found],
            update_conflicts=True,
            update_fields=("seen_at",),
            unique_fields=("article", "user"),
        )

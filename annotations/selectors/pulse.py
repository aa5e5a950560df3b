"""Who else is in an article, and what they decided since: asked for every few seconds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotations.models import Edit, Presence
from annotations.refusals import NotVisible
from quotes.models import Article

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 50


@dataclass(frozen=True, slots=True)
class Pulse:
    """``since`` is what the next question asks from."""

    article_id: uuid.UUID
    others: list[User]
    edits: Sequence[Edit]
    since: int
    is_old: bool
    """A newer version of the story came in while the page was open."""


def pulse_of(user: User, public_id: uuid.UUID, *, since: int) -> Pulse:
    """The article's other readers, and what they decided after the edit ``since``."""
    article = (
        Article.objects.readable_by(user)
        .only("pk", "is_latest")
        .filter(public_id=public_id)
        .first()
    )
    if article is None:
        raise NotVisible("There is no such article, or it is not yours to see.")
    here = Presence.objects.here().filter(article=article)
    others = here.exclude(user=user).select_related("user").order_by("user__username")
    edits = Edit.objects.told().filter(article=article, pk__gt=since).exclude(actor=user)
    found = list(edits.select_related("actor").newest_first()[:MOST])
    return Pulse(
        article_id=public_id,
        others=[presence.user for presence in others[:MOST]],
        edits=found,
        since=found[0].pk if found else since,
        is_old=not article.is_latest,
    )

"""One quote, and what its card looks up."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, OuterRef, Q, Subquery

from annotations.refusals import Invalid, NotVisible
from quotes.api.reading import statement_rows
from quotes.api.serializers import StatementSerializer
from quotes.models import (
    Quote,
    Speaker,
    SpeakerName,
)
from quotes.models.speaker import SpeakerQuerySet
from quotes.models.suggestion import LIVE_STATES
from quotes.normal_form import normal_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def readable_quote(user: User, public_id: uuid.UUID) -> Quote:
    quote = (
        Quote.objects.readable_by(user)
        .on_record()
        .select_related("article", "speaker", "decided_by")
        .defer("article__search_vector")
        .filter(public_id=public_id)
        .first()
    )
    if quote is None:
        raise NotVisible("There is no such quote, or it is not yours to see.")
    return quote


def statement_of(user: User, public_id: uuid.UUID) -> dict[str, Any]:
    """A quote as the API shows it: with its article, the words around it and its corrections."""
    rows = statement_rows(Quote.objects.readable_by(user).on_record())
    quote = rows.filter(public_id=public_id).first()
    if quote is None:
        raise NotVisible("There is no such quote, or it is not yours to see.")
    return dict(StatementSerializer(quote).data)


def place_of(text: str, exact: str, *, near: int = 0) -> int:
    """Where these words stand in the text, nearest to ``near``; a refusal where they do not."""
    before = text.rfind(exact, 0, near + len(exact))
    after = text.find(exact, near)
    places = [place for place in (before, after) if place >= 0]
    if not places or not exact:
        raise Invalid(
            "These words do not stand in the article like this. Copy them from the text.",
            code="span_differs",
            field="exact",
        )
    return min(places, key=lambda place: abs(place - near))


def speaker_options(
    user: User, collection_id: int, words: str, *, article_id: int | None = None
) -> list[Speaker]:
    """Speakers of the collection whose names look like these words.

    Without words: who speaks in the article, else the busiest.
    """
    rows = Speaker.objects.readable_by(user).current().filter(collection_id=collection_id)
    busy = Count("quotes", filter=Q(quotes__status__in=("suggested", "confirmed")))
    if words:
        return list(rows.named_like(words)[:8]) or nearest_names(rows, words)
    here = Count("quotes", filter=Q(quotes__article=article_id, quotes__status__in=LIVE_STATES))
    rows = rows.annotate(n=busy) if article_id is None else rows.annotate(n=here).filter(n__gt=0)
    return list(rows.order_by("-n", "name", "pk")[: 8 if article_id is None else 20])


def nearest_names(rows: SpeakerQuerySet, words: str) -> list[Speaker]:
    """For what the index does not find, two letters changed about: compare with every name."""
    names = SpeakerName.objects.filter(speaker=OuterRef("pk"))
    near = names.annotate(near=TrigramWordSimilarity(normal_name(words), "norm")).order_by("-near")
    found = rows.annotate(near=Subquery(near.values("near")[:1])).filter(near__gte=0.4)
    return list(found.order_by("-near", "name", "pk")[:8])

"""Many decisions at once: one transaction, one batch in the history, one undo."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from annotations.history import quote_snapshots, record_edits
from annotations.operations.blindness import own_dispute, refuse_blind_coder
from annotations.operations.deciding import check_fields, constraint_messages
from annotations.operations.locking import has_been, say_who_they_were
from annotations.operations.quotes import accept
from annotations.permissions import require
from annotations.refusals import NotAllowedNow, NotVisible
from quotes.models import Article, Quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHANGED = (
    "status",
    "decided_by",
    "decided_at",
    "touched",
    "changed_fields",
    "version",
    "updated_at",
)


@transaction.atomic
def confirm_quotes(
    *, article_id: uuid.UUID, user: User, versions: Mapping[uuid.UUID, int]
) -> list[Quote]:
    """Accept many suggested quotes of an article as they stand.

    ``versions`` names each quote with the version that was shown. What somebody changed since is
    left as it is: compare the lengths.
    """
    article = Article.objects.only("collection_id").filter(public_id=article_id).first()
    if article is None:
        raise NotVisible
    require(user, "annotate", article.collection_id)
    refuse_blind_coder(user, article.pk)
    rows = (
        Quote.objects.suggested()
        .exclude(own_dispute(user, "quote"))
        .filter(article=article, public_id__in=list(versions))
        .select_for_update(of=("self",), no_key=True)
        .select_related("speaker", "addressee", "parent")
        .annotate(speaker_has_been=has_been("speaker"))
        .order_by("pk")
    )
    quotes: list[Quote] = [quote for quote in rows if quote.version == versions[quote.public_id]]
    if not quotes:
        raise NotAllowedNow("Nothing is left to accept: these were decided meanwhile.")
    for quote in quotes:
        say_who_they_were(quote, "speaker")
    before = quote_snapshots(quotes)
    now = timezone.now()
    for quote in quotes:
        accept(quote, user)
        quote.version += 1
        quote.updated_at = now
        check_fields(quote)
    with constraint_messages(Quote):
        Quote.objects.bulk_update(quotes, CHANGED)
    spans = {pk: state["spans"] for pk, state in before.items()}
    after = quote_snapshots(quotes, spans=spans)
    record_edits(
        actor=user,
        action="quote.confirmed",
        article=article,
        changes=[(quote, before[quote.pk], after[quote.pk]) for quote in quotes],
    )
    return quotes

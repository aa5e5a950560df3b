"""The invariants that take more than a query: texts read again, files opened, digests compared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.db.models.functions import JSONArray

from annotations.models import Snapshot
from annotations.operations.snapshots import check_snapshot
from quotes.extraction.text import verbatim_spans
from quotes.extraction.types import Span
from quotes.models import Article, Quote, QuoteSpan, SpeakerName
from quotes.normal_form import stored_norm

SNAPSHOTS_RECOUNTED: Final = 5
"""The newest ones; each is read whole."""

A_DAY: Final = 24 * 60 * 60
AT_ONCE: Final = 500


def kinds_that_disagree() -> Iterator[str]:
    """Quotes called indirect with words in quotation marks, or direct without any."""
    content = ArrayAgg(
        JSONArray("spans__start", "spans__end"),
        filter=Q(spans__role=QuoteSpan.Role.CONTENT),
        order_by="spans__ordinal",
    )
    quotes = Quote.objects.on_record().annotate(content=content).order_by("article_id", "pk")
    article, text = 0, ""
    rows = quotes.values_list("article_id", "public_id", "kind", "content")
    for article_id, public_id, kind, spans in rows.iterator(AT_ONCE):
        if article_id != article:
            article = article_id
            text = Article.objects.values_list("text", flat=True).get(pk=article_id)
        has_marks = bool(verbatim_spans(text, [Span(start, end) for start, end in spans or ()]))
        if has_marks == (kind == Quote.Kind.INDIRECT):
            yield str(public_id)


def names_that_are_out_of_date() -> Iterator[str]:
    """Speakers with a name that is looked for under another form than it has now."""
    rows = SpeakerName.objects.order_by("pk").values_list("speaker__public_id", "text", "norm")
    for public_id, text, norm in rows.iterator(AT_ONCE):
        if stored_norm(text) != norm:
            yield str(public_id)


def snapshots_that_are_not_whole() -> Iterator[str]:
    """Finished snapshots whose file is gone, or is not as it was made: size, digest, counts."""
    done = Snapshot.objects.done().select_related("collection").order_by("-pk")
    for row in done[:SNAPSHOTS_RECOUNTED]:
        if check_snapshot(row):
            yield str(row.public_id)


def files_left_over() -> Iterator[str]:
    """Unfinished files of more than a day, beside the snapshots."""
    too_old = time.time() - A_DAY
    for path in sorted((Path(settings.DATA_DIR) / "snapshots").glob("**/*.part")):
        if path.stat().st_mtime < too_old:
            yield path.name

"""Keeping what a run found: people's rows are never touched, rejected ones never come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from quotes.matching import lock_matching, match_speakers
from quotes.models import Article, Correction, ExtractionRun, Quote
from quotes.operations.same_words import find_same_words
from quotes.operations.suggested_corrections import SuggestedCorrections
from quotes.operations.suggested_quotes import SuggestedQuotes
from quotes.withheld import without_withdrawn

if TYPE_CHECKING:
    from quotes.extraction.types import Extraction


@transaction.atomic
def apply_extraction(*, run: ExtractionRun, extraction: Extraction) -> ExtractionRun:
    """Store one run's suggestions beside what people have decided, and close the run."""
    article = Article.objects.select_for_update(no_key=True).get(pk=run.article_id)
    if not article.is_latest:
        # The story changed while the engine read it: its newest version has a run of its own.
        run.state = ExtractionRun.State.CANCELLED
        run.note = "A newer version of the story came in."
        run.finished_at = timezone.now()
        run.save()
        return run
    _learn_about(article, extraction)
    lock_matching(article.collection_id)  # nobody is withdrawn between here and the rows
    extraction = without_withdrawn(extraction, collection_id=article.collection_id)
    named = sorted(_mentioned(extraction))
    matched = match_speakers(article=article, found=[extraction.speakers[i] for i in named])
    speakers = dict(zip(named, matched, strict=True))
    rows = SuggestedQuotes(article, run, speakers).apply(extraction.attributions)
    SuggestedCorrections(article, run, speakers, rows).apply(extraction.corrections)
    find_same_words(article=article)
    run.state = ExtractionRun.State.DONE
    run.n_quotes = len(extraction.attributions)
    run.n_corrections = len(extraction.corrections)
    run.finished_at = timezone.now()
    run.save()
    return run


def _mentioned(extraction: Extraction) -> set[int]:
    """The speakers that something points to: the others need no row."""
    mentioned: set[int | None] = set()
    for attribution in extraction.attributions:
        mentioned |= {attribution.speaker, attribution.addressee}
        mentioned |= {candidate.speaker for candidate in attribution.candidates}
    for correction in extraction.corrections:
        mentioned |= {correction.corrector, correction.corrected}
    return {index for index in mentioned if index is not None}


def _learn_about(article: Article, extraction: Extraction) -> None:
    """Take over the date and the skipped ranges that the engine read, where nobody gave any."""
    found = [[s.start, s.end, s.reason] for s in extraction.skipped]
    learnt: dict[str, object] = {}
    if extraction.date and not article.published_on:
        learnt["published_on"] = extraction.date
    if found and not article.skipped and not article.skipped_by_hand:
        learnt["skipped"] = found
    if not learnt:
        return
    for field, value in learnt.items():
        setattr(article, field, value)
    article.version += 1
    article.save(update_fields=(*learnt, "version", "updated_at"))
    for rows in (Quote.objects, Correction.objects):
        rows.filter(article=article).exclude(published_on=article.published_on).update(
            published_on=article.published_on, updated_at=Now()
        )

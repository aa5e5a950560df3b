"""Running the engine over an article: queued, done by a worker, its result kept."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from quotes.extraction.types import Skipped
from quotes.importing.furniture import HEADLINE
from quotes.models import Article, ExtractionRun
from quotes.operations.applying import apply_extraction

if TYPE_CHECKING:
    from quotes.extraction.config import Config

logger = logging.getLogger(__name__)

EXTRACT_TASK = "quotes.extract_article"
EXTRACT_QUEUE = "extract"
"""Worked on by a process of its own, one job at a time: it holds the language model."""

MAX_ATTEMPTS = 3
"""A run that took its worker down this often is failed, not tried again."""


@transaction.atomic
def request_extraction(*, article: Article) -> ExtractionRun:
    """Queue a run of the engine; the job is seen by workers when this transaction commits."""
    run = ExtractionRun.objects.create(article=article)
    app.configure_task(EXTRACT_TASK, queue=EXTRACT_QUEUE).defer(run_id=str(run.public_id))
    return run


def run_extraction(*, run: ExtractionRun, config: Config | None = None) -> ExtractionRun:
    """Read the article, keep the suggestions, and say how it went in the run.

    A run that is over is left as it is, so that a job may safely be done twice. Loads the
    language model: never call it in a web process.
    """
    run = _begin(run)
    if run.is_over:
        return run
    started = time.monotonic()
    try:
        from quotes.extraction.config import Config
        from quotes.extraction.pipeline import extract
        from quotes.extraction.types import Document

        config = config or Config(language_model=settings.SPACY_MODEL)
        article = run.article
        extraction = extract(
            Document(
                text=article.text,
                date=article.published_on,
                outlet=article.outlet,
                country=article.country,
                skipped=_known_skipped(article),
            ),
            config,
        )
        run.config = json.loads(json.dumps(asdict(config), default=str))
        run.config_hash = hashlib.sha256(
            json.dumps(run.config, sort_keys=True).encode()
        ).hexdigest()
        run.engine_version = extraction.engine[:60]
        run.model = extraction.model[:120]
        run.note = extraction.note
        run.milliseconds = round((time.monotonic() - started) * 1000)
        return apply_extraction(run=run, extraction=extraction)
    except Exception as error:
        # The reason is for the people who wait for this article; the traceback is for the log.
        logger.exception("extraction failed", extra={"run": str(run.public_id)})
        return _fail(run, f"The engine stopped: {type(error).__name__}.")


def _known_skipped(article: Article) -> tuple[Skipped, ...] | None:
    """What the import, or a person, found to be no story. The engine reads headlines itself."""
    if not article.skipped and not article.skipped_by_hand:
        return None
    found = (Skipped(start, end, reason) for start, end, reason in article.skipped)
    return tuple(stretch for stretch in found if stretch.reason != HEADLINE)


@transaction.atomic
def give_up_extraction(*, run_id: str) -> None:
    """Say that a run's workers died: nobody waits for it any longer."""
    run = ExtractionRun.objects.select_for_update(of=("self",)).get(public_id=run_id)
    if not run.is_over:
        _fail(run, f"The engine did not finish in {MAX_ATTEMPTS} attempts.")


@transaction.atomic
def _begin(run: ExtractionRun) -> ExtractionRun:
    run = (
        ExtractionRun.objects.select_for_update(of=("self",))
        .select_related("article")
        .get(pk=run.pk)
    )
    if run.is_over:
        return run
    if run.attempts >= MAX_ATTEMPTS:
        return _fail(run, f"The engine did not finish in {MAX_ATTEMPTS} attempts.")
    run.attempts += 1
    run.state = ExtractionRun.State.RUNNING
    run.started_at = timezone.now()
    run.save(update_fields=("attempts", "state", "started_at", "updated_at"))
    return run


def _fail(run: ExtractionRun, reason: str) -> ExtractionRun:
    run.state = ExtractionRun.State.FAILED
    run.error = reason
    run.finished_at = timezone.now()
    run.save(update_fields=("state", "error", "finished_at", "updated_at"))
    return run

"""The queue's jobs: each calls one operation and may safely be done twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

EXTRACT_QUEUE = "extract"
"""Worked on by a process of its own, one job at a time: it holds the language model."""


@app.task(queue=EXTRACT_QUEUE, name="quotes.extract_article")
def extract_article(*, run_id: str) -> None:
    """Run the engine over one article."""
    from quotes.models import ExtractionRun
    from quotes.operations import run_extraction

    run_extraction(run=ExtractionRun.objects.get(public_id=run_id))

"""The queue's jobs: each calls one operation and may safely be done twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from quotes.models import ExtractionRun
from quotes.operations.intake import IMPORT_QUEUE, IMPORT_TASK, run_import
from quotes.operations.running import EXTRACT_QUEUE, EXTRACT_TASK, run_extraction


@app.task(queue=EXTRACT_QUEUE, name=EXTRACT_TASK)
def extract_article(*, run_id: str) -> None:
    """Run the engine over one article."""
    run_extraction(run=ExtractionRun.objects.get(public_id=run_id))


@app.task(queue=IMPORT_QUEUE, name=IMPORT_TASK)
def import_batch(*, import_id: str) -> None:
    """Bring in the articles of one import."""
    run_import(import_id=import_id)


@app.task(queue=EXTRACT_QUEUE, name="quotes.load_engine")
def load_engine() -> None:
    """Load the language model now, so that the first article of the day does not wait for it."""
    from quotes.extraction.pipeline import extract
    from quotes.extraction.types import Document

    extract(Document(text="“The wall holds,” the engineer said."))

"""What the machine does to the record: take articles in, run the engine, keep its suggestions."""

from __future__ import annotations

from quotes.operations.applying import apply_extraction
from quotes.operations.intake import (
    ImportOutcome,
    as_waiting,
    import_article,
    import_items,
    queue_import,
    run_import,
)
from quotes.operations.running import request_extraction, run_extraction

__all__ = [
    "ImportOutcome",
    "apply_extraction",
    "as_waiting",
    "import_article",
    "import_items",
    "queue_import",
    "request_extraction",
    "run_extraction",
    "run_import",
]

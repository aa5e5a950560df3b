"""Probes: is the process able to answer, and is everything there that it needs?"""

from __future__ import annotations

import importlib.util
import logging

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quotes.extraction.config import LANGUAGE_MODELS

WEIGHTS = settings.BASE_DIR / "quotes/extraction/model/tagger.onnx"

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the database answers; says nothing about migrations."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer")
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when requests may be sent here: the database is there and fully migrated.

    ``degraded`` is 200 too: people can work, and ``reasons`` say what an operator should mend.
    """
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        logger.exception("The database does not answer")
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    if pending:
        return JsonResponse({"status": "down", "migrations_pending": len(pending)}, status=503)
    reasons = [*_missing_from_the_engine(), *_unsafe_in_the_database()]
    if reasons:
        return JsonResponse({"status": "degraded", "reasons": reasons})
    return JsonResponse({"status": "ok"})


def _missing_from_the_engine() -> list[str]:
    """Looked for, never loaded: a web process holds no language model."""
    missing = []
    if not any(importlib.util.find_spec(name) for name in LANGUAGE_MODELS):
        missing.append("no language model is installed: quotes are found by rules of marks alone")
    if not WEIGHTS.is_file():
        missing.append("the tagger's weights are missing: fewer quotes are found")
    return missing


def _unsafe_in_the_database() -> list[str]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes')"
            " AND setting = 'off' ORDER BY name"
        )
        return [f"{name} is off: a power cut can lose the database" for (name,) in cursor]

"""What the worker does at night: remove what is out of date, and check the data."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from annotations import recounting
from annotations.checking import INVARIANTS, Finding, find_breaks
from annotations.models import IdempotencyRecord
from annotations.operations.repeats import KEPT_FOR

logger = logging.getLogger(__name__)


def tidy_up() -> None:
    """Remove answers kept for requests that nobody sends again, and files that were never done."""
    IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    for name in recounting.files_left_over():
        (Path(settings.DATA_DIR) / "snapshots" / name).unlink(missing_ok=True)


def check_at_night() -> list[Finding]:
    """Check the invariants and say in the log what does not hold and how it is mended."""
    findings = list(find_breaks())
    for finding in findings:
        logger.error(
            "check_data: broken %s times: %s %s among them %s",
            finding.count,
            finding.invariant.rule,
            finding.invariant.hint,
            ", ".join(finding.examples),
        )
    held = len(INVARIANTS) - len(findings)
    logger.info("check_data: %s of %s invariants hold", held, len(INVARIANTS))
    return findings

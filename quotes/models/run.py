"""One extraction of one article by one version of the engine."""

from __future__ import annotations

from django.db import models

from quotes.models.article import Article
from quotes.models.base import PublicRecord, one_of


class RunState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    TIMED_OUT = "timed_out", "Timed out"
    CANCELLED = "cancelled", "Cancelled"


class ExtractionRun(PublicRecord):
    """Queued at import, done by the worker. ``milliseconds`` is the engine's own time."""

    State = RunState

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=20, choices=RunState, default=RunState.QUEUED)
    engine_version = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=120, blank=True)
    config = models.JSONField(default=dict, blank=True)
    config_hash = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    n_quotes = models.PositiveIntegerField(default=0)
    n_corrections = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (one_of("state", RunState, name="run_state_known"),)
        indexes = (
            models.Index(fields=("article", "-id"), name="run_latest"),
            models.Index(fields=("created_at", "id"), name="run_newest_first"),
        )

    def __str__(self) -> str:
        return f"Run {self.public_id}: {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state not in {self.State.QUEUED, self.State.RUNNING}

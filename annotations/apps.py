"""People's work on the record: decisions, history, roles, pages."""

from __future__ import annotations

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    """People's work on the record."""

    name = "annotations"
    verbose_name = "Annotations"

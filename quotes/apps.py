"""The record: articles, speakers, quotes and corrections."""

from __future__ import annotations

from django.apps import AppConfig


class QuotesConfig(AppConfig):
    """The record and its reading API."""

    name = "quotes"
    verbose_name = "Record"

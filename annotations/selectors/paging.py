"""Pages of a list."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator

ROWS = 25
"""Rows on a page."""


def page_of(rows: Any, page: str | None) -> Page[Any]:
    """The page asked for; the first or last one where there is no such page."""
    return Paginator(rows, ROWS).get_page(page)

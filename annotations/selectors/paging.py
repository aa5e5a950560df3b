"""Pages of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator

if TYPE_CHECKING:
    pass


ROWS = 25
"""Rows on a page."""


def page_of(rows: Any, page: str | None) -> Page[Any]:
    return Paginator(rows, ROWS).get_page(page)

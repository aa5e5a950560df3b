"""A quote's own page, which others can link to: the words, who said them, and where."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from annotations import selectors
from annotations.views.answers import SignedInRequest, refusing, signed_in
from quotes.api.linked_data import JSON_LD, linked_quotation
from quotes.models.suggestion import Status

_IN_SCRIPT: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end the element, or be read as markup, written as JSON lets one write it."""


@require_safe
@signed_in
@refusing
def quote_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One quote by itself; a confirmed one with schema.org's ``Quotation`` in the page."""
    quote = selectors.statement_of(request.user, public_id)
    is_confirmed = quote["status"] == Status.CONFIRMED
    context = {
        "quote": quote,
        "published_on": parse_date(quote["published_on"] or ""),
        "linked_data": _embedded(linked_quotation(quote)) if is_confirmed else "",
    }
    return render(request, "annotations/quote_detail.html", context)


def _embedded(data: Mapping[str, Any]) -> SafeString:
    """A block of data, which no browser runs."""
    words = json.dumps(data, ensure_ascii=False).translate(_IN_SCRIPT)
    return format_html(
        '<script type="{}">{}</script>',
        JSON_LD,
        mark_safe(words),  # noqa: S308 - no sign of markup is left in it
    )

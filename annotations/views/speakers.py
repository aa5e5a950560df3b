"""Speakers: search over all names, and each one's confirmed statements."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from annotations import selectors
from annotations.charts import months_chart
from annotations.forms import SpeakerFilterForm, lenient, without_page
from annotations.views.answers import SignedInRequest, refusing, signed_in


@require_safe
@signed_in
@refusing
def speaker_list(request: SignedInRequest) -> HttpResponse:
    """Everybody on record, found by any of their names, typing errors forgiven."""
    filters = lenient(SpeakerFilterForm(request.GET))
    page = selectors.speaker_list(request.user, filters, request.GET.get("page"))
    context = {
        "page": page,
        "filters": filters,
        "kinds": SpeakerFilterForm.base_fields["kind"].choices,  # type: ignore[attr-defined]
        "query": without_page(request.GET),
    }
    wants_rows = request.htmx and request.htmx.target == "speakers"
    fragment = "annotations/_speaker_table.html" if wants_rows else "annotations/speaker_list.html"
    return render(request, fragment, context)


@require_safe
@signed_in
@refusing
def speaker_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One speaker: names, statements, corrections made and received."""
    speaker = selectors.readable_speaker(request.user, public_id)
    if speaker.merged_into is not None:
        return redirect("annotations:speaker_detail", speaker.merged_into.public_id)
    confirmed_only = request.GET.get("show") != "all"
    page = selectors.statements(
        speaker, confirmed_only=confirmed_only, page=request.GET.get("page")
    )
    facts = selectors.speaker_facts(speaker)
    context = {
        "speaker": speaker,
        "names": list(speaker.names.order_by("kind", "text", "pk")[:40]),
        "facts": facts,
        "chart": months_chart(facts.months),
        "page": page,
        "statements": [selectors.statement(quote) for quote in page.object_list],
        "confirmed_only": confirmed_only,
        "corrections": selectors.speaker_corrections(speaker),
        "query": without_page(request.GET),
    }
    return render(request, "annotations/speaker_detail.html", context)

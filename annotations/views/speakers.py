"""Speakers: search over all names, each one's page, and saying that two are one or one is two."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import selectors
from annotations.charts import months_chart
from annotations.forms.base import ActionForm, checked, lenient, without_page
from annotations.forms.lists import SpeakerFilterForm
from annotations.forms.speakers import MergeForm, MergeSearchForm, SplitForm
from annotations.operations.speakers import merge_speakers, split_speaker, undo_speaker_edit
from annotations.permissions import allows, require, role_in
from annotations.views.answers import SignedInRequest, refusing, said, signed_in
from quotes.models import Speaker


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
    today = timezone.localdate()
    corrections = selectors.speaker_corrections(speaker)
    role = role_in(request.user, speaker.collection_id)
    context = {
        "speaker": speaker,
        "names": selectors.names_in_time(speaker, today),
        "facts": facts,
        "chart": months_chart(facts.months),
        "page": page,
        "statements": [selectors.statement(quote) for quote in page.object_list],
        "confirmed_only": confirmed_only,
        "made": [row for row in corrections if row.corrector_id == speaker.pk],
        "received": [row for row in corrections if row.corrector_id != speaker.pk],
        "warnings": selectors.warnings_of(
            request.user, speaker.collection_id, speaker.name, besides=speaker
        ),
        "merges": selectors.merges_of(speaker),
        "may_change": allows(role, "change_speaker"),
        "may_withdraw": allows(role, "withdraw"),
        "query": without_page(request.GET),
    }
    return render(request, "annotations/speaker_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def speaker_merge(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that two speakers are one: choose the other, see what would move, merge."""
    speaker = selectors.readable_speaker(request.user, public_id)
    if request.method == "POST":
        data = checked(MergeForm(request.POST))
        kept = merge_speakers(
            public_id=public_id, version=data["version"], user=request.user, into_id=data["into"]
        )
        message = f"Merged: {speaker.name} is {kept.name} everywhere now."
        return said(request, message, to=_page_of(kept))
    if speaker.merged_into is not None:
        return redirect("annotations:speaker_merge", speaker.merged_into.public_id)
    require(request.user, "change_speaker", speaker.collection_id)
    form = MergeSearchForm(request.GET)
    asked = lenient(form)
    other = (
        selectors.speaker_to_merge(request.user, speaker, asked["into"]) if asked["into"] else None
    )
    words = str(asked["q"]).strip()
    context = {
        "speaker": speaker,
        "words": words,
        "options": [] if other else selectors.possible_twins(request.user, speaker, words),
        "preview": selectors.merge_preview(speaker, other) if other else None,
    }
    return render(request, "annotations/speaker_merge.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def speaker_split(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that one speaker is two: in which articles it is somebody else."""
    speaker = selectors.readable_speaker(request.user, public_id)
    if request.method == "POST":
        data = checked(SplitForm(request.POST))
        new = split_speaker(public_id=public_id, user=request.user, **data)
        return said(request, f"Split: {new.name} is a speaker of their own now.", to=_page_of(new))
    require(request.user, "change_speaker", speaker.collection_id)
    context = {
        "speaker": speaker,
        "names": list(speaker.names.order_by("kind", "text", "pk")[:40]),
        "page": selectors.articles_with(request.user, speaker, request.GET.get("page")),
        "query": without_page(request.GET),
    }
    return render(request, "annotations/speaker_split.html", context)


@require_POST
@signed_in
@refusing
def speaker_undo(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back a merge or a split; the address names the one that was merged or split off."""
    data = checked(ActionForm(request.POST))
    child = undo_speaker_edit(public_id=public_id, version=data["version"], user=request.user)
    shown = child.merged_into or child
    apart = child.merged_into is None
    message = f"Undone: {child.name} is {'a speaker of their own' if apart else shown.name} again."
    return said(request, message, to=_page_of(shown))


def _page_of(speaker: Speaker) -> str:
    return reverse("annotations:speaker_detail", args=[speaker.public_id])

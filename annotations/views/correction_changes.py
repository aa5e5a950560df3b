"""What an editor changes of a correction: people, kind, quotes, points, flags, notes, a new one."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from annotations import selectors
from annotations.forms.base import checked, lenient
from annotations.forms.corrections import (
    CorrectionAddForm,
    CorrectionKindForm,
    CorrectionPersonForm,
    CorrectionPointForm,
    CorrectionQuotesForm,
)
from annotations.forms.lists import SearchForm
from annotations.forms.quotes import FlagForm, NoteForm
from annotations.operations.correction_drafts import draft_correction
from annotations.operations.correction_remarks import flag_correction, set_correction_note
from annotations.operations.corrections import (
    set_correction_kind,
    set_correction_people,
    set_correction_quotes,
    set_correction_retells,
    set_correction_same_point,
    set_new_correction_person,
)
from annotations.operations.selections import Selection
from annotations.views.answers import SignedInRequest, desk_answer, refusing, signed_in
from annotations.views.corrections import correction_answer


@require_POST
@signed_in
@refusing
def correction_set_kind(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Contradiction, denial, own words; the focus stays."""
    data = checked(CorrectionKindForm(request.POST))
    correction = set_correction_kind(public_id=public_id, user=request.user, **data)
    message = f"Type: {correction.get_kind_display().lower()}"
    return correction_answer(request, correction, message, stay=True)


@require_POST
@signed_in
@refusing
def correction_set_quotes(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Which quotes are claim and retort; none where no words are given."""
    data = checked(CorrectionQuotesForm(request.POST))
    correction = set_correction_quotes(public_id=public_id, user=request.user, **data)
    words = {"corrected": "claim", "correcting": "retort"}
    said = [
        f"{len(data[side])} as {word}" for side, word in words.items() if data[side] is not None
    ]
    return correction_answer(request, correction, f"Quotes: {', '.join(said)}", stay=True)


@require_POST
@signed_in
@refusing
def correction_set_person(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who corrects, or who is corrected: somebody known, somebody new, or nobody named."""
    data = checked(CorrectionPersonForm(request.POST))
    given: dict[str, Any] = {
        "public_id": public_id,
        "version": data["version"],
        "user": request.user,
    }
    if data["new_speaker"]:
        correction = set_new_correction_person(**given, side=data["side"], name=data["new_speaker"])
    else:
        people = selectors.people_of(selectors.readable_correction(request.user, public_id))
        people[data["side"]] = None if data["nobody"] else data["speaker"]
        correction = set_correction_people(
            **given, corrector_id=people["correcting"], corrected_id=people["corrected"]
        )
    corrected = correction.corrected.name if correction.corrected else "nobody named"
    message = f"{correction.corrector or 'Somebody'} corrects {corrected}"
    return correction_answer(request, correction, message, stay=True, whole=True)


@require_POST
@signed_in
@refusing
def correction_set_point(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The same event told again, or the same point on another occasion."""
    data = checked(CorrectionPointForm(request.POST))
    retells = data["relation"] == "retells"
    operation = set_correction_retells if retells else set_correction_same_point
    correction = operation(
        public_id=public_id, version=data["version"], user=request.user, other_id=data["other"]
    )
    said = "Told again here" if retells else "Same point, another occasion"
    message = said if data["other"] else f"No longer: {said.lower()}"
    return correction_answer(request, correction, message, stay=True)


@require_POST
@signed_in
@refusing
def correction_flag(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A second pair of eyes, please; or no longer."""
    data = checked(FlagForm(request.POST))
    correction = flag_correction(public_id=public_id, user=request.user, **data)
    message = "Flagged for a second look" if correction.flagged else "Flag taken off"
    return correction_answer(request, correction, message, stay=True)


@require_POST
@signed_in
@refusing
def correction_set_note(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A note for whoever looks next."""
    data = checked(NoteForm(request.POST))
    correction = set_correction_note(public_id=public_id, user=request.user, **data)
    message = "Note kept" if correction.note else "Note removed"
    return correction_answer(request, correction, message, stay=True)


@require_POST
@signed_in
@refusing
def correction_add(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A new correction: from selected words, or with a quote as its claim or retort."""
    data = checked(CorrectionAddForm(request.POST))
    article = selectors.article_in_full(request.user, public_id)
    side = data["side"] or "corrected"
    correction = draft_correction(
        article_id=public_id,
        user=request.user,
        evidence=_evidence(article.text, data),
        claim_id=data["quote"] if side == "corrected" else None,
        retort_id=data["quote"] if side == "correcting" else None,
    )
    return desk_answer(
        request,
        article_id=public_id,
        card_id=str(correction.public_id),
        message="Correction started: check who, choose the words, accept.",
        whole=True,
        stay=True,
    )


@require_safe
@signed_in
@refusing
def correction_speakers(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Search over all names, for one side of a correction."""
    words = str(lenient(SearchForm(request.GET))["q"]).strip()
    correction = selectors.readable_correction(request.user, public_id)
    context = {
        "correction": correction,
        "side": "correcting" if request.GET.get("side") == "correcting" else "corrected",
        "words": words,
        "options": selectors.speaker_options(
            request.user, correction.collection_id, words, article_id=correction.article.pk
        ),
    }
    page = "_correction_speakers.html" if request.htmx else "correction_speakers.html"
    return render(request, f"annotations/{page}", context)


@require_safe
@signed_in
@refusing
def correction_points(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The corrections that this one may retell, or share its point with."""
    correction = selectors.readable_correction(request.user, public_id)
    context = {
        "correction": correction,
        "others": selectors.possible_points(request.user, correction),
    }
    page = "_correction_points.html" if request.htmx else "correction_points.html"
    return render(request, f"annotations/{page}", context)


def _evidence(text: str, data: dict[str, Any]) -> Selection | None:
    if not data["exact"]:
        return None
    start, end, exact = data["start"], data["end"], data["exact"]
    if start is None or end is None:
        exact = exact.strip()
        start = selectors.place_of(text, exact)
        end = start + len(exact)
    return Selection(start, end, exact)

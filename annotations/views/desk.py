"""What an article's page asks for beside its cards: who is there, and many decisions at once."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import trigger_client_event

from annotations import selectors
from annotations.desk import sure_of
from annotations.forms.articles import ChunkForm, PulseForm, SureForm, VersionsForm
from annotations.forms.base import checked, lenient
from annotations.operations.bulk import confirm_quotes
from annotations.operations.presence import note_presence
from annotations.sentences import sentences
from annotations.views.answers import SignedInRequest, desk_answer, refusing, signed_in

SURE = 0.9
LEVELS = (0.95, 0.9, 0.8)


@require_GET
@signed_in
@refusing
def article_pulse(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who else is here; where they decided something, the page is told to draw it."""
    since = lenient(PulseForm(request.GET))["since"] or 0
    note_presence(article_id=public_id, user=request.user)
    pulse = selectors.pulse_of(request.user, public_id, since=since)
    told = sentences(pulse.edits[:1])
    context = {"pulse": pulse, "told": told[0] if told else None, "more": len(pulse.edits) - 1}
    answer = render(request, "annotations/_pulse.html", context)
    if pulse.edits:
        trigger_client_event(answer, "changed-elsewhere")
    return answer


@require_GET
@signed_in
@refusing
def article_paragraphs(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One more stretch of a long text, with its cards, as somebody comes near."""
    asked = lenient(ChunkForm(request.GET))
    article = selectors.article_in_full(request.user, public_id)
    desk = selectors.desk_chunk(article, show=asked["show"], first=asked["first"] or 0)
    context = {
        "article": article,
        "desk": desk,
        "chunk": desk.chunks[0],
        "may_annotate": selectors.may(request.user, article, "annotate"),
    }
    answer = render(request, "annotations/_chunk.html", context)
    waiting = next((card.id for card in desk.shown if card.is_open), "")
    waiting = waiting or next((card.id for card in desk.shown), "")
    if asked["go"] and waiting:
        trigger_client_event(answer, "focus-item", {"id": waiting}, after="settle")
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def article_accept_sure(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Accept all that is shown and sure: first how many and which, then at once."""
    if request.method == "POST":
        wanted = checked(VersionsForm(request.POST))["quotes"]
        quotes = confirm_quotes(article_id=public_id, user=request.user, versions=wanted)
        left = len(wanted) - len(quotes)
        message = f"{len(quotes)} accepted at once"
        return desk_answer(
            request,
            article_id=public_id,
            card_id=str(quotes[0].public_id),
            message=f"{message}; {left} changed meanwhile" if left else message,
            whole=True,
            onward=True,
        )
    asked = lenient(SureForm(request.GET))
    article = selectors.article_in_full(request.user, public_id)
    outline = selectors.outline_of(article)
    show, over = asked["show"] or "all", asked["over"] or SURE
    levels = {level: sure_of(article, outline, show=show, over=level) for level in {*LEVELS, over}}
    context = {
        "article": article,
        "show": show,
        "sure": levels[over],
        "over": over,
        "levels": [(level, len(levels[level])) for level in LEVELS],
        "may_annotate": selectors.may(request.user, article, "annotate"),
    }
    page = "_accept_sure.html" if request.htmx else "article_accept_sure.html"
    return render(request, f"annotations/{page}", context)

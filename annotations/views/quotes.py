"""What an editor does to a quote: each view is a form, an operation, and the changed fragment."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST, require_safe

from annotations import selectors
from annotations.forms.base import ActionForm, checked, lenient
from annotations.forms.lists import SearchForm
from annotations.forms.quotes import (
    CutForm,
    FlagForm,
    JoinForm,
    KindForm,
    NoteForm,
    PlaceForm,
    SpanForm,
    SpeakerForm,
)
from annotations.operations.joining import join_quotes, split_quote
from annotations.operations.quotes import (
    add_quote,
    confirm_quote,
    flag_quote,
    reject_quote,
    reopen_quote,
    set_boundaries,
    set_kind,
    set_note,
    set_part,
    set_speaker,
)
from annotations.operations.selections import Selection
from annotations.operations.speakers import set_new_speaker
from annotations.permissions import allows, role_in
from annotations.refusals import NotVisible
from annotations.sentences import sentences
from annotations.views.answers import SignedInRequest, desk_answer, refusing, signed_in
from annotations.views.review import is_review, review_answer
from quotes.models import Quote


def _answer(
    request: SignedInRequest,
    quote: Quote,
    message: str,
    *,
    whole: bool = False,
    stay: bool = False,
) -> HttpResponse:
    if is_review(request):
        return review_answer(request, message, focus=str(quote.public_id) if stay else "")
    return desk_answer(
        request,
        article_id=quote.article.public_id,
        changed=quote.article,
        card_id=str(quote.public_id),
        message=message,
        whole=whole,
        stay=stay,
    )


@require_POST
@signed_in
@refusing
def quote_confirm(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Accept as shown."""
    data = checked(ActionForm(request.POST))
    quote = confirm_quote(public_id=public_id, version=data["version"], user=request.user)
    name = quote.speaker.name if quote.speaker else "no speaker"
    return _answer(request, quote, f"Confirmed: {name}, {quote.kind}")


@require_POST
@signed_in
@refusing
def quote_reject(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Not a quote."""
    data = checked(ActionForm(request.POST))
    quote = reject_quote(public_id=public_id, version=data["version"], user=request.user)
    return _answer(request, quote, "Rejected: not a quote")


@require_POST
@signed_in
@refusing
def quote_reopen(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A suggestion again."""
    data = checked(ActionForm(request.POST))
    quote = reopen_quote(public_id=public_id, version=data["version"], user=request.user)
    return _answer(request, quote, "Reopened: a suggestion again", stay=True)


@require_POST
@signed_in
@refusing
def quote_set_speaker(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """This one said it: a known speaker, or a new name."""
    data = checked(SpeakerForm(request.POST))
    same = data["was"] == str(data["speaker"])
    if data["speaker"]:
        quote = set_speaker(
            public_id=public_id,
            version=data["version"],
            user=request.user,
            speaker_id=data["speaker"],
        )
    else:
        quote = set_new_speaker(
            public_id=public_id,
            version=data["version"],
            user=request.user,
            name=data["new_speaker"],
        )
    return _answer(request, quote, f"Confirmed: {quote.speaker}, {quote.kind}", whole=not same)


@require_POST
@signed_in
@refusing
def quote_set_kind(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Direct, mixed or indirect; the focus stays."""
    data = checked(KindForm(request.POST))
    quote = set_kind(
        public_id=public_id, version=data["version"], user=request.user, kind=data["kind"]
    )
    return _answer(request, quote, f"Kind: {quote.kind}", stay=True)


@require_POST
@signed_in
@refusing
def quote_set_span(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where the content, the source or the cue stands; the focus stays."""
    data = checked(SpanForm(request.POST))
    selection = _selection(
        data, lambda: _place_of(selectors.readable_quote(request.user, public_id))
    )
    action: dict[str, Any] = {
        "public_id": public_id,
        "version": data["version"],
        "user": request.user,
    }
    role, ordinal = data["role"], data["ordinal"]
    if role == "part":
        quote = set_part(**action, part=selection)
    elif role == "content" and ordinal is not None:
        quote = set_part(**action, part=selection, ordinal=ordinal)
    else:
        quote = set_boundaries(**action | {role: [selection]})
    said = {"content": "Words", "part": "Further part", "source": "Source", "cue": "Cue"}
    return _answer(
        request, quote, f"{said[data['role']]}: {_shown(selection.exact)}", whole=True, stay=True
    )


@require_POST
@signed_in
@refusing
def quote_join(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """This and the next are one quote; the focus stays."""
    data = checked(JoinForm(request.POST))
    quote = join_quotes(
        public_id=public_id,
        version=data["version"],
        user=request.user,
        next_id=data["next"],
        next_version=data["next_version"],
    )
    return _answer(request, quote, "Joined: two quotes are one", whole=True, stay=True)


@require_POST
@signed_in
@refusing
def quote_split(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """This is two quotes: the second begins with these words. The focus goes to the first."""
    data = checked(CutForm(request.POST))
    rest = _selection(data, lambda: _place_of(selectors.readable_quote(request.user, public_id)))
    quote, second = split_quote(
        public_id=public_id, version=data["version"], user=request.user, rest=rest
    )
    words = _shown(quote.article.text[second.start : second.end])
    return _answer(request, quote, f"Split: the second begins {words}", whole=True, stay=True)


@require_POST
@signed_in
@refusing
def quote_flag(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A second pair of eyes, please; or no longer."""
    data = checked(FlagForm(request.POST))
    quote = flag_quote(public_id=public_id, user=request.user, **data)
    message = "Flagged for a second look" if quote.flagged else "Flag taken off"
    return _answer(request, quote, message, stay=True)


@require_POST
@signed_in
@refusing
def quote_set_note(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A note for whoever looks next."""
    data = checked(NoteForm(request.POST))
    quote = set_note(public_id=public_id, user=request.user, **data)
    return _answer(request, quote, "Note kept" if quote.note else "Note removed", stay=True)


@require_POST
@signed_in
@refusing
def quote_add(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A quote that the engine missed, from words of the article."""
    data = checked(PlaceForm(request.POST))
    words = _selection(data, lambda: (selectors.article_in_full(request.user, public_id).text, 0))
    quote = add_quote(article_id=public_id, user=request.user, content=[words])
    return _answer(request, quote, "Added. Say who said it.", whole=True, stay=True)


@require_GET
@signed_in
@refusing
def quote_card(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One card with all its buttons, for long articles and after a conflict."""
    quote = selectors.readable_quote(request.user, public_id)
    article = selectors.article_in_full(request.user, quote.article.public_id)
    desk = selectors.desk_of(article, focus=str(public_id))
    card = desk.card(public_id)
    if card is None:  # on record, but not among what the page shows
        raise NotVisible("There is no such quote, or it is not yours to see.")
    card.is_focus = False  # the page asks for the next ones, too
    context = {
        "article": article,
        "desk": desk,
        "card": card,
        "may_annotate": selectors.may(request.user, article, "annotate"),
    }
    return render(request, "annotations/_quote_card.html", context)


@require_safe
@signed_in
@refusing
def quote_speakers(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Search over all names: the options under the card's field, or a page of its own."""
    words = str(lenient(SearchForm(request.GET))["q"]).strip()
    quote = selectors.readable_quote(request.user, public_id)
    context = {
        "quote": quote,
        "words": words,
        "options": selectors.speaker_options(request.user, quote.collection_id, words),
        "exact": quote.article.text[quote.start : quote.end],
        "warnings": words and selectors.warnings_of(request.user, quote.collection_id, words),
    }
    page = "_speaker_options.html" if request.htmx else "quote_speakers.html"
    return render(request, f"annotations/{page}", context)


@require_safe
@signed_in
@refusing
def quote_history(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who decided what of this quote."""
    quote = selectors.readable_quote(request.user, public_id)
    edits = list(selectors.history_of(object_id=quote.public_id)[:200])
    role = role_in(request.user, quote.collection_id)
    context = {
        "quote": quote,
        "words": quote.article.text[quote.start : quote.end],
        "sentences": sentences(edits),
        "may_annotate": allows(role, "annotate"),
        "may_withdraw": allows(role, "withdraw"),
    }
    return render(request, "annotations/quote_history.html", context)


def _shown(words: str) -> str:
    """The beginning of some words in one pair of marks, whether or not they bring their own."""
    return f"“{words.strip('“”')[:60]}”"


def _place_of(quote: Quote) -> tuple[str, int]:
    return quote.article.text, quote.start


def _selection(data: dict[str, Any], text_near: Callable[[], tuple[str, int]]) -> Selection:
    """What the browser selected or, from a plain form, the nearest place with these words.

    ``text_near`` reads the article's text and says near what; only a plain form needs it.
    """
    if data["start"] is not None and data["end"] is not None:
        return Selection(data["start"], data["end"], data["exact"])
    exact = data["exact"].strip()
    text, near = text_near()
    start = selectors.place_of(text, exact, near=near)
    return Selection(start, start + len(exact), exact)

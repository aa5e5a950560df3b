"""What an editor does to a quote: each view is a form, an operation, and the changed fragment."""

from __future__ import annotations

import uuid

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
    set_speaker,
)
from annotations.operations.selections import Selection
from annotations.operations.speakers import set_new_speaker
from annotations.permissions import allows, role_in
from annotations.refusals import Invalid, NotVisible
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
    quote = selectors.readable_quote(request.user, public_id)
    selection = _selection(quote.article.text, data, near=quote.start)
    role, spans = data["role"], [selection]
    if role == "part" or (role == "content" and data["ordinal"] is not None):
        spans = _parts_with(quote, selection, None if role == "part" else data["ordinal"])
        role = "content"
    quote = set_boundaries(
        public_id=public_id, version=data["version"], user=request.user, **{role: spans}
    )
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
    quote = selectors.readable_quote(request.user, public_id)
    rest = _selection(quote.article.text, data, near=quote.start)
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
    article = selectors.article_in_full(request.user, public_id)
    quote = add_quote(
        article_id=public_id, user=request.user, content=[_selection(article.text, data, near=0)]
    )
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


def _parts_with(quote: Quote, new: Selection, ordinal: int | None) -> list[Selection]:
    """The content with one part put in place of another, or, without ``ordinal``, one more."""
    parts = [Selection(*place) for place in selectors.content_places(quote)]
    if ordinal is None:
        return sorted([*parts, new], key=lambda part: part.start)
    if ordinal >= len(parts):
        raise Invalid("This quote has no such part.", field="ordinal")
    return [new if n == ordinal else part for n, part in enumerate(parts)]


def _selection(text: str, data: dict[str, object], *, near: int) -> Selection:
    """What the browser selected or, from a plain form, the nearest place with these words."""
    exact = str(data["exact"])
    start, end = data["start"], data["end"]
    if not isinstance(start, int) or not isinstance(end, int):
        exact = exact.strip()
        start = selectors.place_of(text, exact, near=near)
        end = start + len(exact)
    return Selection(start, end, exact)

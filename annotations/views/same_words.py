"""Same words: who shortened what, and what people say of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations import selectors
from annotations.forms.base import ActionForm, checked, lenient, without_page
from annotations.forms.lists import SearchForm
from annotations.forms.quotes import OtherQuoteForm, PlacedQuoteForm
from annotations.operations.same_words import (
    add_same_words,
    confirm_same_words,
    look_for_same_words,
    put_in_same_words,
    reject_same_words,
    reopen_same_words,
    take_out_of_same_words,
)
from annotations.permissions import allows, role_in
from annotations.sentences import sentences
from annotations.views.answers import SignedInRequest, refusing, said, signed_in
from quotes.models import SameWords


@require_safe
@signed_in
@refusing
def same_words_list(request: SignedInRequest) -> HttpResponse:
    """Groups, newest first."""
    state = request.GET.get("state", "")
    context = {
        "page": selectors.same_words_list(request.user, state, request.GET.get("page")),
        "counts": selectors.same_words_counts(request.user),
        "state": state,
        "query": without_page(request.GET),
    }
    return render(request, "annotations/same_words_list.html", context)


@require_safe
@signed_in
@refusing
def same_words_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Every version beside the fullest one, word by word."""
    group = selectors.readable_same_words(request.user, public_id)
    edits = list(selectors.history_of(object_id=group.public_id)[:50])
    context = {
        "group": group,
        "versions": selectors.versions_of(group),
        "sentences": sentences(edits),
        "may_annotate": allows(role_in(request.user, group.collection_id), "annotate"),
    }
    return render(request, "annotations/same_words_detail.html", context)


@require_safe
@signed_in
@refusing
def quote_same_words(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where else a quote's words are given: its group, or a search for other versions."""
    quote = selectors.readable_quote(request.user, public_id)
    words = str(lenient(SearchForm(request.GET))["q"]).strip()
    context = {
        "quote": quote,
        "exact": quote.article.text[quote.start : quote.end],
        "group": selectors.group_of(quote),
        "words": words,
        "found": [
            (row, selectors.written(row))
            for row in selectors.other_versions(request.user, quote, words)
        ],
        "may_annotate": allows(role_in(request.user, quote.collection_id), "annotate"),
    }
    return render(request, "annotations/quote_same_words.html", context)


@require_POST
@signed_in
@refusing
def same_words_confirm(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """These are the same words."""
    return _act(request, public_id, confirm_same_words, "Confirmed: the same words")


@require_POST
@signed_in
@refusing
def same_words_reject(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """These are not the same words."""
    return _act(request, public_id, reject_same_words, "Rejected: not the same words")


@require_POST
@signed_in
@refusing
def same_words_reopen(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A suggestion again."""
    return _act(request, public_id, reopen_same_words, "Reopened: a suggestion again")


@require_POST
@signed_in
@refusing
def same_words_put_in(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One more quote gives these words."""
    data = checked(PlacedQuoteForm(request.POST))
    group = put_in_same_words(
        public_id=public_id, version=data["version"], user=request.user, quote_id=data["quote"]
    )
    return _answer(request, group, "Put in: it gives the same words")


@require_POST
@signed_in
@refusing
def same_words_take_out(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """This quote gives other words."""
    data = checked(PlacedQuoteForm(request.POST))
    group = take_out_of_same_words(
        public_id=public_id, version=data["version"], user=request.user, quote_id=data["quote"]
    )
    return _answer(request, group, "Taken out: other words")


@require_POST
@signed_in
@refusing
def same_words_add(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Two quotes give the same words that the machine did not put together."""
    data = checked(OtherQuoteForm(request.POST))
    group = add_same_words(quote_id=public_id, other_id=data["quote"], user=request.user)
    return _answer(request, group, "Added: the same words")


@require_POST
@signed_in
@refusing
def same_words_look(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Compare a quote with all others now: its words were set by hand."""
    group = look_for_same_words(quote_id=public_id, user=request.user)
    if group is not None:
        return _answer(request, group, "Found: the same words elsewhere")
    to = reverse("annotations:quote_same_words", args=[public_id])
    return said(request, "Compared: no other quote gives these words", to=to)


def _act(
    request: SignedInRequest,
    public_id: uuid.UUID,
    operation: Callable[..., SameWords],
    message: str,
) -> HttpResponse:
    data = checked(ActionForm(request.POST))
    group = operation(public_id=public_id, version=data["version"], user=request.user)
    return _answer(request, group, message)


def _answer(request: SignedInRequest, group: SameWords, message: str) -> HttpResponse:
    to = reverse("annotations:same_words_detail", args=[group.public_id])
    return said(request, message, to=to)

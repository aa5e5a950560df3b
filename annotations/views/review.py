"""The review queue: one card, one decision, across articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import retarget

from annotations import selectors
from annotations.forms.base import checked, lenient
from annotations.forms.lists import AlikeForm, ReviewForm, TogetherForm
from annotations.operations.together import confirm_together
from annotations.refusals import NotAllowedNow, StaleVersion
from annotations.selectors.review import ORDERS
from annotations.views.answers import SignedInRequest, refusing, said, signed_in

if TYPE_CHECKING:
    from annotations.selectors.review import Queue


@require_safe
@signed_in
@refusing
def review_list(request: SignedInRequest) -> HttpResponse:
    """Undecided quotes of all articles, in the order asked for."""
    asked = lenient(ReviewForm(request.GET))
    queue = selectors.review_queue(
        request.user,
        order=asked["order"],
        speaker=asked["speaker"] or None,
        focus=str(asked["focus"]),
    )
    return render(request, "annotations/review_list.html", _context(queue))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@refusing
def review_alike(request: SignedInRequest) -> HttpResponse:
    """Like cases on one page: untick what differs, accept the rest at once."""
    if request.method == "POST":
        versions = checked(TogetherForm(request.POST))["quotes"]
        try:
            quotes = confirm_together(versions=versions, user=request.user)
        except StaleVersion as refusal:
            message = "Somebody decided one of these meanwhile. Go back and look again."
            raise NotAllowedNow(message) from refusal
        message = f"Confirmed {len(quotes)} at once. One undo takes all of them back."
        return said(request, message, to=reverse("annotations:review_list"))
    asked = checked(AlikeForm(request.GET))
    context = {"cards": selectors.alike_quotes(request.user, **asked), **asked}
    return render(request, "annotations/review_alike.html", context)


def review_answer(request: SignedInRequest, message: str, *, focus: str = "") -> HttpResponse:
    """After a decision on a card of the queue: the queue without it, or the page again.

    ``focus`` is the card where the decision leaves it undecided.
    """
    _, order, *speaker = request.POST.get("show", "").split(":", 2)
    asked = lenient(ReviewForm({"order": order, "speaker": speaker[0] if speaker else ""}))
    query = {name: value for name, value in asked.items() if value}
    if focus:
        query["focus"] = focus
    if not request.htmx:
        address = reverse("annotations:review_list")
        return said(request, message, to=f"{address}?{urlencode(query)}" if query else address)
    queue = selectors.review_queue(
        request.user, order=asked["order"], speaker=asked["speaker"] or None, focus=focus
    )
    context = _context(queue) | {"said": message, "can_undo": True, "oob": True}
    answer = render(request, "annotations/_review_answer.html", context)
    answer["HX-Reswap"] = "morph:outerHTML"
    return retarget(answer, "#queue")


def is_review(request: SignedInRequest) -> bool:
    """Was this decision sent from the queue?"""
    return request.POST.get("show", "").startswith("review:")


def _context(queue: Queue) -> dict[str, Any]:
    query = {"order": queue.order}
    if queue.speaker is not None:
        query["speaker"] = str(queue.speaker.public_id)
    return {
        "queue": queue,
        "desk": queue,
        "orders": ORDERS,
        "may_annotate": True,
        "undo_next": f"{reverse('annotations:review_list')}?{urlencode(query)}",
    }

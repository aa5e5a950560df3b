"""How views answer: sign-in, refusals as status codes, and fragments or redirects."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import reswap, retarget, trigger_client_event
from procrastinate.exceptions import AppNotOpen, ConnectorException

from annotations import selectors
from annotations.conflicts import conflict_over
from annotations.desk import Desk, marked_ranges
from annotations.refusals import Invalid, NotVisible, Refusal, StaleVersion
from annotations.views.errors import busy
from quotes.models import Article, Correction, Quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django_htmx.middleware import HtmxDetails


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in, with django-htmx's details. For types only."""

    user: User  # type: ignore[assignment]
    htmx: HtmxDetails


logger = logging.getLogger(__name__)

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> View[P]:
    """Send people who are not signed in to the sign-in page, and back here afterwards.

    No browser keeps what it is shown: the stories are not published, and the way back to a page
    must show what was decided since.
    """

    @wraps(view)
    def wrapped(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            answer = view(request, *args, **kwargs)
            add_never_cache_headers(answer)
            return answer
        if request.htmx and request.htmx.trigger == "pulse":
            return HttpResponse(status=401)  # a question asked by itself sends nobody away
        is_page = request.method == "GET" and not request.htmx
        here = request.get_full_path() if is_page else came_from(request)
        sign_in = f"{reverse('annotations:sign_in')}?{urlencode({'next': here})}"
        if request.htmx:
            # The page keeps the answer in its outbox and sends it after signing in.
            return HttpResponse(status=401, headers={"HX-Redirect": sign_in})
        return redirect(sign_in)

    return wrapped


def refusing(view: View[P]) -> View[P]:
    """Translate expected refusals: 403, 404, 409, 422, with the message where it is read.

    A database that is busy is 503: the person may try again, and the outbox does.
    """

    @wraps(view)
    def wrapped(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except StaleVersion as refusal:
            if not isinstance(refusal.current, Quote | Correction):
                return refused(request, f"{refusal} Look again before you decide.", 409)
            return _conflict(request, refusal)
        except NotVisible as refusal:
            return refused(request, str(refusal), 404)
        except Invalid as refusal:
            return refused(request, str(refusal), 422)
        except Refusal as refusal:
            return refused(request, str(refusal), 409)
        except PermissionDenied as refusal:
            return refused(request, str(refusal) or "You may not do this.", 403)
        except (OperationalError, AppNotOpen, ConnectorException) as error:
            logger.warning("The database is busy: %s", type(error.__cause__ or error).__name__)
            return busy()

    return wrapped


def came_from(request: HttpRequest) -> str:
    """The page that a form was on, if it is one of ours; else the article list."""
    try:
        referer = urlsplit(
            request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
        )
    except ValueError:  # "http://[" and the like
        return reverse("annotations:article_list")
    path = referer.path + (f"?{referer.query}" if referer.query else "")
    if referer.netloc == request.get_host() and referer.path.startswith("/"):
        return path
    return reverse("annotations:article_list")


def safe_next(request: HttpRequest, given: str) -> str:
    """An address of this site to go on to, beginning with a slash; never another one.

    A bare word would be taken for the name of a view by ``redirect``.
    """
    allowed = {request.get_host()}
    if given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=allowed):
        return given
    return reverse("annotations:article_list")


def refused(request: SignedInRequest, message: str, status: int) -> HttpResponse:
    """Say why something was not done: as a toast, or as a page with a way back."""
    if request.htmx:
        context = {"said": message, "tone": "bad" if status != 404 else "warn"}
        answer = render(request, "annotations/_toast.html", context, status=status)
        return reswap(retarget(answer, "#toast"), "innerHTML")
    page: dict[str, Any] = {"message": message, "status": status, "back": came_from(request)}
    return render(request, "annotations/refused.html", page, status=status)


def _conflict(request: SignedInRequest, refusal: StaleVersion) -> HttpResponse:
    """Show both versions; nothing was overwritten, nothing typed is lost."""
    match = request.resolver_match
    conflict = conflict_over(
        refusal.current, action=match.url_name or "" if match else "", sent=request.POST
    )
    page = "annotations/_conflict.html" if request.htmx else "annotations/conflict.html"
    context = {"conflict": conflict, "back": came_from(request), "action_url": request.path}
    return render(request, page, context, status=409)


def said(request: SignedInRequest, message: str, *, to: str) -> HttpResponse:
    """After a plain form post: the message, and the page to go on with."""
    messages.success(request, message)
    return HttpResponseRedirect(to)


def article_url(public_id: uuid.UUID, *, show: str = "all", focus: str = "") -> str:
    """An article's page with a card in focus, scrolled to it."""
    query = {"show": show} if show != "all" else {}
    query |= {"focus": focus} if focus else {}
    address = reverse("annotations:article_detail", args=[public_id])
    address += f"?{urlencode(query)}" if query else ""
    return f"{address}#item-{focus}" if focus else address


def desk_answer(
    request: SignedInRequest,
    *,
    article_id: uuid.UUID,
    card_id: str,
    message: str,
    whole: bool = False,
    stay: bool = False,
    undone: bool = False,
    onward: bool = False,
    changed: Article | None = None,
) -> HttpResponse:
    """After a decision: the card, its paragraphs, and what the bars say; or the next page.

    ``whole`` sends all of the text and cards, where numbers or colours may have changed;
    ``stay`` keeps the focus where it is, ``onward`` sends it to the next undecided card.
    ``changed`` is the article of a row that this person has just changed: not read again.
    """
    show = request.POST.get("show") or "all"
    article = changed or selectors.article_in_full(request.user, article_id)
    if whole or not request.htmx:
        return _whole_answer(
            request, article, card_id, show, message, stay=stay, undone=undone, onward=onward
        )
    outline = selectors.outline_of(article)
    entry = outline.entry(card_id)
    if entry is None:  # no longer among what the page shows
        return _whole_answer(request, article, card_id, show, message, stay=stay)
    desk = selectors.desk_around(
        article, outline, [(entry.start, entry.end)], show=show, focus=card_id
    )
    card = desk.card(card_id)
    if card is not None and not desk.draws(marked_ranges(card)):  # a source far from its words
        desk = selectors.desk_around(
            article, outline, marked_ranges(card), show=show, focus=card_id
        )
        card = desk.card(card_id)
    if card is None:  # decided and gone between two statements
        return _whole_answer(request, article, card_id, show, message, stay=stay)
    card.is_focus = False
    context = _context(request, article, desk, message)
    context |= {"card": card, "changed": [row.paragraph for row in desk.rows]}
    return render(request, "annotations/_card_answer.html", context)


def _whole_answer(
    request: SignedInRequest,
    article: Article,
    card_id: str,
    show: str,
    message: str,
    *,
    stay: bool = False,
    undone: bool = False,
    onward: bool = False,
) -> HttpResponse:
    desk = selectors.desk_of(article, show=show, focus=card_id)
    card = desk.card(card_id)
    if not request.htmx:
        focus = card_id if stay or card is None else card.next_id or card_id
        return said(
            request, message, to=article_url(article.public_id, show=desk.show, focus=focus)
        )
    context = _context(request, article, desk, message)
    context |= {"can_undo": not undone, "can_redo": undone}
    answer = render(request, "annotations/_story_answer.html", context)
    if card is not None and (undone or stay or onward):
        there = card.next_id or card_id if onward else card_id
        trigger_client_event(answer, "focus-item", {"id": there})
    answer["HX-Reswap"] = "morph:outerHTML"
    return retarget(answer, "#story")


def _context(
    request: SignedInRequest, article: Article, desk: Desk, message: str
) -> dict[str, Any]:
    return {
        "article": article,
        "desk": desk,
        # An article that came with no role is that of a row which this person has changed.
        "may_annotate": not hasattr(article, "role")
        or selectors.may(request.user, article, "annotate"),
        "oob": True,
        "said": message,
        "can_undo": True,
        "can_redo": False,
    }

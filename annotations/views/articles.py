"""The article list, an article's page, and the fragments that keep it fresh."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from annotations import selectors
from annotations.forms.articles import DeskForm, LeftOutForm
from annotations.forms.base import checked, lenient, without_page
from annotations.forms.lists import ArticleFilterForm
from annotations.operations.leaving_out import put_back
from annotations.sentences import sentences
from annotations.views.answers import SignedInRequest, refusing, said, signed_in
from quotes.models import ExtractionRun


@require_safe
@signed_in
@refusing
def article_list(request: SignedInRequest) -> HttpResponse:
    """The home page: what there is to do."""
    form = ArticleFilterForm(request.GET)
    filters = lenient(form)
    page = selectors.article_list(request.user, filters, request.GET.get("page"))
    context = {
        "page": page,
        "filters": filters,
        "is_filtered": any(filters.values()),
        "counts": selectors.article_counts(request.user, filters | {"state": ""}),
        "outlets": selectors.outlets(request.user),
        "query": without_page(request.GET),
    }
    wants_rows = request.htmx and request.htmx.target == "articles"
    fragment = "annotations/_article_table.html" if wants_rows else "annotations/article_list.html"
    return render(request, fragment, context)


@require_safe
@signed_in
@refusing
def article_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Read and tag: text left, cards right."""
    asked = lenient(DeskForm(request.GET))
    article = selectors.article_in_full(request.user, public_id)
    if coded_blind := getattr(article, "coded_blind", None):  # sees nothing that others decide
        return redirect("annotations:assignment_detail", coded_blind)
    desk = selectors.desk_of(
        article, show=asked["show"], focus=str(asked["focus"]), near=asked["at"] or 0
    )
    run = selectors.latest_run(article)
    context = {
        "article": article,
        "desk": desk,
        "run": run,
        "running": run is not None and not run.is_over,
        "may_annotate": selectors.may(request.user, article, "annotate"),
    }
    return render(request, "annotations/article_detail.html", context)


@require_safe
@signed_in
@refusing
def article_left_out(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What of the text is not read as story, and why."""
    article = selectors.article_in_full(request.user, public_id)
    context = {
        "article": article,
        "left_out": selectors.left_out(article),
        "may_annotate": selectors.may(request.user, article, "annotate"),
    }
    return render(request, "annotations/article_left_out.html", context)


@require_POST
@signed_in
@refusing
def article_put_back(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that something left out is story; the engine reads the article again."""
    article = put_back(public_id=public_id, user=request.user, **checked(LeftOutForm(request.POST)))
    message = "Put back into the story. The engine reads the article again."
    back = reverse("annotations:article_left_out", args=[article.public_id])
    return said(request, message, to=back)


@require_GET
@signed_in
@refusing
def article_state(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Asked for each second while the engine reads; the page is loaded anew when it is done."""
    article = selectors.article_in_full(request.user, public_id)
    run = selectors.latest_run(article)
    running = run is not None and not run.is_over
    context = {"article": article, "run": run, "running": running}
    answer = render(request, "annotations/_run_state.html", context)
    if not running and run is not None and run.state == ExtractionRun.State.DONE:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@signed_in
@refusing
def article_next(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """On to the next article that has something to decide."""
    article = selectors.next_article(request.user, public_id)
    if article is None:
        messages.success(request, "Everything is decided. Nothing waits in your articles.")
        return redirect("annotations:article_list")
    return redirect("annotations:article_detail", article.public_id)


@require_safe
@signed_in
@refusing
def article_history(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who decided what in this article, newest first."""
    article = selectors.article_in_full(request.user, public_id)
    page = selectors.page_of(selectors.history_of(article=article), request.GET.get("page"))
    context = {
        "article": article,
        "page": page,
        "sentences": sentences(page.object_list, text=article.text),
        "may_annotate": selectors.may(request.user, article, "annotate"),
        "query": without_page(request.GET),
    }
    return render(request, "annotations/article_history.html", context)

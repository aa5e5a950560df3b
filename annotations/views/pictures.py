"""The picture of corrections: on a page with the same facts in a table, and as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from annotations import selectors
from annotations.forms.base import lenient, without_page
from annotations.forms.lists import PictureForm
from annotations.picture import Picture, draw
from annotations.picture_png import png
from annotations.refusals import NotVisible
from annotations.views.answers import SignedInRequest, refusing, signed_in


@require_safe
@signed_in
@refusing
def correction_picture(request: SignedInRequest) -> HttpResponse:
    """Who corrected whom, of an article, a person, a collection, a span of time."""
    filters = lenient(PictureForm(request.GET))
    pairs, n_pairs = selectors.correction_pairs(request.user, filters)
    context = {
        "filters": filters,
        "is_filtered": any(filters.values()),
        "pairs": pairs,
        "n_pairs": n_pairs,
        "n_events": sum(pair.n for pair in pairs),
        "picture": draw(pairs),
        "about": _about(request, filters),
        "outlets": selectors.outlets(request.user),
        "collections": selectors.readable_collections(request.user),
        "query": without_page(request.GET),
    }
    return render(request, "annotations/correction_picture.html", context)


@require_safe
@signed_in
@refusing
def picture_download(request: SignedInRequest, form: str) -> HttpResponse:
    """The same picture as a file: SVG for layout and print, PNG for everything else."""
    filters = lenient(PictureForm(request.GET))
    pairs, _ = selectors.correction_pairs(request.user, filters)
    picture = draw(pairs) or Picture([], [], 420, 40)
    if form not in {"svg", "png"}:
        raise NotVisible("A picture comes as SVG or PNG.")
    caption = f"Who corrected whom: {sum(pair.n for pair in pairs)} corrections. On Record, "
    caption += f"{timezone.localdate():%d %b %Y}".lstrip("0")
    if form == "svg":
        context = {"picture": picture, "caption": caption}
        answer = render(request, "annotations/picture.svg", context, content_type="image/svg+xml")
    else:
        answer = HttpResponse(png(picture, caption=caption), content_type="image/png")
    answer["Content-Disposition"] = f'attachment; filename="who-corrected-whom.{form}"'
    return answer


def _about(request: SignedInRequest, filters: dict[str, Any]) -> str:
    """Whose picture it is, where it is one article's or one person's."""
    if filters["article"]:
        return selectors.article_in_full(request.user, filters["article"]).title
    if filters["speaker"]:
        return selectors.readable_speaker(request.user, filters["speaker"]).name
    return ""

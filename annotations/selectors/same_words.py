"""Groups of same words: the list, one of them with its versions compared, and a quote's own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page
from django.db.models import Count, OuterRef, Q, Subquery

from annotations.refusals import NotVisible
from annotations.selectors.paging import page_of
from quotes.comparing import Piece, word_diff
from quotes.models import Quote, SameWords, SameWordsQuote
from quotes.models.same_words import SameWordsQuerySet
from quotes.models.suggestion import LIVE_STATES, Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User

STATES = {"todo": Status.SUGGESTED, "confirmed": Status.CONFIRMED, "rejected": Status.REJECTED}
SHOWN = 100
"""Versions on a page; a slogan may have more."""

LONG = 24
"""Words left out in one piece from which only its ends are shown."""


@dataclass(frozen=True, slots=True)
class Version:
    """A quote of a group beside the fullest one."""

    quote: Quote
    place: SameWordsQuote
    words: str
    pieces: tuple[Piece, ...]
    said: str
    share: int
    is_fullest: bool


def same_words_list(user: User, state: str, page: str | None) -> Page[SameWords]:
    rows = _with_two(SameWords.objects.readable_by(user).on_record())
    if state in STATES:
        rows = rows.filter(status=STATES[state])
    return page_of(rows.for_display().with_versions().newest_first(), page)


def same_words_counts(user: User) -> dict[str, int]:
    counts: dict[str, int] = _with_two(SameWords.objects.readable_by(user).on_record()).aggregate(
        all=Count("pk"), **{name: Count("pk", filter=Q(status=s)) for name, s in STATES.items()}
    )
    return counts


def _with_two(rows: SameWordsQuerySet) -> SameWordsQuerySet:
    """Groups that still have two live quotes."""
    members = SameWordsQuote.objects.shown().filter(group=OuterRef("pk")).order_by()
    n = members.values("group").annotate(n=Count("pk")).values("n")
    return rows.annotate(n_versions=Subquery(n)).filter(n_versions__gte=2)


def readable_same_words(user: User, public_id: uuid.UUID) -> SameWords:
    rows = SameWords.objects.readable_by(user).on_record().for_display()
    group = rows.filter(public_id=public_id).first()
    if group is None:
        raise NotVisible("There is no such group, or it is not yours to see.")
    return group


def versions_of(group: SameWords) -> list[Version]:
    """The live quotes of a group, oldest first, each against the fullest; three statements."""
    places = list(
        SameWordsQuote.objects.shown()
        .filter(group=group)
        .in_order()
        .select_related("quote__article", "quote__speaker")
        .defer("quote__article__text", "quote__article__search_vector")[:SHOWN]
    )
    if not places:
        return []
    quotes = Quote.objects.filter(pk__in=[place.quote_id for place in places]).with_spans()
    words = {quote.pk: written(quote) for quote in quotes}
    fullest = max(places, key=lambda p: (p.quote_id == group.fullest_id, len(words[p.quote_id])))
    full = words[fullest.quote_id]
    return [_version(place, words[place.quote_id], full, place is fullest) for place in places]


def written(quote: Quote) -> str:
    """The content as the article gives it, its parts in a row; needs ``with_spans``."""
    parts: list[dict[str, str]] = quote.parts  # type: ignore[attr-defined]
    return " ".join(part["exact"] for part in parts if part["role"] == "content")


def _version(place: SameWordsQuote, words: str, full: str, is_fullest: bool) -> Version:  # noqa: FBT001 - private
    pieces = word_diff(full, words)
    n_full = len(full.split())
    kept, gone, new = (_count(pieces, kind) for kind in ("kept", "gone", "new"))
    if is_fullest:
        said = "the fullest version"
    elif not gone and not new:
        said = "word for word"
    elif not new:
        said = f"shortened: {kept} of {n_full} words"
    else:
        said = f"{kept} of {n_full} words, and {new} other{'s' if new > 1 else ''}"
    shown = tuple(_cut(piece) for piece in pieces)
    share = round(100 * kept / n_full) if n_full else 0
    return Version(place.quote, place, words, shown, said, share, is_fullest)


def _count(pieces: list[Piece], kind: str) -> int:
    return sum(len(piece.text.split()) for piece in pieces if piece.kind == kind)


def _cut(piece: Piece) -> Piece:
    words = piece.text.split()
    if piece.kind != "gone" or len(words) <= LONG:
        return piece
    left_out = f"[{len(words) - 10} words]"
    return Piece("gone", " ".join([*words[:5], left_out, *words[-5:]]))


def group_of(quote: Quote) -> SameWords | None:
    """The group that the quote stands in, if any."""
    rows = SameWords.objects.live().filter(
        members__quote=quote, members__state__in=("suggested", "confirmed")
    )
    return rows.for_display().first()


def other_versions(user: User, quote: Quote, words: str) -> list[Quote]:
    """Live quotes of the collection that hold these words, newest first."""
    if not words:
        return []
    rows = Quote.objects.readable_by(user).filter(
        collection=quote.collection_id, status__in=LIVE_STATES
    )
    found = (
        rows.filter(Quote.having(words).matches)
        .exclude(pk=quote.pk)
        .select_related("article", "speaker")
    )
    return list(
        found.defer("article__text", "article__search_vector").with_spans().newest_first()[:20]
    )

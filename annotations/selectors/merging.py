"""What the pages read on which two speakers become one, or one becomes two."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db.models import Count, Exists, OuterRef, Q

from annotations.models import Edit
from annotations.operations.moving import between
from annotations.operations.speakers import REVERSIBLE
from annotations.refusals import NotVisible
from annotations.selectors.paging import page_of
from annotations.selectors.quotes import nearest_names
from annotations.without_names import without_names
from quotes.models import Article, Correction, Quote, QuoteSpan, Speaker, SpeakerCandidate

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SUGGESTIONS = 12


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two speakers of a merge, with what it would bring."""

    speaker: Speaker
    names: list[str]
    statements: int
    confirmed: int
    outlets: list[str]
    corrections: int
    latest: list[Quote]


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would move, and what stands in its way."""

    child: Party
    parent: Party
    cards: int
    new_names: list[str]
    undecided_between: int
    confirmed_between: list[Correction]
    two_wikidata_ids: bool

    @property
    def may_be_done(self) -> bool:
        return not self.confirmed_between


def possible_twins(user: User, speaker: Speaker, words: str) -> list[Speaker]:
    """Others of the collection whose names look like these words, or like the speaker's own."""
    rows = Speaker.objects.readable_by(user).current().filter(collection=speaker.collection_id)
    others = rows.exclude(pk=speaker.pk)
    looked_for = words or speaker.name
    live = Q(quotes__status__in=("suggested", "confirmed"))
    found = list(
        others.named_like(looked_for).annotate(n=Count("quotes", filter=live))[:SUGGESTIONS]
    )
    return found or nearest_names(others, looked_for)


def merge_preview(child: Speaker, parent: Speaker) -> MergePreview:
    """A fixed number of statements, whatever the two have said."""
    mine, theirs = _party(child), _party(parent)
    rows = between(child, parent)
    confirmed = rows.filter(status=Correction.Status.CONFIRMED).select_related(
        "article", "corrector", "corrected"
    )
    return MergePreview(
        child=mine,
        parent=theirs,
        cards=SpeakerCandidate.objects.filter(speaker=child).values("quote").distinct().count(),
        new_names=[name for name in mine.names if name not in theirs.names],
        undecided_between=rows.filter(status=Correction.Status.SUGGESTED).count(),
        confirmed_between=list(confirmed.defer("article__text", "article__search_vector")[:10]),
        two_wikidata_ids=bool(child.wikidata_id and parent.wikidata_id),
    )


def _party(speaker: Speaker) -> Party:
    live = Quote.objects.by_speaker(speaker).live().shown()
    figures = live.aggregate(n=Count("pk"), confirmed=Count("pk", filter=Q(status="confirmed")))
    outlets = live.exclude(article__outlet="").order_by().values("article__outlet")
    latest = live.select_related("article").defer("article__text", "article__search_vector")
    sides = Correction.objects.live().filter(Q(corrector=speaker) | Q(corrected=speaker))
    return Party(
        speaker=speaker,
        names=list(speaker.names.order_by("kind", "text", "pk").values_list("text", flat=True)),
        statements=figures["n"],
        confirmed=figures["confirmed"],
        outlets=[
            row["article__outlet"]
            for row in outlets.annotate(n=Count("pk")).order_by("-n", "article__outlet")[:6]
        ],
        corrections=sides.count(),
        latest=list(latest.with_spans().newest_first()[:3]),
    )


def articles_with(user: User, speaker: Speaker, page: str | None) -> Page[Any]:
    """The articles in which somebody speaks, corrects or is corrected, newest first."""
    quotes = Quote.objects.filter(article=OuterRef("pk"), speaker=speaker).on_record()
    sides = Correction.objects.filter(article=OuterRef("pk")).on_record()
    sides = sides.filter(Q(corrector=speaker) | Q(corrected=speaker))
    spans = QuoteSpan.objects.filter(
        role=QuoteSpan.Role.CONTENT,
        quote__article=OuterRef("pk"),
        quote__speaker=speaker,
        quote__status__in=("suggested", "confirmed"),
    )
    first = spans.order_by("start", "pk").values("exact")[:1]
    counted = quotes.order_by().values("article").annotate(n=Count("pk")).values("n")
    rows = (
        Article.objects.readable_by(user)
        .filter(Q(Exists(quotes)) | Q(Exists(sides)))
        .annotate(n_quotes=counted, says=first)
        .defer("text", "search_vector")
        .newest_first()
    )
    return page_of(rows, page)


def merges_of(speaker: Speaker) -> list[Edit]:
    """Merges into this speaker, and splits off it, that can still be taken back."""
    children = Q(after__other=str(speaker.public_id))
    rows = Edit.objects.told().filter(children | Q(object_id=speaker.public_id), undone_by=None)
    rows = rows.filter(action__in=REVERSIBLE, is_undo=False, object_kind="speaker")
    return without_names(rows.select_related("actor").newest_first()[:20])


def speaker_to_merge(user: User, speaker: Speaker, public_id: uuid.UUID) -> Speaker:
    found = (
        Speaker.objects.readable_by(user)
        .current()
        .filter(collection=speaker.collection_id, public_id=public_id)
        .exclude(pk=speaker.pk)
        .first()
    )
    if found is None:
        raise NotVisible("There is no such speaker to merge with, or it is not yours to see.")
    return found

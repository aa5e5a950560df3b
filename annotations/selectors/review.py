"""What the review queue reads: undecided quotes across articles, in the order asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest, Substr
from django.utils import timezone

from annotations.cards import QuoteCard, quote_card
from annotations.models import Edit
from annotations.operations.blindness import disputed, own_dispute
from annotations.permissions import PERMISSIONS
from annotations.rendering import Mark, Segment, segments
from annotations.sentences import Sentence, sentences
from quotes.models import Collection, Quote, QuoteSpan, Speaker

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AT_ONCE = 6
"""The card in focus and the next five: the eye never waits for the network."""

AROUND = 700
"""Characters read on either side, of which the paragraph before and after are shown."""

FEWEST_ALIKE = 3
DECISIONS = 10

ORDERS = {
    "sure": "Least sure",
    "disputed": "Coders disagree",
    "newest": "Newest",
    "flagged": "Flagged",
    "speaker": "One speaker",
    "article": "Article order",
}


@dataclass(slots=True)
class ReviewCard(QuoteCard):
    """A quote with the words around it: ``before`` and ``after`` are shown in grey."""

    before: str = ""
    after: str = ""
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """Quotes of one outlet whose source is written alike and who are given to one speaker."""

    n: int
    source: str
    speaker_id: str
    speaker: str
    outlet: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One of the person's last decisions; ``version`` where it can be reopened."""

    sentence: Sentence
    words: str
    version: int | None


@dataclass(slots=True)
class Queue:
    """One screen of the review."""

    order: str
    cards: list[ReviewCard]
    left: int
    today: int
    seconds: float | None
    alike: list[Alike] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    speaker: Speaker | None = None

    @property
    def show(self) -> str:
        """What the cards' forms send along, so that the answer is this queue again."""
        return f"review:{self.order}" + (f":{self.speaker.public_id}" if self.speaker else "")


def review_queue(user: User, *, order: str = "", speaker: Any = None, focus: str = "") -> Queue:
    """The queue's first cards and what stands beside them; seven statements."""
    order = order if order in ORDERS else "sure"
    rows = _open_quotes(user)
    chosen = (
        Speaker.objects.readable_by(user).filter(public_id=speaker).first() if speaker else None
    )
    if chosen is not None:
        rows = rows.by_speaker(chosen)
    if order == "flagged":
        rows = rows.filter(flagged=True)
    elif order == "disputed":
        rows = rows.filter(disputed("quote")).exclude(own_dispute(user, "quote"))
    cards = [_card(quote, n) for n, quote in enumerate(_ordered(rows, order)[:AT_ONCE], 1)]
    at = focus if any(card.id == focus for card in cards) else cards[0].id if cards else ""
    for place, card in enumerate(cards):
        card.is_focus = card.id == at
        card.next_id = cards[(place + 1) % len(cards)].id
    done = (
        Edit.objects.told()
        .by_person(user)
        .filter(object_kind="quote", is_undo=False, undone_by=None)
    )
    today = done.filter(at__gte=timezone.localtime().replace(hour=0, minute=0, second=0))
    waits = sorted(
        ms for ms in today.values_list("milliseconds", flat=True) if ms is not None and ms < 120_000
    )
    return Queue(
        order=order,
        cards=cards,
        left=rows.count(),
        today=today.count(),
        seconds=waits[len(waits) // 2] / 1000 if waits else None,
        alike=_alike(rows),
        decisions=_decisions(done),
        speaker=chosen,
    )


def alike_quotes(user: User, *, source: str, speaker: Any, outlet: str) -> list[ReviewCard]:
    """All undecided quotes of one group, in article order."""
    rows = _with_source(_open_quotes(user)).filter(
        written=source, speaker__public_id=speaker, article__outlet=outlet
    )
    return [_card(quote, n) for n, quote in enumerate(_ordered(rows, "article")[:100], 1)]


def _open_quotes(user: User) -> Any:
    """Undecided quotes that this person may decide."""
    collections = Collection.objects.all()
    if not user.is_superuser:
        roles = list(PERMISSIONS["annotate"])
        collections = collections.filter(memberships__user=user, memberships__role__in=roles)
    rows = Quote.objects.filter(collection__in=collections, article__is_latest=True)
    return rows.suggested().shown()


def _ordered(rows: Any, order: str) -> Any:
    first = Greatest(F("start") - AROUND, 0)
    rows = (
        rows.for_display()
        .select_related("speaker", "addressee", "decided_by", "run", "parent", "article")
        .defer("article__text", "article__search_vector")
        .annotate(
            around_start=first,
            around=Substr("article__text", first + 1, F("end") + AROUND - first),
        )
    )
    if order == "sure":
        return rows.order_by(F("confidence").asc(nulls_first=True), "pk")
    if order in {"newest", "flagged", "disputed"}:
        return rows.newest_first()
    if order == "speaker":
        return rows.order_by(
            F("speaker__name").asc(nulls_last=True), "speaker_id", "-published_on", "pk"
        )
    return rows.order_by(
        F("published_on").desc(nulls_last=True), "-article_id", "start", "-end", "pk"
    )


def _card(quote: Quote, number: int) -> ReviewCard:
    hue_of = {str(quote.speaker.public_id): 1} if quote.speaker else {}
    plain = quote_card(quote, number, 1 if quote.speaker else 0, hue_of)
    begin: int = quote.around_start  # type: ignore[attr-defined]
    text: str = quote.around  # type: ignore[attr-defined]
    start, end = quote.start - begin, quote.end - begin
    # The sentence's own paragraph, and one on either side.
    own = text.rfind("\n", 0, start) + 1
    close = text.find("\n", end)
    close = len(text) if close < 0 else close
    marks = [
        Mark(part["start"], part["end"], part["role"], 1, quote.kind, 1)
        for part in quote.parts  # type: ignore[attr-defined]
        if begin + own <= part["start"] and part["end"] <= begin + close
    ]
    lead, tail = text[:own].strip(), text[close:].strip()
    values = {name: getattr(plain, name) for name in QuoteCard.__slots__}
    values["template"] = "annotations/_review_item.html"
    return ReviewCard(
        **values,
        before=lead.rpartition("\n")[2],
        after=tail.partition("\n")[0],
        segments=tuple(segments(text[own:close], marks, focus=1, offset=begin + own)),
    )


def _with_source(rows: QuerySet[Quote]) -> QuerySet[Quote]:
    source = QuoteSpan.objects.filter(quote=OuterRef("pk"), role="source", ordinal=0)
    return rows.annotate(written=Subquery(source.values("exact")[:1]))


def _alike(rows: QuerySet[Quote]) -> list[Alike]:
    found = (
        _with_source(rows.exclude(speaker=None))
        .exclude(written=None)
        .order_by()
        .values("written", "speaker__public_id", "speaker__name", "article__outlet")
        .annotate(n=Count("pk"))
        .filter(n__gte=FEWEST_ALIKE)
        .order_by("-n", "written", "speaker__name", "article__outlet")[:3]
    )
    return [
        Alike(
            row["n"],
            row["written"],
            str(row["speaker__public_id"]),
            row["speaker__name"],
            row["article__outlet"],
        )
        for row in found
    ]


def _decisions(done: Any) -> list[Decision]:
    edits = list(done.for_display().defer("article__search_vector").newest_first()[:DECISIONS])
    now = {
        quote.public_id: quote
        for quote in Quote.objects.filter(public_id__in=[edit.object_id for edit in edits])
    }
    decisions = []
    for edit, sentence in zip(edits, sentences(edits), strict=True):
        quote = now.get(edit.object_id)
        still = quote is not None and quote.version == edit.version
        decided = quote is not None and quote.status in {"confirmed", "rejected"}
        place = edit.after or {}
        text = edit.article.text if edit.article else ""
        words = text[place["start"] : place["end"]] if "start" in place else ""
        decisions.append(Decision(sentence, words, edit.version if still and decided else None))
    return decisions

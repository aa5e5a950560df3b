"""What the article page shows: paragraphs with their cards, made from rows already fetched.

No queries here: `annotations.selectors` fetches, this arranges, templates draw. A long text is
drawn in part: the paragraphs around the focus with their marks and cards, the others as plain
text that is replaced when somebody comes near.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from annotations.cards import Card, CorrectionCard, QuoteCard, correction_card, quote_card
from annotations.outline import SHOW, Entry, Outline, Voice
from annotations.rendering import Mark, Paragraph, Places
from quotes.models import Article, Correction, Quote

FULL_CARDS = 60
"""Above this many cards, only those near the focus carry their buttons; others load on focus."""

LONG_TEXT = 40_000
MANY_ENTRIES = 150
"""A longer text, or one with more cards, is drawn in part."""

CHUNK = (20, 40, 8_000)
"""The most paragraphs, cards and code points that are drawn in one go of a long text."""


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph and the cards that stand level with it."""

    paragraph: Paragraph
    cards: list[Card]


@dataclass(slots=True)
class Chunk:
    """Paragraphs in a row: drawn whole or, ``is_later``, as text that is replaced when near."""

    first: int
    last: int
    has_open: bool = False
    is_later: bool = False
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """Which paragraphs of an article are drawn, and what is in focus: all before the queries."""

    article: Article
    outline: Outline
    places: Places
    show: str
    focus: str
    chunks: list[Chunk]

    @property
    def is_all(self) -> bool:
        """Is every paragraph drawn?"""
        drawn = sum(chunk.last - chunk.first + 1 for chunk in self.chunks if not chunk.is_later)
        return drawn == len(self.places)

    def stretches(self) -> list[tuple[int, int]]:
        """The code points that are drawn."""
        return [
            self.places.stretch(chunk.first, chunk.last)
            for chunk in self.chunks
            if not chunk.is_later
        ]

    def reach(self) -> list[tuple[int, int]]:
        """Where the content of quotes may stand that have a mark in what is drawn.

        Source and cue stand in the paragraph of the content, or beside it.
        """
        last = len(self.places) - 1
        return [
            self.places.stretch(max(0, chunk.first - 1), min(last, chunk.last + 1))
            for chunk in self.chunks
            if not chunk.is_later
        ]

    def corrections(self) -> list[int]:
        """The corrections with evidence in what is drawn."""
        return [
            row.pk
            for row in self.outline.corrections
            if any(row.start < end and row.end > start for start, end in self.stretches())
        ]


def plan_page(
    article: Article, outline: Outline, *, show: str = "all", focus: str = "", near: int = 0
) -> Plan:
    """All of an article or, of a long one, its beginning and what is around the focus.

    ``near`` is the number of a paragraph that is drawn in any case.
    """
    places = Places(article.text)
    focused = outline.entry(focus) or outline.entry(outline.first_open(show))
    chunks = _chunks(places, outline)
    at = places.at(focused.start) if focused else 0
    here = next((n for n, chunk in enumerate(chunks) if chunk.first <= at <= chunk.last), 0)
    for number, chunk in enumerate(chunks):
        asked = chunk.first < near <= chunk.last + 1
        chunk.is_later = number > 0 and abs(number - here) > 1 and not asked
    return Plan(article, outline, places, show, focused.id if focused else "", chunks)


def plan_chunk(article: Article, outline: Outline, *, show: str, first: int) -> Plan:
    """One chunk of a long article, as the page asks for it."""
    places = Places(article.text)
    chunks = _chunks(places, outline)
    wanted = [chunk for chunk in chunks if chunk.first <= first <= chunk.last] or chunks[-1:]
    return Plan(article, outline, places, show, "", wanted)


def plan_paragraphs(
    article: Article,
    outline: Outline,
    ranges: Iterable[tuple[int, int]],
    *,
    show: str = "all",
    focus: str = "",
) -> Plan:
    """Only the paragraphs that some stretches touch: what a decision has changed."""
    places = Places(article.text)
    chunks = [Chunk(index, index) for index in places.touching(ranges)]
    return Plan(article, outline, places, show, focus, chunks)


def _chunks(places: Places, outline: Outline) -> list[Chunk]:
    whole = Chunk(0, len(places) - 1)
    if len(places.text) <= LONG_TEXT and len(outline.entries) <= MANY_ENTRIES:
        return [whole]
    found: list[Chunk] = []
    cards = Counter(places.at(row.start) for row in outline.entries)
    open_ones = {places.at(row.start) for row in outline.entries if row.is_open}
    most, weight = CHUNK, [0, 0, 0]
    for index in range(len(places)):
        start, end = places.stretch(index, index)
        more = [1, cards[index], end - start]
        if not found or any(w + m > limit for w, m, limit in zip(weight, more, most, strict=True)):
            found.append(Chunk(index, index))
            weight = [0, 0, 0]
        found[-1].last = index
        found[-1].has_open |= index in open_ones
        weight = [w + m for w, m in zip(weight, more, strict=True)]
    return found


@dataclass(slots=True)
class Desk:
    """Everything the article page draws."""

    article: Article
    outline: Outline
    chunks: list[Chunk]
    cards: list[Card]
    show: str

    @property
    def rows(self) -> list[Row]:
        return [row for chunk in self.chunks for row in chunk.rows]

    @property
    def shown(self) -> list[Card]:
        """The cards that are drawn."""
        return [card for row in self.rows for card in row.cards]

    @property
    def focus(self) -> Card | None:
        return next((card for card in self.cards if card.is_focus), None)

    @property
    def counts(self) -> Counter[str]:
        return self.outline.counts

    @property
    def voices(self) -> list[Voice]:
        return self.outline.voices

    @property
    def n_quotes(self) -> int:
        return self.counts["quotes"]

    @property
    def n_decided(self) -> int:
        return self.counts["decided"]

    @property
    def n_open(self) -> int:
        return self.counts["undecided"]

    @property
    def is_done(self) -> bool:
        return bool(self.outline.entries) and self.n_open == 0

    @property
    def filters(self) -> list[tuple[str, str, int]]:
        return [
            (key, label, self.counts[key])
            for key, label in SHOW.items()
            if key != "flagged" or self.counts[key] or self.show == key
        ]

    def draws(self, ranges: Iterable[tuple[int, int]]) -> bool:
        """Do all of these stretches lie in the paragraphs that are drawn?"""
        rows = self.rows
        first, last = rows[0].paragraph.start, rows[-1].paragraph.end
        return all(start < last and end > first for start, end in ranges)

    def card(self, public_id: object) -> Card | None:
        return next((card for card in self.cards if card.id == str(public_id)), None)


@dataclass(frozen=True, slots=True)
class Sure:
    """A suggestion that may be accepted with others at once, as its preview shows it."""

    entry: Entry
    number: int
    hue: int
    words: str


def sure_of(article: Article, outline: Outline, *, show: str, over: float) -> list[Sure]:
    """Undecided quotes of the margin that have a speaker and of which the engine is sure."""
    return [
        Sure(
            row,
            outline.numbers[row.pk],
            outline.hue[row.speaker],
            article.text[row.start : row.end],
        )
        for row in outline.quotes
        if row.is_open and row.is_shown(show) and row.speaker is not None
        if (row.confidence or 0) >= over
    ]


def build_desk(plan: Plan, quotes: Sequence[Quote], corrections: Sequence[Correction]) -> Desk:
    """Arrange what was fetched for a plan. ``quotes`` come with ``parts`` and ``choices``."""
    article, outline = plan.article, plan.outline
    quote_cards = [
        quote_card(
            quote,
            outline.numbers[quote.pk],
            outline.hue.get(quote.speaker_id or 0, 0),
            outline.hue_of,
        )
        for quote in quotes
        if quote.pk in outline.numbers
    ]
    correction_cards = [
        correction_card(row, outline.said_on_sides(row, article.text), outline.hue)
        for row in corrections
    ]
    for card in quote_cards:
        card.following = None if card.is_rejected else outline.following(card.quote.end)
    cards: list[Card] = [*quote_cards, *correction_cards]
    by_id = {uuid.UUID(card.id): card for card in cards}
    focus = outline.entry(plan.focus)
    shown = outline.shown(plan.show, focus)
    _link(shown, by_id, focus)
    focused = next((card.number for card in quote_cards if card.is_focus), 0)
    marks = _marks(article, quote_cards, correction_cards)
    by_paragraph: dict[int, list[Card]] = {}
    for row in shown:
        if (found := by_id.get(row.public_id)) is not None:
            by_paragraph.setdefault(plan.places.at(row.start), []).append(found)
    for chunk in plan.chunks:
        indices = range(chunk.first, chunk.last + 1)
        # Which marks a text has that is not drawn yet is not known.
        drawn = plan.places.draw(indices, [] if chunk.is_later else marks, focus=focused)
        chunk.rows = [
            Row(paragraph, [] if chunk.is_later else by_paragraph.get(paragraph.number - 1, []))
            for paragraph in drawn
        ]
    return Desk(article, outline, plan.chunks, cards, plan.show)


def marked_ranges(card: Card) -> list[tuple[int, int]]:
    """The stretches of text whose drawing depends on this card."""
    if isinstance(card, QuoteCard):
        return [(part["start"], part["end"]) for part in card.quote.parts]  # type: ignore[attr-defined]
    return [(card.correction.start, card.correction.end)]


def _link(shown: list[Entry], by_id: dict[uuid.UUID, Card], focus: Entry | None) -> None:
    """Mark the focus, say where "later" goes, and thin out a very long margin."""
    at = next((i for i, row in enumerate(shown) if row is focus), 0)
    for index, row in enumerate(shown):
        card = by_id.get(row.public_id)
        if card is None:
            continue
        card.is_focus = row is focus
        card.is_full = len(shown) <= FULL_CARDS or abs(index - at) <= FULL_CARDS // 4
        after = [*shown[index + 1 :], *shown[:index]] if card.is_focus else []
        card.next_id = next((other.id for other in after if other.is_open), "")


def _marks(
    article: Article, quotes: list[QuoteCard], corrections: list[CorrectionCard]
) -> list[Mark]:
    marks = [Mark(start, end, "skipped") for start, end, *_ in article.skipped]
    marks += [
        Mark(
            part["start"],
            part["end"],
            part["role"],
            quote=card.number,
            kind=card.quote.kind,
            hue=card.hue,
            is_open=card.is_open,
        )
        for card in quotes
        if not card.is_rejected
        for part in card.quote.parts  # type: ignore[attr-defined]
    ]
    marks += [
        Mark(card.correction.start, card.correction.end, "evidence")
        for card in corrections
        if not card.is_rejected
    ]
    return [mark for mark in marks if 0 <= mark.start < mark.end <= len(article.text)]

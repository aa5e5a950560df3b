"""What the article page shows: paragraphs with their cards, made from rows already fetched.

No queries here: `annotations.selectors` fetches, this arranges, templates draw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from annotations.cards import Card, CorrectionCard, QuoteCard, correction_card, quote_card
from annotations.rendering import (
    Mark,
    Paragraph,
    hues,
    paragraph_at,
    paragraphs,
    paragraphs_touching,
)
from quotes.models import Article, Correction, Quote

FULL_CARDS = 60
"""Above this many cards, only those near the focus carry their buttons; others load on focus."""

SHOW = {
    "all": "All",
    "undecided": "Undecided",
    "direct": "Direct",
    "mixed": "Mixed",
    "indirect": "Indirect",
    "nobody": "No speaker",
    "corrections": "Corrections",
    "flagged": "Flagged",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph and the cards that stand level with it."""

    paragraph: Paragraph
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who speaks in this article."""

    name: str
    hue: int
    count: int
    id: str = ""


@dataclass(slots=True)
class Desk:
    """Everything the article page draws."""

    article: Article
    rows: list[Row]
    cards: list[Card]
    shown: list[Card]
    voices: list[Voice]
    show: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def focus(self) -> Card | None:
        return next((card for card in self.cards if card.is_focus), None)

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
        return bool(self.cards) and self.n_open == 0

    @property
    def filters(self) -> list[tuple[str, str, int]]:
        return [
            (key, label, self.counts[key])
            for key, label in SHOW.items()
            if key != "flagged" or self.counts[key] or self.show == key
        ]

    def card(self, public_id: Any) -> Card | None:
        return next((card for card in self.cards if card.id == str(public_id)), None)

    def sure(self, over: float) -> list[QuoteCard]:
        """Undecided quotes of the margin that have a speaker and of which the engine is sure."""
        return [
            card
            for card in self.shown
            if isinstance(card, QuoteCard)
            if card.is_open and card.quote.speaker_id and (card.quote.confidence or 0) >= over
        ]

    def paragraphs_of(self, card: Card) -> list[Paragraph]:
        """The paragraphs whose drawing depends on this card."""
        ranges = (
            [(part["start"], part["end"]) for part in card.quote.parts]  # type: ignore[attr-defined]
            if isinstance(card, QuoteCard)
            else [(card.correction.start, card.correction.end)]
        )
        return paragraphs_touching([row.paragraph for row in self.rows], ranges)


def build_desk(
    article: Article,
    quotes: Sequence[Quote],
    corrections: Sequence[Correction],
    *,
    show: str = "all",
    focus: str = "",
) -> Desk:
    """Arrange one article. ``quotes`` in reading order with ``parts`` and ``choices``."""
    colour = hues(
        [
            *(quote.speaker_id for quote in quotes),
            *(c.corrector_id for c in corrections),
            *(c.corrected_id for c in corrections),
        ]
    )
    by_name = {
        str(quote.speaker.public_id): colour[quote.speaker.pk] for quote in quotes if quote.speaker
    }
    quote_cards = [
        quote_card(article, quote, number, colour.get(quote.speaker_id or 0, 0), by_name)
        for number, quote in enumerate(quotes, 1)
    ]
    by_quote = {card.id: card for card in quote_cards}
    correction_cards = [correction_card(c, colour, by_quote) for c in corrections]
    cards: list[Card] = sorted(
        [*quote_cards, *correction_cards],
        key=lambda card: (
            (card.content[0][0], 1, card.number)
            if isinstance(card, QuoteCard)
            else (card.correction.start, 0, card.correction.pk)
        ),
    )
    if not any(card.id == focus for card in cards):
        focus = next((c.id for c in cards if c.is_open and _is_shown(c, show)), "")
    counts = _count(quote_cards, correction_cards)
    shown = [card for card in cards if card.id == focus or _is_shown(card, show)]
    _link(shown, focus)
    number = next((c.number for c in quote_cards if c.is_focus), 0)
    found = paragraphs(article.text, _marks(article, quote_cards, correction_cards), focus=number)
    rows = [Row(paragraph, []) for paragraph in found]
    for card in shown:
        at = card.content[0][0] if isinstance(card, QuoteCard) else card.correction.start
        rows[paragraph_at(found, at)].cards.append(card)
    voices = _voices(quotes, colour)
    return Desk(article, rows, cards, shown, voices, show, counts)


def _count(quotes: list[QuoteCard], corrections: list[CorrectionCard]) -> Counter[str]:
    counts: Counter[str] = Counter()
    counts["all"] = len(quotes) + len(corrections)
    counts["quotes"] = len(quotes)
    counts["decided"] = sum(not card.is_open for card in quotes)
    counts["undecided"] = sum(card.is_open for card in quotes)
    counts["undecided"] += sum(card.is_open for card in corrections)
    counts["corrections"] = len(corrections)
    for card in quotes:
        counts[card.quote.kind] += 1
        counts["nobody"] += card.quote.speaker_id is None
        counts["flagged"] += card.quote.flagged
    counts["flagged"] += sum(card.correction.flagged for card in corrections)
    return counts


def _is_shown(card: Card, show: str) -> bool:
    if show == "undecided":
        return card.is_open
    if show == "flagged":
        return card.is_flagged
    if isinstance(card, CorrectionCard):
        return show in {"all", "corrections"}
    if show == "nobody":
        return card.quote.speaker_id is None
    return show == "all" or show == card.quote.kind


def _link(shown: list[Card], focus: str) -> None:
    """Mark the focus, say where "later" goes, and thin out a very long margin."""
    at = next((i for i, card in enumerate(shown) if card.id == focus), 0)
    for index, card in enumerate(shown):
        card.is_focus = card.id == focus
        card.is_full = len(shown) <= FULL_CARDS or abs(index - at) <= FULL_CARDS // 4
        after = [*shown[index + 1 :], *shown[:index]] if card.is_focus else []
        card.next_id = next((c.id for c in after if c.is_open), "")


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


def _voices(quotes: Sequence[Quote], colour: dict[int, int]) -> list[Voice]:
    live = [quote for quote in quotes if quote.status != Quote.Status.REJECTED]
    people = {quote.speaker_id: quote.speaker for quote in live if quote.speaker}
    counts = Counter(quote.speaker_id for quote in live)
    voices = [
        Voice(person.name, colour[key], counts[key], str(person.public_id))
        for key, person in people.items()
        if key is not None
    ]
    return [*voices, *([Voice("", 0, counts[None])] if counts[None] else [])]

"""What stands in the margin: a card for each quote and correction. No queries here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotations.outline import Entry
from annotations.rendering import Segment
from annotations.sides import Candidate, SideOption, options_of_both
from quotes.models import Correction, Quote

KIND_LABELS = {
    Correction.Kind.DENIAL: "Denial",
    Correction.Kind.CONTRADICTION: "Contradiction",
    Correction.Kind.SELF_CORRECTION: "Own words",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One digit on a card."""

    rank: int
    id: str
    name: str
    hue: int
    sure: str
    reason: str
    is_current: bool


@dataclass(slots=True)
class QuoteCard:
    """A quote in the margin: one line, or all of it with its buttons when ``is_full``."""

    quote: Quote
    number: int
    hue: int
    choices: list[Choice]
    content: list[tuple[int, int]]
    words: str
    source: str
    cue: str
    is_focus: bool = False
    is_full: bool = True
    next_id: str = ""
    following: Entry | None = None
    """The quote right after this one, which may be joined to it."""
    template: str = "annotations/_quote_card.html"

    @property
    def id(self) -> str:
        return str(self.quote.public_id)

    @property
    def is_open(self) -> bool:
        return self.quote.status == Quote.Status.SUGGESTED

    @property
    def is_rejected(self) -> bool:
        return self.quote.status == Quote.Status.REJECTED

    @property
    def is_flagged(self) -> bool:
        return self.quote.flagged

    @property
    def sure(self) -> str:
        return sure(self.quote.confidence)

    @property
    def parts(self) -> str:
        """Borders of the content's parts, as the page's script reads them."""
        return " ".join(f"{start}-{end}" for start, end in self.content)


@dataclass(frozen=True, slots=True)
class Side:
    """A claim or a retort: one of the article's quotes."""

    number: int
    words: str
    hue: int


@dataclass(slots=True)
class CorrectionCard:
    """A correction in the margin, or as a triptych on the page of corrections.

    There ``evidence`` is cut at its cue, and each card says whether its reader may decide it.
    """

    correction: Correction
    corrector_hue: int
    corrected_hue: int
    claims: list[Side]
    retorts: list[Side]
    claim_options: list[SideOption] = field(default_factory=list)
    retort_options: list[SideOption] = field(default_factory=list)
    is_focus: bool = False
    is_full: bool = True
    next_id: str = ""
    template: str = "annotations/_correction_card.html"
    evidence: Sequence[Segment] = ()
    may_annotate: bool = False

    @property
    def id(self) -> str:
        return str(self.correction.public_id)

    @property
    def is_open(self) -> bool:
        return self.correction.status == Correction.Status.SUGGESTED

    @property
    def is_rejected(self) -> bool:
        return self.correction.status == Correction.Status.REJECTED

    @property
    def is_flagged(self) -> bool:
        return self.correction.flagged

    @property
    def kinds(self) -> list[tuple[str, str, bool, bool]]:
        """Value, label, whether it holds, and whether one key chooses it next."""
        values = [kind.value for kind in Correction.Kind]
        after = values[(values.index(self.correction.kind) + 1) % len(values)]
        return [
            (kind.value, KIND_LABELS[kind], kind == self.correction.kind, kind == after)
            for kind in Correction.Kind
        ]

    @property
    def sure(self) -> str:
        return sure(self.correction.confidence)


Card = QuoteCard | CorrectionCard


def sure(confidence: float | None) -> str:
    """``.97``: two figures, no leading zero; empty where nobody measured it."""
    if confidence is None:
        return ""
    return "1" if confidence >= 0.995 else f"{confidence:.2f}".removeprefix("0")


def _worth_a_digit(choices: list[dict[str, Any]], current: str) -> list[dict[str, Any]]:
    """The likely ones, three in any case, and the one that holds; the rest are found by name."""
    return [
        choice
        for place, choice in enumerate(choices)
        if place < 3 or choice["probability"] >= 0.01 or str(choice["id"]) == current
    ]


def quote_card(quote: Quote, number: int, hue: int, hue_of: dict[str, int]) -> QuoteCard:
    parts: list[dict[str, Any]] = quote.parts  # type: ignore[attr-defined]
    content = [(p["start"], p["end"]) for p in parts if p["role"] == "content"]
    current = str(quote.speaker.public_id) if quote.speaker else ""
    choices = [
        Choice(
            rank=rank,
            id=str(choice["id"]),
            name=choice["name"],
            hue=hue_of.get(str(choice["id"]), 0),
            sure=sure(choice["probability"]),
            reason=choice["reason"],
            is_current=str(choice["id"]) == current,
        )
        for rank, choice in enumerate(_worth_a_digit(quote.choices, current), 1)  # type: ignore[attr-defined]
    ]
    if quote.speaker and len(choices) < 9 and not any(c.is_current for c in choices):
        choices.append(
            Choice(len(choices) + 1, current, quote.speaker.name, hue, "", "", is_current=True)
        )
    return QuoteCard(
        quote=quote,
        number=number,
        hue=hue,
        choices=choices,
        content=content or [(quote.start, quote.end)],
        words=" … ".join(p["exact"] for p in parts if p["role"] == "content"),
        source=" … ".join(p["exact"] for p in parts if p["role"] == "source"),
        cue=" … ".join(p["exact"] for p in parts if p["role"] == "cue"),
    )


def correction_card(
    correction: Correction, said: Mapping[str, Sequence[Candidate]], hue: Mapping[int, int]
) -> CorrectionCard:
    """``said`` has for each side what its person said in the article, ``hue`` people's colours."""
    held: dict[str, list[str]] = {side: [] for side in said}
    for link in correction.sides:  # type: ignore[attr-defined]
        held[link["side"]].append(str(link["id"]))
    hues = {
        "corrected": hue.get(correction.corrected_id or 0, 0),
        "correcting": hue.get(correction.corrector_id or 0, 0),
    }
    stand = {
        side: [Side(one.number, one.words, hues[side]) for one in given if one.id in held[side]]
        for side, given in said.items()
    }
    options = options_of_both(said, held, near=correction.start)
    return CorrectionCard(
        correction=correction,
        corrector_hue=hues["correcting"],
        corrected_hue=hues["corrected"],
        claims=stand["corrected"],
        retorts=stand["correcting"],
        claim_options=options["corrected"],
        retort_options=options["correcting"],
    )

"""What a changed story asks: each decided row beside the text it came from and the new one."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotations.refusals import NotVisible
from annotations.rendering import Mark, Paragraph, Places, Role
from annotations.selectors.articles import article_in_full
from quotes.models import Article, Placement, Quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AROUND = 2
"""Paragraphs shown before and after the one in question."""


@dataclass(frozen=True, slots=True)
class Question:
    """One decided quote or correction: where it stood, and where it may stand now."""

    placement: Placement
    is_quote: bool
    who: str
    before: tuple[Paragraph, ...]
    now: tuple[Paragraph, ...]
    offered: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """What is left to ask of one article, and the question that is shown."""

    article: Article
    waiting: list[Placement]
    question: Question | None
    number: int
    before_id: str
    after_id: str
    n_moved: int
    n_answered: int

    @property
    def n_all(self) -> int:
        return self.n_moved + self.n_answered + len(self.waiting)


def questions_of(
    user: User, article_id: uuid.UUID, *, at: uuid.UUID | None, whole: bool
) -> Questions:
    """What the changed story still asks; ``at`` names the question to show, else the first."""
    article = article_in_full(user, article_id)
    waiting = list(
        Placement.objects.asked()
        .filter(newer=article)
        .select_related(
            "quote__article",
            "quote__speaker",
            "correction__article",
            "correction__corrector",
            "correction__corrected",
        )
        .in_reading_order()
    )
    states = Counter(Placement.objects.filter(newer=article).values_list("state", flat=True))
    here = next((n for n, one in enumerate(waiting) if one.public_id == at), 0)
    question = _question(waiting[here], article, whole=whole) if waiting else None
    ids = [str(one.public_id) for one in waiting]
    return Questions(
        article=article,
        waiting=waiting,
        question=question,
        number=here + 1,
        before_id=ids[here - 1] if len(ids) > 1 else "",
        after_id=ids[(here + 1) % len(ids)] if len(ids) > 1 else "",
        n_moved=states[Placement.State.MOVED],
        n_answered=states[Placement.State.PLACED] + states[Placement.State.GONE],
    )


def question_text(user: User, public_id: uuid.UUID) -> tuple[Placement, str]:
    """A question and the text that it is about, for words that were only written."""
    rows = Placement.objects.readable_by(user).select_related("newer")
    placement = rows.filter(public_id=public_id).first()
    if placement is None:
        raise NotVisible
    return placement, placement.newer.text


def offered_start(placement: Placement) -> int:
    """Where the likeliest place begins; the text's beginning where there is none."""
    main = placement.offer.get("content") or placement.offer.get("evidence")
    return int(main[0][0]) if main else 0


def _question(placement: Placement, newer: Article, *, whole: bool) -> Question:
    row = placement.row
    if isinstance(row, Quote):
        who, main, kind = row.speaker.name if row.speaker else "Nobody yet", "content", row.kind
    else:
        corrector = row.corrector.name if row.corrector else "Somebody"
        corrected = row.corrected.name if row.corrected else "somebody not named"
        who, main, kind = f"{corrector} corrects {corrected}", "evidence", ""
    was = _marks(placement.was, main, kind)
    offer = _marks(placement.offer, main, kind)
    whole = whole or not offer
    new_text = newer.text
    return Question(
        placement=placement,
        is_quote=main == "content",
        who=who,
        before=_drawn(row.article.text, was, whole=False),
        now=_drawn(new_text, offer, whole=whole),
        offered=" … ".join(new_text[start:end] for start, end in placement.offer.get(main, [])),
        is_whole=whole,
    )


def _marks(places: dict[str, list[list[int]]], main: str, kind: str) -> list[Mark]:
    roles: tuple[Role, ...] = ("content", "evidence", "source", "cue")
    return [
        Mark(start, end, role, quote=1 if main == "content" else 0, kind=kind, hue=1)
        for role in roles
        for start, end in places.get(role, [])
    ]


def _drawn(text: str, marks: list[Mark], *, whole: bool) -> tuple[Paragraph, ...]:
    places = Places(text)
    touched = places.touching((mark.start, mark.end) for mark in marks)
    if whole or not touched:
        wanted = range(len(places))
    else:
        wanted = range(max(0, min(touched) - AROUND), min(len(places), max(touched) + AROUND + 1))
    return places.draw(wanted, marks, focus=1)

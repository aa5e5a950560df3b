"""What a blind coder's page reads, and the page on which disputes are settled."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from annotations.cards import KIND_LABELS
from annotations.models import Assignment, Coding, Purpose
from annotations.operations.blindness import disputed, own_dispute
from annotations.operations.coding import (
    answers_by_case,
    corrections_to_code,
    disagree,
    quotes_to_code,
    suggested,
)
from annotations.permissions import require
from annotations.refusals import NotVisible
from annotations.rendering import Mark, Segment, paragraph_ranges, segments
from quotes.models import Article, Correction, Quote, Speaker
from quotes.normal_form import normal_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

QUOTE_KINDS = [(kind.value, kind.label) for kind in Quote.Kind]
CORRECTION_KINDS = [(kind.value, KIND_LABELS[kind]) for kind in Correction.Kind]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the article whom an answer may name; ``rank`` is the digit, 0 for none."""

    id: str
    name: str
    rank: int = 0


@dataclass(slots=True)
class Case:
    """One quote or correction to answer on, with the words around it."""

    what: str
    id: str
    number: int
    row: Any
    kind: str
    kinds: list[tuple[str, str]]
    words: str
    before: str
    after: str
    segments: tuple[Segment, ...]
    people: list[Person] = field(default_factory=list)
    answer: Coding | None = None
    is_focus: bool = False


@dataclass(slots=True)
class CodingDesk:
    """A coder's article: its cases in text order, and everybody whom it names."""

    assignment: Assignment
    cases: list[Case]
    cast: list[Person]

    @property
    def case(self) -> Case | None:
        """The one in focus."""
        return next((case for case in self.cases if case.is_focus), None)

    @property
    def answered(self) -> int:
        return sum(case.answer is not None for case in self.cases)

    @property
    def is_through(self) -> bool:
        return self.answered == len(self.cases)


def coding_desk(user: User, public_id: uuid.UUID, *, focus: str = "") -> CodingDesk:
    """One's own blind assignment; the case in focus is ``focus`` or the first without answer.

    Nothing in it depends on what other people decided or answered.
    """
    assignment = (
        Assignment.objects.of_person(user)
        .select_related("article", "collection")
        .defer("article__search_vector")
        .filter(public_id=public_id, purpose=Purpose.BLIND)
        .first()
    )
    if assignment is None:
        raise NotVisible
    require(user, "annotate", assignment.collection_id)
    mine = assignment.codings.select_related("speaker", "corrector", "corrected")
    answers = {coding.quote_id or -(coding.correction_id or 0): coding for coding in mine}
    cases = _cases(assignment.article)
    for case in cases:
        case.answer = answers.get(case.row.pk if case.what == "quote" else -case.row.pk)
    open_ones = [case for case in cases if case.answer is None]
    chosen = next((case for case in cases if case.id == focus), None)
    for case in [chosen] if chosen else open_ones[:1]:
        case.is_focus = True
    return CodingDesk(assignment, cases, _cast(assignment.article))


def speaker_named(user: User, assignment_id: uuid.UUID, name: str) -> uuid.UUID | None:
    """The one speaker who goes by this name where one codes; None for none or several."""
    mine = Assignment.objects.of_person(user).filter(public_id=assignment_id)
    found = Speaker.objects.filter(
        collection__in=mine.values("collection"),
        merged_into=None,
        names__norm=normal_name(name),
    ).distinct()
    ids = list(found.values_list("public_id", flat=True)[:2])
    return ids[0] if len(ids) == 1 else None


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that some coders gave: in words, and as what a form sends."""

    coders: list[str]
    is_there: bool
    kind: str
    kind_label: str
    speaker: Speaker | None
    corrector: Speaker | None
    corrected: Speaker | None


@dataclass(slots=True)
class Dispute:
    """A case with what its coders said of it, side by side."""

    case: Case
    said: list[Said]
    is_own: bool

    @property
    def is_open(self) -> bool:
        return bool(self.case.row.status == Quote.Status.SUGGESTED)


@dataclass(slots=True)
class Disputes:
    """What the coders of an article disagree about, and how much of the rest is undecided."""

    article: Article
    disputes: list[Dispute]
    cast: list[Person]
    n_agreed: int
    n_coded: int


def disputes_of(user: User, public_id: uuid.UUID) -> Disputes:
    """The adjudicator's page of one article."""
    article = (
        Article.objects.readable_by(user).defer("search_vector").filter(public_id=public_id).first()
    )
    if article is None:
        raise NotVisible
    require(user, "adjudicate", article.collection_id)
    answers = answers_by_case(Coding.objects.filter(article=article))
    cases = {(case.what, case.row.pk): case for case in _cases(article, user)}
    coders = {a.user_id: a.user.get_username() for a in article.assignments.select_related("user")}
    ids = {one[n] for found in answers.values() for one in found for n in _PEOPLE} - {None}
    people = Speaker.objects.in_bulk(ids)
    disputes, n_agreed = [], 0
    for (_, what, pk), found in answers.items():
        case = cases.get((what, pk))
        if case is None:
            continue
        if disagree(found):
            disputes.append(Dispute(case, _said(found, coders, people), case.row.own_dispute))
        elif len(found) > 1 and case.row.status == Quote.Status.SUGGESTED:
            n_agreed += 1
    disputes.sort(key=lambda one: (not one.is_open, one.case.number))
    return Disputes(article, disputes, _cast(article), n_agreed, len(answers))


_PEOPLE = ("speaker", "corrector", "corrected")


def _said(
    found: Sequence[dict[str, Any]], coders: dict[int, str], people: dict[int, Speaker]
) -> list[Said]:
    groups: dict[Any, list[str]] = defaultdict(list)
    for one in found:
        key = (one["is_there"], one["kind"], *(one[name] for name in _PEOPLE))
        groups[key].append(coders.get(one["coder_id"], ""))
    labels = dict([*QUOTE_KINDS, *CORRECTION_KINDS])
    return [
        Said(names, is_there, kind, labels.get(kind, ""), *(people.get(pk) for pk in who))
        for (is_there, kind, *who), names in groups.items()
    ]


def _cases(article: Article, user: User | None = None) -> list[Case]:
    """All that is coded of an article, in text order; ``user`` adds whose disputes are theirs."""
    text = article.text
    quotes = quotes_to_code(article).with_spans().with_candidates()
    corrections = corrections_to_code(article)
    if user is not None:
        quotes = quotes.annotate(own_dispute=own_dispute(user, "quote"))
        corrections = corrections.annotate(own_dispute=own_dispute(user, "correction"))
    rows = sorted([*quotes, *corrections], key=lambda row: (row.start, -row.end, row.pk))
    ranges = paragraph_ranges(text)
    return [_case(row, number, text, ranges) for number, row in enumerate(rows, 1)]


def _case(row: Any, number: int, text: str, ranges: Sequence[tuple[int, int]]) -> Case:
    is_quote = isinstance(row, Quote)
    if is_quote:
        marks = [
            Mark(part["start"], part["end"], part["role"], 1, suggested(row, "kind"), 1)
            for part in row.parts  # type: ignore[attr-defined]
        ]
    else:
        marks = [Mark(row.start, row.end, "evidence")]
    touched = [i for i, (a, b) in enumerate(ranges) if a < row.end and row.start < b]
    first, last = (touched[0], touched[-1]) if touched else (0, len(ranges) - 1)
    begin, end = ranges[first][0], ranges[last][1]
    here = [mark for mark in marks if begin <= mark.start and mark.end <= end]
    around = [
        text[a:b].strip()
        for a, b in (ranges[max(0, first - 1)], ranges[min(last + 1, len(ranges) - 1)])
    ]
    return Case(
        what="quote" if is_quote else "correction",
        id=str(row.public_id),
        number=number,
        row=row,
        kind=suggested(row, "kind"),
        kinds=QUOTE_KINDS if is_quote else CORRECTION_KINDS,
        words=text[row.start : row.end],
        before=around[0] if first > 0 else "",
        after=around[1] if last + 1 < len(ranges) else "",
        segments=tuple(segments(text[begin:end], here, focus=1, offset=begin)),
        people=_choices(row) if is_quote else [],
    )


def _choices(quote: Any) -> list[Person]:
    """The machine's candidates, in the order of their names: no rank says what it thinks."""
    found = sorted(quote.choices, key=lambda choice: str(choice["name"]).casefold())
    return [Person(str(one["id"]), one["name"], rank) for rank, one in enumerate(found[:9], 1)]


def _cast(article: Article) -> list[Person]:
    """Everybody whom the machine found in the article, by name."""
    machine = {"origin": Quote.Origin.MACHINE}
    quotes = Quote.objects.on_record().filter(article=article, **machine)
    corrections = Correction.objects.on_record().filter(article=article, **machine)
    found = (
        Speaker.objects.filter(collection_id=article.collection_id, merged_into=None)
        .filter(
            Q(pk__in=quotes.values("candidates__speaker"))
            | Q(pk__in=quotes.values("speaker"))
            | Q(pk__in=corrections.values("corrector"))
            | Q(pk__in=corrections.values("corrected"))
        )
        .order_by("name", "pk")
    )
    return [
        Person(str(public_id), name) for public_id, name in found.values_list("public_id", "name")
    ]


def n_disputed(article_ids: Sequence[int]) -> dict[int, int]:
    """How many undecided quotes and corrections of each article its coders disagree about."""
    counts: dict[int, int] = defaultdict(int)
    for model, what in ((Quote, "quote"), (Correction, "correction")):
        rows = model.objects.suggested().filter(disputed(what), article__in=article_ids)
        for article_id in rows.values_list("article_id", flat=True):
            counts[article_id] += 1
    return dict(counts)

"""What a blind coder does: answers of one's own, which change nothing on the record."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from annotations.agreement import measure
from annotations.models import Agreement, Assignment, AssignmentState, Coding, Purpose
from annotations.permissions import require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.models import Article, Collection, Correction, Quote, Speaker
from quotes.models.suggestion import Suggestion

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Answer = dict[str, Any]
"""One coder's answer, speakers by primary key, with those merged since as what they are now."""

VARIABLES: Final[dict[str, tuple[str, Callable[[Answer], Hashable]]]] = {
    "is_quote": ("quote", lambda answer: answer["is_there"]),
    "speaker": ("quote", lambda answer: answer["speaker"]),
    "quote_kind": ("quote", lambda answer: answer["kind"]),
    "is_correction": ("correction", lambda answer: answer["is_there"]),
    "corrector": ("correction", lambda answer: answer["corrector"]),
    "corrected": ("correction", lambda answer: answer["corrected"]),
    "correction_kind": ("correction", lambda answer: answer["kind"]),
}
"""Variable → what it is of, and its value in an answer."""
ALWAYS: Final = {"is_quote", "is_correction"}
"""The other variables are only measured among coders who say that there is something."""


@transaction.atomic
def code_quote(
    *,
    assignment_id: uuid.UUID,
    quote_id: uuid.UUID,
    user: User,
    is_there: bool,
    kind: str = "",
    speaker_id: uuid.UUID | None = None,
) -> Coding:
    """Say what one thinks of a suggested quote. Again: the later answer holds."""
    assignment = _own_open(assignment_id, user)
    quote = quotes_to_code(assignment.article).filter(public_id=quote_id).first()
    if quote is None:
        raise NotVisible
    answer: Answer = {"is_there": is_there, "kind": "", "speaker": None}
    if is_there:
        answer["kind"] = kind or suggested(quote, "kind")
        answer["speaker"] = _speaker(speaker_id, assignment.collection_id)
        if answer["kind"] not in Quote.Kind.values:
            raise Invalid("There is no such kind of quote.", code="unknown_kind", field="kind")
    return _keep(assignment, {"quote": quote}, answer)


@transaction.atomic
def code_correction(
    *,
    assignment_id: uuid.UUID,
    correction_id: uuid.UUID,
    user: User,
    is_there: bool,
    kind: str = "",
    corrector_id: uuid.UUID | None = None,
    corrected_id: uuid.UUID | None = None,
) -> Coding:
    """Say what one thinks of a suggested correction. Again: the later answer holds."""
    assignment = _own_open(assignment_id, user)
    correction = corrections_to_code(assignment.article).filter(public_id=correction_id).first()
    if correction is None:
        raise NotVisible
    answer: Answer = {"is_there": is_there, "kind": "", "corrector": None, "corrected": None}
    if is_there:
        answer["kind"] = kind or suggested(correction, "kind")
        answer["corrector"] = _speaker(corrector_id, assignment.collection_id)
        answer["corrected"] = _speaker(corrected_id, assignment.collection_id)
        if answer["kind"] not in Correction.Kind.values:
            raise Invalid("There is no such kind of correction.", code="unknown_kind", field="kind")
    return _keep(assignment, {"correction": correction}, answer)


@transaction.atomic
def finish_assignment(*, public_id: uuid.UUID, user: User) -> Assignment:
    """Say that one is through. Once all blind coders are, their answers may be compared."""
    assignment = _own(public_id, user)
    if assignment.state == AssignmentState.DONE:
        return assignment  # a double click
    if assignment.state != AssignmentState.OPEN:
        raise NotAllowedNow("This was taken back: there is nothing to finish.")
    if assignment.purpose == Purpose.BLIND and (left := left_to_code(assignment)):
        raise NotAllowedNow(f"{left} still to answer.")
    assignment.state = AssignmentState.DONE
    assignment.finished_at = timezone.now()
    assignment.save(update_fields=("state", "finished_at", "updated_at"))
    if assignment.purpose == Purpose.BLIND:
        measure_agreement(assignment.collection)
    return assignment


def measure_agreement(collection: Collection) -> None:
    """Measure anew how far the coders of a collection agree."""
    Collection.objects.select_for_update(no_key=True).get(pk=collection.pk)
    answers = answers_by_case(Coding.objects.filter(article__collection=collection))
    coders = {
        what: len(
            {
                one["coder_id"]
                for (_, of, _), found in answers.items()
                if of == what
                for one in found
            }
        )
        for what in ("quote", "correction")
    }
    rows = []
    for variable, (what, value) in VARIABLES.items():
        cases = _cases(answers, variable, what, value)
        rows += [
            Agreement(
                collection=collection,
                variable=variable,
                measure=one.measure,
                value=one.value,
                ci_low=one.low,
                ci_high=one.high,
                n_units=one.n_units,
                n_coders=coders[what],
                note=one.note,
            )
            for one in measure(cases)
        ]
    Agreement.objects.filter(collection=collection).delete()
    if answers:
        Agreement.objects.bulk_create(rows)


Case = tuple[int, str, int]
"""Article, "quote" or "correction", and which one: primary keys."""


def answers_by_case(codings: Any) -> dict[Case, list[Answer]]:
    """Answers that may be seen, by case and in the order of coders; one statement."""
    found: dict[Case, list[Answer]] = defaultdict(list)
    people = {
        name: Coalesce(f"{name}__merged_into_id", f"{name}_id")
        for name in ("speaker", "corrector", "corrected")
    }
    rows = codings.to_be_seen().order_by("article_id", "coder_id", "pk")
    names = {f"{name}_now": person for name, person in people.items()}
    for row in rows.annotate(**names).values(
        "article_id", "quote_id", "correction_id", "coder_id", "is_there", "kind", *names
    ):
        what = "quote" if row["quote_id"] else "correction"
        answer = row | {name: row[f"{name}_now"] for name in people}
        found[(row["article_id"], what, row[f"{what}_id"])].append(answer)
    return dict(found)


def disagree(answers: Iterable[Answer]) -> bool:
    """Do these coders say different things of one case?"""
    said = {
        (one["is_there"], one["kind"], one["speaker"], one["corrector"], one["corrected"])
        for one in answers
    }
    return len(said) > 1


def quotes_to_code(article: Article) -> Any:
    """The machine's quotes of the article, whatever people have decided of them since."""
    rows = Quote.objects.on_record().shown().filter(article=article)
    return rows.filter(origin=Quote.Origin.MACHINE)


def corrections_to_code(article: Article) -> Any:
    """The machine's corrections of the article."""
    rows = Correction.objects.on_record().filter(article=article)
    return rows.filter(origin=Correction.Origin.MACHINE)


def left_to_code(assignment: Assignment) -> int:
    """How many cases the coder has not answered."""
    mine = assignment.codings.all()
    quotes = quotes_to_code(assignment.article).exclude(
        pk__in=mine.exclude(quote=None).values("quote")
    )
    corrections = corrections_to_code(assignment.article).exclude(
        pk__in=mine.exclude(correction=None).values("correction")
    )
    return int(quotes.count()) + int(corrections.count())


def suggested(row: Suggestion, field: str) -> Any:
    """What the machine said of a field, whatever people made of it since."""
    return (row.suggestion or {}).get(field, getattr(row, field))


def _cases(
    answers: dict[Case, list[Answer]],
    variable: str,
    what: str,
    value: Callable[[Answer], Hashable],
) -> dict[Hashable, list[list[Hashable]]]:
    cases: dict[Hashable, list[list[Hashable]]] = defaultdict(list)
    for (article, of, _), found in answers.items():
        if of == what:
            counted = [one for one in found if one["is_there"] or variable in ALWAYS]
            cases[article].append([value(one) for one in counted])
    return cases


def _own(public_id: uuid.UUID, user: User) -> Assignment:
    """The person's own assignment, locked."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("collection")
        .filter(public_id=public_id, user=user)
        .first()
    )
    if assignment is None:
        raise NotVisible
    require(user, "annotate", assignment.collection_id)
    return assignment


def _own_open(public_id: uuid.UUID, user: User) -> Assignment:
    assignment = _own(public_id, user)
    if assignment.purpose != Purpose.BLIND or assignment.state != AssignmentState.OPEN:
        raise NotAllowedNow("This is finished: the answers stay as they are.")
    return assignment


def _speaker(public_id: uuid.UUID | None, collection_id: int) -> Speaker | None:
    if public_id is None:
        return None
    speaker = (
        Speaker.objects.select_related("merged_into")
        .filter(public_id=public_id, collection_id=collection_id)
        .first()
    )
    if speaker is None:
        raise Invalid("There is no such speaker here.", code="unknown_speaker", field="speaker")
    return speaker.merged_into or speaker


def _keep(assignment: Assignment, case: Answer, answer: Answer) -> Coding:
    coding, _ = Coding.objects.update_or_create(
        coder=assignment.user,
        **case,
        defaults=answer | {"assignment": assignment, "article_id": assignment.article_id},
    )
    return coding

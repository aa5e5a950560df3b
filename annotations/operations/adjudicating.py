"""Settling what blind coders disagree about, and taking over what they agree on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from annotations.models import Coding
from annotations.operations.coding import Answer, answers_by_case, disagree
from annotations.operations.corrections import (
    drop_links_that_do_not_fit,
    people_changed,
    require_people,
)
from annotations.operations.deciding import (
    begin,
    mark_decided,
    refuse_while_in_confirmed_correction,
)
from annotations.operations.locking import lock_article, lock_correction, lock_quote, lock_speakers
from annotations.operations.quotes import accept, touch
from annotations.operations.selections import check_kind
from annotations.permissions import require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.extraction.types import Span
from quotes.models import Correction, Quote, Speaker
from quotes.models.quote import SpanRole
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def settle_quote(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    is_there: bool,
    kind: str = "",
    speaker_id: uuid.UUID | None = None,
    batch: uuid.UUID | None = None,
) -> Quote:
    """Decide a quote that was coded blind: as one coder said, or as none did.

    Who is party to the dispute is refused; see ``blindness``.
    """
    quote = lock_quote(public_id, user=user, permission="adjudicate")
    done = {"speaker": str(speaker_id) if speaker_id else None} if is_there else {}
    decision = begin(quote, user, version, "quote.settled", needs="change", leaves=done)
    if decision is None:
        return quote
    _require_codings(Coding.objects.filter(quote=quote))
    speaker = lock_speakers(speaker_id, collection_id=quote.collection_id).get(speaker_id)
    if not is_there or quote.speaker_id != (speaker.pk if speaker else None):
        refuse_while_in_confirmed_correction(quote)
    if is_there:
        content = [
            Span(start, end)
            for role, _, start, end in decision.before["spans"]
            if role == SpanRole.CONTENT
        ]
        quote.kind = kind or quote.kind
        check_kind(quote.kind, quote.article.text, content)
        quote.speaker = speaker
        accept(quote, user)
    else:
        touch(quote)
        mark_decided(quote, Status.REJECTED, user)
    decision.save(batch=batch, in_place=True)
    return quote


@transaction.atomic
def settle_correction(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    is_there: bool,
    kind: str = "",
    corrector_id: uuid.UUID | None = None,
    corrected_id: uuid.UUID | None = None,
    batch: uuid.UUID | None = None,
) -> Correction:
    """Decide a correction that was coded blind: as one coder said, or as none did."""
    correction = lock_correction(public_id, user=user, permission="adjudicate")
    done = {
        "corrector": str(corrector_id) if corrector_id else None,
        "corrected": str(corrected_id) if corrected_id else None,
    }
    decision = begin(
        correction,
        user,
        version,
        "correction.settled",
        needs="change",
        leaves=done if is_there else {},
    )
    if decision is None:
        return correction
    _require_codings(Coding.objects.filter(correction=correction))
    if is_there:
        if kind and kind not in Correction.Kind.values:
            raise Invalid("There is no such kind of correction.", code="unknown_kind", field="kind")
        correction.kind = kind or correction.kind
        people = lock_speakers(corrector_id, corrected_id, collection_id=correction.collection_id)
        correction.corrector = people.get(corrector_id)
        correction.corrected = people.get(corrected_id)
        require_people(correction)
        people_changed(correction)
        drop_links_that_do_not_fit(correction)
        mark_decided(correction, Status.CONFIRMED, user)
    else:
        correction.touched = True
        mark_decided(correction, Status.REJECTED, user)
    decision.save(batch=batch)
    return correction


@transaction.atomic
def accept_agreed(*, article_id: uuid.UUID, user: User) -> int:
    """Decide all of an article that every coder answered alike; one undo takes it all back.

    What somebody has decided already is left as it is. Gives how many were decided.
    """
    article = lock_article(public_id=article_id)
    if article is None:
        raise NotVisible
    require(user, "adjudicate", article.collection_id)
    batch = uuid.uuid4()
    answers = answers_by_case(Coding.objects.filter(article=article))
    if not answers:
        raise NotAllowedNow("Nobody has coded this article to the end yet.")
    people = _public_ids(answers.values())
    rows: dict[str, dict[int, Any]] = {
        "quote": Quote.objects.suggested().filter(article=article).in_bulk(),
        "correction": Correction.objects.suggested().filter(article=article).in_bulk(),
    }
    decided = 0
    for (_, what, pk), found in answers.items():
        row = rows[what].get(pk)
        if row is None or len(found) < 2 or disagree(found):
            continue
        said = found[0]
        common = {
            "public_id": row.public_id,
            "version": row.version,
            "user": user,
            "is_there": said["is_there"],
            "kind": said["kind"],
            "batch": batch,
        }
        if what == "quote":
            settle_quote(**common, speaker_id=people.get(said["speaker"]))
        elif said["corrector"] or not said["is_there"]:
            settle_correction(
                **common,
                corrector_id=people.get(said["corrector"]),
                corrected_id=people.get(said["corrected"]),
            )
        else:
            continue  # a correction without a corrector cannot stand: for a person to look at
        decided += 1
    return decided


def _public_ids(answers: Iterable[Sequence[Answer]]) -> dict[int, uuid.UUID]:
    ids = {
        one[name]
        for found in answers
        for one in found
        for name in ("speaker", "corrector", "corrected")
    }
    return dict(Speaker.objects.filter(pk__in=ids - {None}).values_list("pk", "public_id"))


def _require_codings(codings: Any) -> None:
    if not codings.to_be_seen().exists():
        raise NotAllowedNow("The coders of this are not all through yet.")

"""Withdrawing a speaker, a quote or a correction for good reason, as by law or for privacy.

It is off every list, page, export and search with the transaction that does it: quotes and
corrections by their status, names because they no longer stand in their rows. Whatever such a
row says goes along: what a speaker said and corrected, quotes inside of a quote, and corrections
whose evidence repeats the words. The article's text stays what it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from annotations.announcing import announce
from annotations.history import Snapshot, correction_snapshots, quote_snapshots
from annotations.models import Edit, IdempotencyRecord, ObjectKind, Webhook
from annotations.operations.moving import BATCH_ROWS
from annotations.permissions import require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from annotations.request_id import current_request_id
from quotes.matching import lock_matching
from quotes.models import (
    Correction,
    CorrectionQuote,
    Placement,
    Quote,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
    Withdrawal,
)
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WITHDRAWN: Final = "withdrawn"
PERSON_WITHDRAWN: Final = "quote.person_withdrawn"
"""Of a quote that stays: its addressee, or what the machine said of one, was withdrawn."""

NAMELESS: Final = "Withdrawn"
FACTS: Final = ("name", "description", "wikidata_id")
NAME_FACTS: Final = ("text", "norm", "kind", "valid_from", "valid_to", "place", "origin")

Row = Quote | Correction | Speaker
MODELS: Final[dict[str, type[Row]]] = {
    Withdrawal.Kind.QUOTE: Quote,
    Withdrawal.Kind.CORRECTION: Correction,
    Withdrawal.Kind.SPEAKER: Speaker,
}
_TRIES: Final = 6


@transaction.atomic
def withdraw(
    *, kind: str, public_id: uuid.UUID, version: int, user: User, reason: str
) -> Withdrawal:
    """Take a speaker, a quote or a correction off the record, with all that repeats it."""
    row = row_of(kind, public_id)
    require(user, "withdraw", row.collection_id)
    if not reason.strip():
        raise Invalid("Say why.", code="withdrawal_says_why", field="reason")
    corrections, quotes, others = _locked_with_all(row)
    row.refresh_from_db()
    _refuse(row, version)
    act = Withdrawal(
        collection_id=row.collection_id,
        kind=kind,
        object_id=row.public_id,
        label=label_of(row)[:300],
        reason=reason.strip(),
        made_by=user,
        n_quotes=len(quotes),
        n_corrections=len(corrections),
    )
    act.full_clean(exclude=("collection", "made_by", "ended_by"))
    act.save()
    edits = _take_off(act, user, ObjectKind.CORRECTION, corrections, correction_snapshots)
    edits += _take_off(act, user, ObjectKind.QUOTE, quotes, quote_snapshots)
    act.kept["asked"] = _stop_asking(corrections, quotes)
    if isinstance(row, Speaker):
        act.kept["quotes"] = _forget_in_others(row, others, act, user)
        edits += _make_nameless(row, act, user)
    act.save()
    _forget_answers([one.public_id for one in (*quotes, *corrections, *others, row)])
    if Webhook.objects.called().filter(collection=row.collection_id).exists():
        announce([edit for edit in edits if edit.object_id == row.public_id])
    return act


def row_of(kind: str, public_id: uuid.UUID) -> Row:
    rows: QuerySet[Any] = MODELS[kind].objects.all()  # type: ignore[attr-defined]
    row: Row | None = rows.filter(public_id=public_id).first()
    if row is None:
        raise NotVisible
    return row


def _refuse(row: Row, version: int) -> None:
    if row.withdrawal_id is not None:
        raise NotVisible
    if row.version != version:
        raise StaleVersion(row)
    if isinstance(row, Speaker):
        if row.merged_into_id is not None:
            raise NotAllowedNow(f"{row.name} was merged into another speaker. Search again.")
    elif row.status in {Status.WITHDRAWN, Status.REPLACED}:
        raise NotAllowedNow("This is off the record already.")


def label_of(row: Row) -> str:
    if isinstance(row, Speaker):
        return row.name
    return row.article.text[row.start : row.end] if isinstance(row, Quote) else row.exact


Reach = tuple[QuerySet[Correction], QuerySet[Quote], QuerySet[Quote]]


def reach(row: Row) -> Reach:
    """Corrections and quotes that go with it, and the quotes that stay but mention a speaker."""
    waits = Exists(Placement.objects.asked().filter(quote=OuterRef("pk")))
    there = Quote.objects.filter(withdrawal=None).filter(
        Q(waits) | ~Q(status__in=(Status.WITHDRAWN, Status.REPLACED))
    )
    others = Quote.objects.none()
    theirs = Q(pk=None)
    if isinstance(row, Correction):
        quotes, theirs = Quote.objects.none(), Q(pk=row.pk) | Q(retells=row.pk)
    elif isinstance(row, Quote):
        quotes = there.filter(Q(pk=row.pk) | Q(parent=row.pk) | Q(parent__parent=row.pk))
    else:
        quotes = there.filter(
            Q(speaker=row.pk) | Q(parent__speaker=row.pk) | Q(parent__parent__speaker=row.pk)
        )
        theirs = Q(corrector=row.pk) | Q(corrected=row.pk)
        others = Quote.objects.filter(withdrawal=None).filter(
            Q(addressee=row.pk)
            | Exists(_candidates(row))
            | Q(touched=True, suggestion__speaker=str(row.public_id))
        )
        others = others.exclude(pk__in=quotes.values("pk"))
    repeats = Exists(
        quotes.filter(
            article=OuterRef("article"), start__lt=OuterRef("end"), end__gt=OuterRef("start")
        )
    )
    asked = Exists(Placement.objects.asked().filter(correction=OuterRef("pk")))
    corrections = (
        Correction.objects.filter(withdrawal=None)
        .filter(Q(asked) | ~Q(status__in=(Status.WITHDRAWN, Status.REPLACED)))
        .filter(theirs | Q(repeats) | Exists(_links(quotes)))
    )
    return corrections, quotes, others


def _links(quotes: QuerySet[Quote]) -> Any:
    links = CorrectionQuote.objects.filter(correction=OuterRef("pk"))
    return links.filter(quote__in=quotes.values("pk"))


def _candidates(speaker: Speaker) -> Any:
    return SpeakerCandidate.objects.filter(quote=OuterRef("pk"), speaker=speaker)


def _locked_with_all(row: Row) -> tuple[list[Correction], list[Quote], list[Quote]]:
    """All that goes with it, locked in the order of every decision, and none left out."""
    lock_matching(row.collection_id)  # nothing new comes from runs
    for _ in range(_TRIES):
        point = transaction.savepoint()
        corrections, quotes, others = reach(row)
        held = _lock(Correction, corrections), _lock(Quote, quotes), _lock(Quote, others)
        if isinstance(row, Speaker):  # nobody is named here from now on
            Speaker.objects.select_for_update(no_key=True).get(pk=row.pk)
        if all(
            set(rows.values_list("pk", flat=True)) <= {one.pk for one in locked}
            for rows, locked in zip(reach(row), held, strict=True)
        ):
            return held
        transaction.savepoint_rollback(point)
    raise NotAllowedNow("Others are working on this just now. Try again in a moment.")


def _lock(model: Any, rows: QuerySet[Any]) -> list[Any]:
    people = ("speaker", "addressee", "parent") if model is Quote else ("corrector", "corrected")
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    locked = (
        model.objects.filter(pk__in=keys)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    found = locked.select_related("article", *people).defer(
        "article__text", "article__search_vector"
    )
    return list(found)


def _take_off(
    act: Withdrawal,
    user: User,
    kind: ObjectKind,
    rows: Sequence[Any],
    snapshots: Callable[[Sequence[Any]], dict[int, Snapshot]],
) -> list[Edit]:
    before = snapshots(rows)
    for row in rows:
        row.status, row.touched, row.withdrawal = Status.WITHDRAWN, True, act
        row.version += 1
    return save_rows(act, user, f"{kind.value}.{WITHDRAWN}", kind, rows, before, snapshots(rows))


def save_rows(
    act: Withdrawal,
    user: User,
    action: str,
    kind: ObjectKind,
    rows: Sequence[Any],
    before: dict[int, Snapshot],
    after: dict[int, Snapshot],
    *,
    undone: dict[uuid.UUID, Edit] | None = None,
) -> list[Edit]:
    """Save quotes or corrections with their next versions, and their history rows as one batch."""
    if not rows:
        return []
    model = type(rows[0])
    fields = ("status", "touched", "withdrawal", "version")
    model.objects.bulk_update(rows, fields, batch_size=BATCH_ROWS)
    model.objects.filter(pk__in=[row.pk for row in rows]).update(updated_at=Now())
    return Edit.objects.bulk_create(
        (
            Edit(
                actor=user,
                action=action,
                object_kind=kind,
                object_id=row.public_id,
                article_id=row.article_id,
                version=row.version,
                before=before[row.pk],
                after=after[row.pk],
                batch=act.public_id,
                undoes=(undone or {}).get(row.public_id),
                is_undo=undone is not None,
                request_id=current_request_id(),
            )
            for row in rows
        ),
        batch_size=BATCH_ROWS,
    )


def _stop_asking(corrections: Sequence[Correction], quotes: Sequence[Quote]) -> list[str]:
    """A changed story asks nothing about what is withdrawn."""
    asked = Placement.objects.asked().filter(Q(quote__in=quotes) | Q(correction__in=corrections))
    ids = [str(public_id) for public_id in asked.values_list("public_id", flat=True)]
    asked.update(state=Placement.State.GONE, updated_at=Now())
    return ids


def _forget_in_others(
    speaker: Speaker, others: Sequence[Quote], act: Withdrawal, user: User
) -> dict[str, Any]:
    """Take the speaker out of quotes by others; what stood there, for putting it back."""
    kept: dict[str, Any] = {}
    candidates = {
        one.quote_id: one
        for one in SpeakerCandidate.objects.filter(quote__in=others, speaker=speaker)
    }
    touched = [quote for quote in others if quote.touched]
    before = quote_snapshots(touched)
    for quote in others:
        suggested = quote.suggestion or {}
        named = suggested.get("speaker") == str(speaker.public_id)
        candidate = candidates.get(quote.pk)
        kept[str(quote.public_id)] = {
            "addressee": quote.addressee_id == speaker.pk,
            "reason": quote.reason if speaker.name in quote.reason else "",
            "suggested_name": suggested.get("speaker_name") if named else None,
            "candidate": candidate
            and {
                "rank": candidate.rank,
                "probability": candidate.probability,
                "reason": candidate.reason,
            },
        }
        if quote.addressee_id == speaker.pk:
            quote.addressee = None
        if speaker.name in quote.reason:
            quote.reason = ""
        if named and quote.suggestion is not None:
            quote.suggestion |= {"speaker_name": None}
        quote.version += 1
    SpeakerCandidate.objects.filter(pk__in=[one.pk for one in candidates.values()]).delete()
    save_others(act, user, others, touched, before)
    return kept


def save_others(
    act: Withdrawal,
    user: User,
    others: Sequence[Quote],
    touched: Sequence[Quote],
    before: dict[int, Snapshot],
) -> None:
    fields = ("addressee", "reason", "suggestion", "version")
    Quote.objects.bulk_update(others, fields, batch_size=BATCH_ROWS)
    Quote.objects.filter(pk__in=[row.pk for row in others]).update(updated_at=Now())
    after = quote_snapshots(touched)
    Edit.objects.bulk_create(
        Edit(
            actor=user,
            action=PERSON_WITHDRAWN,
            object_kind=ObjectKind.QUOTE,
            object_id=quote.public_id,
            article_id=quote.article_id,
            version=quote.version,
            before=before[quote.pk],
            after=after[quote.pk],
            batch=act.public_id,
            request_id=current_request_id(),
        )
        for quote in touched
    )


def _make_nameless(speaker: Speaker, act: Withdrawal, user: User) -> list[Edit]:
    """Move names and facts of the speaker, and of those merged into it, into the act."""
    edits = []
    kept: dict[str, Any] = {}
    norms: set[str] = set()
    merged = Speaker.objects.filter(merged_into=speaker).select_for_update(no_key=True)
    for row in (speaker, *merged.order_by("pk")):
        names = SpeakerName.objects.filter(speaker=row).order_by("pk")
        norms |= {name.norm for name in names if name.kind == SpeakerName.Kind.NAME}
        kept[str(row.public_id)] = {
            **{field: getattr(row, field) for field in FACTS},
            "names": [
                {
                    field: value if isinstance(value, str | None) else value.isoformat()
                    for field, value in zip(NAME_FACTS, values, strict=True)
                }
                for values in names.values_list(*NAME_FACTS)
            ],
        }
        names.delete()
        row.name, row.description, row.wikidata_id = NAMELESS, "", None
        row.withdrawal = act
        row.version += 1
        row.updated_at = timezone.now()
        row.save(update_fields=(*FACTS, "withdrawal", "version", "updated_at"))
        edits.append(record_of(row, act, user, f"speaker.{WITHDRAWN}"))
    act.kept["speakers"] = kept
    act.norms = sorted(norms)
    return edits


def record_of(speaker: Speaker, act: Withdrawal, user: User, action: str) -> Edit:
    """A history row that says that it happened; who it was stands in the act alone."""
    return Edit.objects.create(
        actor=user,
        action=action,
        object_kind=ObjectKind.SPEAKER,
        object_id=speaker.public_id,
        article=None,
        version=speaker.version,
        before={},
        after={},
        batch=act.public_id,
        is_undo=action != f"speaker.{WITHDRAWN}",
        request_id=current_request_id(),
    )


def _forget_answers(ids: Sequence[uuid.UUID]) -> None:
    """Kept answers to repeated requests may hold the words."""
    for first in range(0, len(ids), BATCH_ROWS):
        named = "|".join(map(str, ids[first : first + BATCH_ROWS]))
        IdempotencyRecord.objects.filter(body__regex=named).delete()

"""The history: what an action could change of an object, before and after, one row each.

A snapshot holds everything that an action can change and nothing else, as JSON. Putting a
snapshot back gives the same object again, so undo needs no knowledge of single actions.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, Model, Subquery
from django.utils import timezone

from annotations.announcing import announce
from annotations.models import Edit, ObjectKind, Webhook
from annotations.refusals import NotAllowedNow
from annotations.request_id import current_request_id
from quotes.models import (
    Correction,
    CorrectionQuote,
    Quote,
    QuoteSpan,
    SameWords,
    SameWordsQuote,
    Speaker,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article
    from quotes.models.suggestion import Suggestion

Snapshot = dict[str, Any]
Held = list[list[Any]]
"""A quote's spans, or the quotes on a correction's sides, as a state has them."""

Standing = tuple[dt.datetime | None, bool]
"""When a person decided last, and whether anybody is to be told of what they do now."""
Decided = Quote | Correction | SameWords
"""What people decide on."""

_SHARED = ("status", "note", "flagged", "touched", "changed_fields")
_QUOTE = ("kind", "act", "start", "end", "cue_lemma")
_CORRECTION = (
    "kind",
    "explicitness",
    "start",
    "end",
    "cue_start",
    "cue_end",
    "cue_text",
    "topic",
    "occasion",
)


def _public(row: Model | None) -> str | None:
    return str(row.public_id) if row is not None else None  # type: ignore[attr-defined]


def _decision(row: Suggestion) -> Snapshot:
    return {
        "decided_by": row.decided_by_id,
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
    }


def quote_snapshot(quote: Quote) -> Snapshot:
    """The quote's state with its spans; needs one statement for these."""
    return quote_snapshots([quote])[quote.pk]


def quote_snapshots(
    quotes: Sequence[Quote], *, spans: Mapping[int, list[list[Any]]] | None = None
) -> dict[int, Snapshot]:
    """The states of several quotes by primary key; one statement for all their spans.

    None where ``spans`` are known already, from a state before that left them alone.
    """
    spans = _spans_of(quotes) if spans is None else spans
    return {quote.pk: _quote_state(quote, spans[quote.pk]) for quote in quotes}


def _spans_of(quotes: Sequence[Quote]) -> Mapping[int, list[list[Any]]]:
    spans: dict[int, list[list[Any]]] = defaultdict(list)
    found = QuoteSpan.objects.filter(quote__in=quotes).order_by("quote", "role", "ordinal")
    for pk, *place in found.values_list("quote_id", "role", "ordinal", "start", "end"):
        spans[pk].append(place)
    return spans


def _quote_state(quote: Quote, spans: list[list[Any]]) -> Snapshot:
    return {
        **{field: getattr(quote, field) for field in (*_SHARED, *_QUOTE)},
        **_decision(quote),
        "speaker": _public(quote.speaker),
        "speaker_name": quote.speaker.name if quote.speaker else None,
        "addressee": _public(quote.addressee),
        "parent": _public(quote.parent),
        "spans": spans,
    }


def correction_snapshot(correction: Correction) -> Snapshot:
    """The correction's state with the quotes on its sides; needs one statement for these."""
    return correction_snapshots([correction])[correction.pk]


def correction_snapshots(corrections: Sequence[Correction]) -> dict[int, Snapshot]:
    """The states of several corrections by primary key; one statement for all their quotes."""
    sides: dict[int, list[list[str]]] = defaultdict(list)
    links = CorrectionQuote.objects.filter(correction__in=corrections).order_by(
        "correction", "side", "quote__start", "pk"
    )
    for pk, side, quote in links.values_list("correction_id", "side", "quote__public_id"):
        sides[pk].append([side, str(quote)])
    return {row.pk: _correction_state(row, sides[row.pk]) for row in corrections}


def _correction_state(correction: Correction, quotes: list[list[str]]) -> Snapshot:
    return {
        **{field: getattr(correction, field) for field in (*_SHARED, *_CORRECTION)},
        **_decision(correction),
        "corrector": _public(correction.corrector),
        "corrector_name": correction.corrector.name if correction.corrector else None,
        "corrected": _public(correction.corrected),
        "corrected_name": correction.corrected.name if correction.corrected else None,
        "retells": _public(correction.retells),
        "same_point_as": _public(correction.same_point_as),
        "quotes": quotes,
    }


def same_words_snapshot(group: SameWords) -> Snapshot:
    """The group's state with where each quote stands in it; needs one statement for these."""
    places = SameWordsQuote.objects.filter(group=group).order_by("quote_id")
    return {
        **{field: getattr(group, field) for field in _SHARED},
        **_decision(group),
        "relation": group.relation,
        "fullest": _public(group.fullest),
        "quotes": [[str(i), state] for i, state in places.values_list("quote__public_id", "state")],
    }


def snapshot(row: Decided, *, like: Snapshot | None = None) -> Snapshot:
    """The state of each; ``like`` is an earlier one with the same spans, or the same quotes."""
    if isinstance(row, SameWords):
        return same_words_snapshot(row)
    if like is not None:
        return (
            _quote_state(row, like["spans"])
            if isinstance(row, Quote)
            else _correction_state(row, like["quotes"])
        )
    return quote_snapshot(row) if isinstance(row, Quote) else correction_snapshot(row)


def restore_decision(row: Suggestion, state: Snapshot) -> None:
    """Put back what quotes and corrections share."""
    for field in _SHARED:
        setattr(row, field, state[field])
    restore_decider(row, state)


def restore_decider(row: Suggestion, state: Snapshot) -> None:
    """Put back who decided, and when."""
    row.decided_by_id = state["decided_by"]
    decided_at = state["decided_at"]
    row.decided_at = dt.datetime.fromisoformat(decided_at) if decided_at else None


def restore_quote_fields(quote: Quote, state: Snapshot) -> None:
    """Put a snapshot back on the row (not yet saved); spans are the caller's to write."""
    restore_decision(quote, state)
    for field in _QUOTE:
        setattr(quote, field, state[field])
    quote.speaker = _speaker(state["speaker"])
    quote.addressee = _speaker(state["addressee"])
    quote.parent = (
        Quote.objects.filter(public_id=state["parent"]).first() if state["parent"] else None
    )


def restore_correction_fields(correction: Correction, state: Snapshot) -> None:
    """Put a snapshot back on the row (not yet saved); links are the caller's to write."""
    restore_decision(correction, state)
    for field in _CORRECTION:
        setattr(correction, field, state[field])
    correction.corrector = _speaker(state["corrector"])
    correction.corrected = _speaker(state["corrected"])
    correction.retells = _correction(state["retells"])
    correction.same_point_as = _correction(state["same_point_as"])


def _speaker(public_id: str | None) -> Speaker | None:
    """The speaker of a snapshot, or the survivor of a merge; not merged away until all is saved."""
    if public_id is None:
        return None
    rows = Speaker.objects.select_for_update(of=("self",), no_key=True)
    speaker = rows.get(public_id=public_id)
    while speaker.merged_into_id is not None:
        speaker = rows.get(pk=speaker.merged_into_id)
    if speaker.withdrawal_id is not None:
        raise NotAllowedNow("Who stood there before was withdrawn: this is past undoing.")
    return speaker


def with_survivors(state: Snapshot) -> Snapshot:
    """The state with each speaker that was merged since replaced by who it became."""
    sides = ("speaker", "addressee", "corrector", "corrected")
    merged = Speaker.objects.filter(public_id__in=[state[s] for s in sides if state.get(s)])
    became = {
        str(row.public_id): row.merged_into
        for row in merged.select_related("merged_into")
        if row.merged_into is not None
    }
    now = dict(state)
    for side in sides:
        survivor = became.get(state.get(side) or "")
        if survivor is not None:
            now[side] = str(survivor.public_id)
            if f"{side}_name" in state:
                now[f"{side}_name"] = survivor.name
    return now


def _correction(public_id: str | None) -> Correction | None:
    return Correction.objects.get(public_id=public_id) if public_id else None


def _standing(actor: User) -> Standing:
    last = Edit.objects.by_person(actor).newest_first().values("at")[:1]
    rows = get_user_model().objects.filter(pk=actor.pk)
    found: Standing = rows.values_list(Subquery(last), Exists(Webhook.objects.called())).get()
    return found


def record_edit(
    *,
    actor: User,
    action: str,
    kind: ObjectKind,
    object_id: uuid.UUID,
    article: Article | None,
    version: int,
    before: Snapshot | None,
    after: Snapshot | None,
    batch: uuid.UUID | None = None,
    undoes: Edit | None = None,
    is_undo: bool = False,
    standing: Standing | None = None,
) -> Edit:
    """Write the history row of one action. Call it in the transaction of the change.

    ``standing`` is given where it came with the row.
    """
    previous, is_heard = standing or _standing(actor)
    waited = timezone.now() - previous if previous else None
    edit = Edit.objects.create(
        actor=actor,
        action=action,
        object_kind=kind,
        object_id=object_id,
        article=article,
        version=version,
        before=before,
        after=after,
        batch=batch or uuid.uuid4(),
        undoes=undoes,
        is_undo=is_undo,
        request_id=current_request_id(),
        milliseconds=max(0, round(waited.total_seconds() * 1000)) if waited else None,
    )
    if is_heard:
        announce([edit])
    return edit


def record_edits(
    *,
    actor: User,
    action: str,
    article: Article,
    changes: Sequence[tuple[Quote, Snapshot, Snapshot]],
) -> list[Edit]:
    """Write the history rows of a bulk action, quote by quote, as one batch: two statements.

    The first carries the time that the person took; the others took none.
    """
    previous, is_heard = _standing(actor)
    waited = round((timezone.now() - previous).total_seconds() * 1000) if previous else None
    batch = uuid.uuid4()
    edits = Edit.objects.bulk_create(
        Edit(
            actor=actor,
            action=action,
            object_kind=ObjectKind.QUOTE,
            object_id=quote.public_id,
            article=article,
            version=quote.version,
            before=before,
            after=after,
            batch=batch,
            request_id=current_request_id(),
            milliseconds=0 if number else waited and max(0, waited),
        )
        for number, (quote, before, after) in enumerate(changes)
    )
    if is_heard:
        announce(edits)
    return edits

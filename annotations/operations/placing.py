"""A changed story asks where a decision belongs: a person takes a place, or says it is gone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from annotations.history import Snapshot, snapshot
from annotations.operations.deciding import constraint_messages, save_decision
from annotations.operations.locking import STORY_CHANGED, lock_article
from annotations.operations.nesting import free_nested
from annotations.operations.selections import Selection, check_selections, fitting_kind
from annotations.permissions import require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible
from quotes.extraction.types import Span
from quotes.models import (
    Correction,
    CorrectionQuote,
    ExtractionRun,
    Placement,
    Quote,
    QuoteSpan,
)
from quotes.models.quote import SpanRole
from quotes.models.suggestion import LIVE_STATES, Status
from quotes.operations.versions import (
    PARENT_WAITS,
    QUOTES_WAIT,
    Pieces,
    move_correction,
    move_quote,
    spans_at,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from quotes.models import Article

Row = Quote | Correction


@transaction.atomic
def place(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    words: Sequence[Selection] | None = None,
    source: Sequence[Selection] | None = None,
    cue: Sequence[Selection] | None = None,
) -> Placement:
    """Say where a decided quote or correction stands in the changed story.

    ``words`` are a quote's content or a correction's evidence; None takes what is offered.
    What waited for this one only follows with it.
    """
    placement = _lock(public_id, user)
    if _is_answered(placement, version, Placement.State.PLACED, user):
        return placement
    newer = placement.newer
    chosen: Pieces = {}
    main = "content" if placement.quote_id else "evidence"
    for role, selections in ((main, words), ("source", source), ("cue", cue)):
        if selections is None:
            chosen[role] = [Span(*pair) for pair in placement.offer.get(role, [])]
        else:
            check_selections(newer.text, selections)
            chosen[role] = [Span(one.start, one.end) for one in selections]
    if not chosen[main]:
        raise Invalid("Say where the words stand.", code="no_content", field="words")
    if not any(c.isalnum() for span in chosen[main] for c in newer.text[span.start : span.end]):
        raise Invalid("There are no words in the selection.", code="no_words", field="words")
    batch = uuid.uuid4()
    _put(placement, chosen, user, batch)
    _bring_along(newer, user, batch)
    return placement


@transaction.atomic
def leave_behind(*, public_id: uuid.UUID, version: int, user: User) -> Placement:
    """Say that the changed story no longer has it. It stays in the older one, off the record."""
    placement = _lock(public_id, user)
    if _is_answered(placement, version, Placement.State.GONE, user):
        return placement
    row = placement.row
    before = _state(row)
    row.status = Status.WITHDRAWN
    _answer(placement, Placement.State.GONE, user, before, uuid.uuid4(), "left_behind")
    return placement


def follow_answer(row: Row) -> None:
    """After an undo or redo: let the question say what the row says again."""
    fields = {"quote": row} if isinstance(row, Quote) else {"correction": row}
    placement = Placement.objects.filter(**fields).latest("pk")
    if row.article_id == placement.newer_id:
        placement.state = Placement.State.PLACED
    elif row.status == Status.WITHDRAWN:
        placement.state = Placement.State.GONE
    else:
        placement.state = Placement.State.ASKED
        _give_back_suggestions(placement.newer)
    placement.save(update_fields=("state", "updated_at"))


def _lock(public_id: uuid.UUID, user: User) -> Placement:
    """The question, with its article locked first: no newer version comes in meanwhile."""
    lock_article(placements__public_id=public_id)
    placement = (
        Placement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("newer", "older")
        .filter(public_id=public_id)
        .first()
    )
    if placement is None:
        raise NotVisible
    require(user, "annotate", placement.newer.collection_id)
    # Corrections before quotes, as everywhere: those that may follow this one, too.
    waiting = Placement.objects.asked().filter(newer=placement.newer)
    _locked(Correction, [placement.correction_id, *waiting.values_list("correction", flat=True)])
    _locked(Quote, [placement.quote_id, *waiting.values_list("quote", flat=True)])
    return placement


def _locked(model: type[Row], keys: Sequence[int | None]) -> None:
    rows = model.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk__in=[key for key in keys if key]).order_by("pk").values_list("pk"))


def _is_answered(placement: Placement, version: int, answer: str, user: User) -> bool:
    """Was this answered already, and the same way (a double click)? Another way is refused."""
    if not placement.newer.is_latest:
        raise NotAllowedNow(STORY_CHANGED)
    if placement.state == Placement.State.ASKED:
        if placement.version != version and placement.row.version != version:
            raise NotAllowedNow("This was asked anew meanwhile. Look again.")
        return False
    if placement.state == answer:
        return True
    raise NotAllowedNow(f"This was answered meanwhile: {placement.get_state_display().lower()}.")


def _state(row: Row) -> Snapshot:
    """A snapshot that names the version of the story, for here the row changes it."""
    return snapshot(row) | {"article": str(row.article.public_id)}


def _put(placement: Placement, pieces: Pieces, user: User, batch: uuid.UUID) -> None:
    row = placement.row
    before = _state(row)
    row.status = placement.status
    newer = placement.newer
    with constraint_messages(Quote, QuoteSpan, Correction, CorrectionQuote):
        if isinstance(row, Quote):
            _put_quote(row, newer, pieces)
        else:
            move_correction(row, newer, pieces)
            fitting = CorrectionQuote.objects.fitting().filter(quote__article=newer)
            links = CorrectionQuote.objects.filter(correction=row)
            links.exclude(pk__in=fitting.filter(correction=row).values("pk")).delete()
        _answer(placement, Placement.State.PLACED, user, before, batch, "placed")
    if isinstance(row, Quote):  # one that was placed before may hang on it, from another place
        free_nested([row.pk], user=user, batch=batch)


def _put_quote(quote: Quote, newer: Article, pieces: Pieces) -> None:
    content = pieces["content"]
    move_quote(quote, newer, pieces)
    quote.kind = fitting_kind(newer.text, content, quote.kind)
    if quote.suggestion is not None:
        # The older text's places mean nothing here; the person's place is its suggestion.
        quote.suggestion |= {
            role: [[span.start, span.end] for span in pieces.get(role, [])] for role in SpanRole
        }
    quote.parent = _around(quote, newer)
    make_room(quote)
    QuoteSpan.objects.filter(quote=quote).delete()
    QuoteSpan.objects.bulk_create(spans_at(quote, newer.text, pieces))


def _around(quote: Quote, newer: Article) -> Quote | None:
    """The decided quote that this one is inside of."""
    rows = Quote.objects.live().top_level().filter(article=newer, touched=True)
    inside = rows.filter(start__lte=quote.start, end__gte=quote.end)
    return inside.exclude(start=quote.start, end=quote.end).exclude(pk=quote.pk).first()


def make_room(quote: Quote) -> None:
    """What the engine suggests at this place is this quote; what somebody decided stays."""
    if quote.status not in LIVE_STATES or quote.parent is not None:
        return
    there = Quote.objects.live().top_level().filter(article=quote.article)
    there = there.filter(start__lt=quote.end, end__gt=quote.start).exclude(pk=quote.pk)
    held = CorrectionQuote.objects.filter(quote__in=there, correction__touched=True)
    if there.filter(touched=True).exists() or held.exists():
        raise NotAllowedNow(
            "A quote that somebody decided stands there. If it is the same, say that this one "
            "is gone."
        )
    nested = Quote.objects.live().filter(parent__in=there)
    if nested.filter(touched=True).exists():
        raise NotAllowedNow("A quote that somebody decided stands inside that one.")
    CorrectionQuote.objects.filter(quote__in=there, correction__touched=False).delete()
    nested.mark_replaced()
    there.mark_replaced()


def _give_back_suggestions(newer: Article) -> None:
    """An answer was taken back: what the newest run suggests stands again where there is room."""
    run = ExtractionRun.objects.filter(article=newer, state=ExtractionRun.State.DONE)
    newest = run.order_by("-pk").first()
    gone = Quote.objects.filter(article=newer, run=newest, status=Status.REPLACED, touched=False)
    for quote in gone.filter(parent=None):
        there = Quote.objects.live().top_level().filter(article=newer)
        if not there.filter(start__lt=quote.end, end__gt=quote.start).exists():
            (gone.filter(pk=quote.pk) | gone.filter(parent=quote)).update(
                status=Status.SUGGESTED, version=F("version") + 1, updated_at=Now()
            )


def _answer(
    placement: Placement,
    state: str,
    user: User,
    before: Snapshot,
    batch: uuid.UUID,
    verb: str,
) -> None:
    """Save the row and its history, and close the question."""
    row = placement.row
    row.touched = True
    noun = "quote" if isinstance(row, Quote) else "correction"
    save_decision(
        row,
        user=user,
        action=f"{noun}.{verb}",
        before=before,
        batch=batch,
        names_version=True,
        told_in=placement.newer,
    )
    placement.state = state
    placement.save(update_fields=("state", "updated_at"))


def _bring_along(newer: Article, user: User, batch: uuid.UUID) -> None:
    """What only waited for others, and whose own words were sure, follows them."""
    asked = Placement.objects.asked().filter(newer=newer).select_related("newer", "older")
    for placement in asked.filter(why=PARENT_WAITS).select_related("quote__parent"):
        quote, pieces = placement.quote, _offered(placement)
        outer = quote.parent if quote else None
        if outer is None or outer.article_id != newer.pk or outer.status not in LIVE_STATES:
            continue
        content = pieces["content"]
        if outer.start <= content[0].start and content[-1].end <= outer.end:
            _put(placement, pieces, user, batch)
    for placement in asked.filter(why=QUOTES_WAIT):
        links = CorrectionQuote.objects.filter(correction=placement.correction)
        if not links.exclude(quote__article=newer).exists():
            _put(placement, _offered(placement), user, batch)


def _offered(placement: Placement) -> Pieces:
    return {role: [Span(*pair) for pair in pairs] for role, pairs in placement.offer.items()}

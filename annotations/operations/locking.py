"""Locks the row of a decision, and brings with it what is to be known of it and its person."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONArray

from annotations.models import Edit, Webhook
from annotations.operations.blindness import (
    codes_blind,
    own_dispute,
    refuse_coders,
)
from annotations.permissions import membership_role, require_known, role_in
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, Refusal, StaleVersion
from quotes.models import (
    Article,
    Correction,
    CorrectionQuote,
    Quote,
    QuoteSpan,
    Speaker,
)
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

STORY_CHANGED: Final = (
    "This story has changed. Decide in its newest version: open the article again."
)

SPANS: Final = ArraySubquery(
    QuoteSpan.objects.filter(quote=OuterRef("pk"))
    .order_by("role", "ordinal")
    .values(json=JSONArray("role", "ordinal", "start", "end"))
)

LINKS: Final = ArraySubquery(
    CorrectionQuote.objects.filter(correction=OuterRef("pk"))
    .order_by("side", "quote__start", "pk")
    .values(json=JSONArray("side", "quote__public_id"))
)
"""What a state holds beside the row's own columns, to come with the row that is locked.

Where the lock had to wait for somebody else, this is from before; the row's version is not, and
``begin`` refuses the decision for it.
"""


def has_been(person: str) -> ArraySubquery:
    """Public ids of those who were merged into a person of a row: for ``became``."""
    merged = Speaker.objects.filter(merged_into=OuterRef(person)).order_by()
    return ArraySubquery(merged.values("public_id"))


def lock_quote(
    public_id: uuid.UUID,
    *,
    user: User,
    permission: str = "annotate",
    withdrawn: bool = False,
    moving: bool = False,
) -> Quote:
    """The quote, locked until the end of the transaction, if this person may change it.

    ``moving`` also locks the article, first: whoever takes up new room in a text waits for the
    others who do, where the exclusion constraint alone would let two of them deadlock. PostgreSQL
    locks in the order in which the tables are named.
    """
    locked = ("article", "self") if moving else ("self",)
    rows = Quote.objects.filter(withdrawal=None) if withdrawn else Quote.objects.on_record()
    quote = (
        rows.select_for_update(of=locked, no_key=True)
        .select_related("article", "speaker", "addressee", "parent", "collection")
        .defer("article__search_vector")
        .annotate(
            role=membership_role(user),
            previous_at=last_edit_at(user),
            is_heard=is_heard(),
            spans_seen=SPANS,
            speaker_has_been=has_been("speaker"),
            codes_blind=codes_blind(user),
            own_dispute=own_dispute(user, "quote"),
        )
        .filter(public_id=public_id)
        .first()
    )
    if quote is None:
        raise _absent(Quote, public_id, user)
    require_known(user, permission, quote.role)
    refuse_coders(quote)
    read_what_was_set_meanwhile(quote, "speaker", "addressee", "parent")
    say_who_they_were(quote, "speaker")
    return quote


def _absent(model: type[Quote | Correction], public_id: uuid.UUID, user: User) -> Refusal:
    """Why there was no such row: none at all, or its story changed just now."""
    row = model.objects.select_related("article").filter(public_id=public_id).first()
    if row is None or role_in(user, row.collection_id) is None:
        return NotVisible()
    if row.status not in {Status.WITHDRAWN, Status.REPLACED}:
        return StaleVersion(row)  # it moved to the new version while its lock was waited for
    return NotVisible() if row.article.is_latest else NotAllowedNow(STORY_CHANGED)


def article_to_add_to(article_id: uuid.UUID, *, user: User) -> Article:
    """The article, locked, if this person may add to it and it is its story's newest version."""
    article = (
        _articles_to_lock()
        .annotate(
            role=membership_role(user),
            previous_at=last_edit_at(user),
            is_heard=is_heard(),
            codes_blind=codes_blind(user, "pk"),
        )
        .filter(public_id=article_id)
        .first()
    )
    if article is None:
        raise NotVisible
    require_known(user, "annotate", article.role)
    refuse_coders(article)
    if not article.is_latest:
        raise NotAllowedNow(STORY_CHANGED)
    return article


def lock_article(**which: object) -> Article | None:
    """The article, locked against others who place quotes in it (a run of the engine too)."""
    return _articles_to_lock().filter(**which).first()


def _articles_to_lock() -> QuerySet[Article]:
    return Article.objects.select_for_update(of=("self",), no_key=True).defer("search_vector")


def last_edit_at(user: User) -> Subquery:
    """When the person decided last, to come with the row that they decide now."""
    return Subquery(Edit.objects.by_person(user).newest_first().values("at")[:1])


def is_heard() -> Exists:
    """Whether a webhook is to be told of a row's collection; comes with the row too."""
    return Exists(Webhook.objects.called().filter(collection=OuterRef("collection")))


def lock_correction(
    public_id: uuid.UUID, *, user: User, permission: str = "annotate", withdrawn: bool = False
) -> Correction:
    """The correction, locked until the end of the transaction, if this person may change it.

    The article is locked first, as a run does: both then lock the quotes that a correction links.
    """
    off_too = Correction.objects.filter(withdrawal=None)
    rows = off_too if withdrawn else Correction.objects.on_record()
    correction = (
        rows.select_for_update(of=("article", "self"), no_key=True)
        .select_related("article", "corrector", "corrected", "retells", "same_point_as")
        .defer("article__search_vector")
        .annotate(
            role=membership_role(user),
            previous_at=last_edit_at(user),
            is_heard=is_heard(),
            quotes_seen=LINKS,
            corrector_has_been=has_been("corrector"),
            corrected_has_been=has_been("corrected"),
            codes_blind=codes_blind(user),
            own_dispute=own_dispute(user, "correction"),
        )
        .filter(public_id=public_id)
        .first()
    )
    if correction is None:
        raise _absent(Correction, public_id, user)
    require_known(user, permission, correction.role)
    refuse_coders(correction)
    read_what_was_set_meanwhile(correction, "corrector", "corrected", "retells", "same_point_as")
    say_who_they_were(correction, "corrector", "corrected")
    return correction


def read_what_was_set_meanwhile(row: Quote | Correction, *relations: str) -> None:
    """Where the lock had to wait for somebody who set another, no joined row came along.

    PostgreSQL looks at the locked row again, and at those that were joined as they were before.
    """
    missing = [
        name
        for name in relations
        if getattr(row, name) is None and getattr(row, f"{name}_id") is not None
    ]
    if missing:
        row.refresh_from_db(fields=missing)


def say_who_they_were(row: Quote | Correction, *people: str) -> None:
    """Hand what was annotated about the row's people on to them: they may change places."""
    for person in people:
        speaker = getattr(row, person)
        if speaker is not None:
            speaker.has_been = getattr(row, f"{person}_has_been")


def lock_speaker(public_id: uuid.UUID, *, collection_id: int) -> Speaker:
    """A current speaker of the collection, who cannot be merged away meanwhile."""
    return lock_speakers(public_id, collection_id=collection_id)[public_id]


def lock_speakers(
    *public_ids: uuid.UUID | None, collection_id: int
) -> dict[uuid.UUID | None, Speaker]:
    """As ``lock_speaker``, several at once, by their public ids; None names nobody.

    Locked in one order, so that two people who name the same two wait instead of blocking.
    """
    named = {public_id for public_id in public_ids if public_id is not None}
    rows = (
        Speaker.objects.select_for_update(of=("self",), no_key=True)
        .annotate(has_been=has_been("pk"))
        .filter(public_id__in=named, collection_id=collection_id, withdrawal=None)
        .order_by("pk")
    )
    found: dict[uuid.UUID | None, Speaker] = {}
    if named:
        found = {speaker.public_id: speaker for speaker in rows}
    if len(found) < len(named):
        raise Invalid("There is no such speaker here.", code="unknown_speaker", field="speaker")
    for speaker in found.values():
        if speaker.merged_into_id is not None:
            raise NotAllowedNow(f"{speaker.name} was merged into another speaker. Search again.")
    return found


def became(suggested: str | None, speaker: Speaker | None) -> bool:
    """Is this the speaker that was suggested, or the one it was merged into since?

    Reads what was annotated when the speaker, or a row of theirs, was locked: no statement.
    """
    if suggested is None or speaker is None:
        return suggested is None and speaker is None
    merged: list[uuid.UUID] = speaker.has_been  # type: ignore[attr-defined]
    return str(speaker.public_id) == suggested or uuid.UUID(suggested) in merged

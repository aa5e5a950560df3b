"""What every decision on a quote or a correction shares: lock, check, save, history row."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONArray
from django.utils import timezone

from annotations.history import (
    Decided,
    Held,
    Snapshot,
    Standing,
    record_edit,
    snapshot,
)
from annotations.models import Edit, ObjectKind, Webhook
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
    SameWords,
    Speaker,
)
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

STORY_CHANGED: Final = (
    "This story has changed. Decide in its newest version: open the article again."
)

KINDS: Final[dict[type[models.Model], ObjectKind]] = {
    Quote: ObjectKind.QUOTE,
    Correction: ObjectKind.CORRECTION,
    SameWords: ObjectKind.SAME_WORDS,
}

TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    "accept": frozenset({Status.SUGGESTED, Status.CONFIRMED}),
    "reject": frozenset({Status.SUGGESTED, Status.CONFIRMED}),
    "reopen": frozenset({Status.CONFIRMED, Status.REJECTED}),
    "change": frozenset({Status.SUGGESTED, Status.CONFIRMED}),
    "remark": frozenset({Status.SUGGESTED, Status.CONFIRMED, Status.REJECTED}),
}
"""Action → the states it may be taken in. What is not here is refused."""


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


@dataclass(frozen=True, slots=True)
class Decision:
    """An action that was begun on a locked row: change the row, then ``save``."""

    row: Decided
    action: str
    user: User
    before: Snapshot

    def save(
        self,
        *,
        batch: uuid.UUID | None = None,
        in_place: bool = False,
        holds: Held | None = None,
    ) -> Edit:
        """Save the row with its next version and write the history row.

        ``in_place`` says that neither a quote's spans nor a correction's quotes were touched, and
        ``holds`` what they are now, so that the state after need not read them again.
        """
        return save_decision(
            self.row,
            user=self.user,
            action=self.action,
            before=self.before,
            batch=batch,
            in_place=in_place,
            holds=holds,
        )


Leaves = Mapping[str, Any]


def begin(
    row: Decided,
    user: User,
    version: int,
    action: str,
    *,
    needs: str,
    leaves: Leaves | Callable[[Snapshot], Leaves] | None = None,
) -> Decision | None:
    """Begin an action on a locked row; None when this person just did the same (a double click).

    ``needs`` names the row of ``TRANSITIONS`` that must allow it. ``leaves`` is what the action
    leaves behind, where its name alone does not say it. Raises ``StaleVersion`` for a change made
    looking at an older version and ``NotAllowedNow`` for one that the row's state does not have.
    """
    before = state_seen(row)
    if is_repeat(
        row,
        version=version,
        user=user,
        action=action,
        after=leaves(before) if callable(leaves) else leaves or {},
    ):
        return None
    if row.version != version:
        raise StaleVersion(row)
    if row.status not in TRANSITIONS[needs]:
        allowed = sorted(name for name, states in TRANSITIONS.items() if row.status in states)
        raise NotAllowedNow(
            f"This is {row.get_status_display().lower()}: you can {' or '.join(allowed)} it."
        )
    return Decision(row, action, user, before)


def state_seen(row: Decided) -> Snapshot:
    """The state of a row that was locked just now and has the version that was expected."""
    if isinstance(row, SameWords):
        return snapshot(row)
    name = "spans" if isinstance(row, Quote) else "quotes"
    return snapshot(row, like={name: getattr(row, f"{name}_seen")})


def is_repeat(row: Decided, *, version: int, user: User, action: str, after: Leaves) -> bool:
    """Did this person already do just this to the version they saw (a double click)?"""
    if row.version != version + 1:
        return False
    edit = Edit.objects.filter(
        object_id=row.public_id, version=row.version, actor=user, action=action
    ).first()
    left = (edit and edit.after) or {}
    return edit is not None and all(_alike(left.get(name), it) for name, it in after.items())


def _alike(left: object, given: object) -> bool:
    """Is it the same value, or are these the same places in whatever order?"""
    if isinstance(left, list) and isinstance(given, list):
        return sorted(left) == sorted(given)
    return left == given


def refuse_while_in_confirmed_correction(quote: Quote) -> None:
    """A confirmed correction stands on its quotes: their speaker and status hold it up.

    Call it with the quote locked: whoever confirms a correction locks its quotes, too.
    """
    links = CorrectionQuote.objects.filter(
        quote=quote, correction__status=Correction.Status.CONFIRMED
    )
    if links.exists():
        raise NotAllowedNow(
            "This quote stands in a confirmed correction. Reopen the correction first."
        )


def mark_decided(row: Decided, status: str, user: User) -> None:
    row.status = status
    row.decided_by = user
    row.decided_at = timezone.now()


def mark_undecided(row: Decided) -> None:
    row.status = Status.SUGGESTED
    row.decided_by = None
    row.decided_at = None


@contextmanager
def constraint_messages(*models_: type[models.Model]) -> Iterator[None]:
    """Turn a broken database constraint into a refusal with the constraint's own message."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        for model in models_:
            for constraint in model._meta.constraints:
                if constraint.name == name:
                    raise Invalid(
                        str(constraint.get_violation_error_message()), code=constraint.name
                    ) from error
        raise


def check_fields(row: models.Model) -> None:
    """Validate the row's own fields; relations were just read, the rest is the database's."""
    relations = {field.name for field in row._meta.fields if field.is_relation}
    for field in row._meta.concrete_fields:
        # Neither Django's model fields nor PostgreSQL's text know this character.
        if isinstance(value := getattr(row, field.attname), str) and "\x00" in value:
            raise Invalid("There is a NUL character in the text.", field=field.name)
    try:
        row.clean_fields(exclude=relations)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field=name) from error


def save_decision(
    row: Decided,
    *,
    user: User,
    action: str,
    before: Snapshot | None,
    batch: uuid.UUID | None = None,
    undoes: Edit | None = None,
    is_undo: bool = False,
    in_place: bool = False,
    holds: Held | None = None,
    names_version: bool = False,
    told_in: Article | None = None,
    standing: Standing | None = None,
) -> Edit:
    """Check and save a changed row with its next version, and write its history row.

    ``names_version`` keeps with the state which version of the story the row stands in;
    ``told_in`` is the version in whose history it is told, where that is another. ``standing`` is
    given where the row itself did not bring it.
    """
    if before is not None:
        row.version += 1
    check_fields(row)
    with constraint_messages(type(row)):
        row.save()
    known = before if in_place else None if holds is None else {"spans": holds, "quotes": holds}
    after = snapshot(row, like=known)
    if names_version:
        after |= {"article": str(row.article.public_id)}
    return record_edit(
        actor=user,
        action=action,
        kind=KINDS[type(row)],
        object_id=row.public_id,
        article=told_in or row.article,
        version=row.version,
        before=before,
        after=after,
        batch=batch,
        undoes=undoes,
        is_undo=is_undo,
        standing=standing or standing_of(row),
    )


def standing_of(row: models.Model) -> Standing | None:
    """When the person decided last, and whether anybody is to be told; where it came with the row.

    Annotated by ``lock_quote``, ``lock_correction`` and ``article_to_add_to``.
    """
    if not hasattr(row, "is_heard"):
        return None
    return row.previous_at, row.is_heard  # type: ignore[attr-defined]

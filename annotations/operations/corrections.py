"""What an editor does to a correction ("who corrected whom"). One function per action."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from annotations.history import Held, Snapshot
from annotations.operations.deciding import (
    begin,
    constraint_messages,
    mark_decided,
    mark_undecided,
    save_decision,
    standing_of,
    state_seen,
)
from annotations.operations.locking import article_to_add_to, became, lock_correction, lock_speakers
from annotations.operations.selections import Selection, check_selections
from annotations.operations.speakers import name_speaker
from annotations.permissions import require_known
from annotations.refusals import Invalid
from quotes.models import Correction, CorrectionQuote, Quote
from quotes.models.suggestion import LIVE_STATES

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Side = CorrectionQuote.Side


@transaction.atomic
def confirm_correction(*, public_id: uuid.UUID, version: int, user: User) -> Correction:
    """Accept the correction as it is shown, with the quotes that the card shows."""
    correction = lock_correction(public_id, user=user)
    decision = begin(correction, user, version, "correction.confirmed", needs="accept")
    if decision is None:
        return correction
    require_people(correction)
    all_fit = drop_links_that_do_not_fit(correction)
    correction.touched = True
    mark_decided(correction, Correction.Status.CONFIRMED, user)
    decision.save(in_place=all_fit)
    return correction


@transaction.atomic
def reject_correction(*, public_id: uuid.UUID, version: int, user: User) -> Correction:
    """Say that nobody is corrected here. The engine never suggests it again."""
    correction = lock_correction(public_id, user=user)
    decision = begin(correction, user, version, "correction.rejected", needs="reject")
    if decision is None:
        return correction
    correction.touched = True
    mark_decided(correction, Correction.Status.REJECTED, user)
    decision.save(in_place=True)
    return correction


@transaction.atomic
def reopen_correction(*, public_id: uuid.UUID, version: int, user: User) -> Correction:
    """Make a decided correction a suggestion again."""
    correction = lock_correction(public_id, user=user)
    decision = begin(correction, user, version, "correction.reopened", needs="reopen")
    if decision is None:
        return correction
    mark_undecided(correction)
    decision.save(in_place=True)
    return correction


@transaction.atomic
def swap_correction(*, public_id: uuid.UUID, version: int, user: User) -> Correction:
    """Turn the correction round: corrector and corrected change places, and so do their quotes."""
    correction = lock_correction(public_id, user=user)
    decision = begin(correction, user, version, "correction.swapped", needs="change")
    if decision is None:
        return correction
    if correction.corrected is None:
        raise Invalid("Nobody is named as corrected: there is nobody to swap with.")
    correction.corrector, correction.corrected = correction.corrected, correction.corrector
    held = decision.before["quotes"]
    turned = [[_other(side), public_id] for side, public_id in held]
    holds = write_links(correction, turned, held=held)
    _touch(correction)
    decision.save(holds=holds)
    return correction


@transaction.atomic
def set_correction_kind(*, public_id: uuid.UUID, version: int, user: User, kind: str) -> Correction:
    """Say whether it is a denial, a contradiction or a self-correction. Does not decide it."""
    correction = lock_correction(public_id, user=user)
    done = {"kind": kind}
    decision = begin(correction, user, version, "correction.kind_set", needs="change", leaves=done)
    if decision is None:
        return correction
    if kind not in Correction.Kind.values:
        raise Invalid("There is no such kind of correction.", code="unknown_kind", field="kind")
    correction.kind = kind
    _touch(correction)
    decision.save(in_place=True)
    return correction


@transaction.atomic
def set_correction_people(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    corrector_id: uuid.UUID | None,
    corrected_id: uuid.UUID | None,
) -> Correction:
    """Say who corrects whom; ``corrected_id`` None means that nobody is named.

    Only a suggestion may be without a corrector.
    """
    correction = lock_correction(public_id, user=user)
    done = {
        "corrector": str(corrector_id) if corrector_id else None,
        "corrected": str(corrected_id) if corrected_id else None,
    }
    decision = begin(
        correction, user, version, "correction.people_set", needs="change", leaves=done
    )
    if decision is None:
        return correction
    people = lock_speakers(corrector_id, corrected_id, collection_id=correction.collection_id)
    correction.corrector = people.get(corrector_id)
    correction.corrected = people.get(corrected_id)
    all_fit = people_changed(correction)
    decision.save(in_place=all_fit)
    return correction


@transaction.atomic
def set_correction_quotes(
    *,
    public_id: uuid.UUID,
    version: int,
    user: User,
    corrected: Sequence[uuid.UUID] | None,
    correcting: Sequence[uuid.UUID] | None,
) -> Correction:
    """Say which quotes hold the claim and which the retort; none where no words are given.

    A side that is None stays as the card shows it: the quotes that its person said.
    """
    correction = lock_correction(public_id, user=user)
    held: Held = state_seen(correction)["quotes"]
    wanted: Held = []
    kept: Held = []
    for side, quotes in ((Side.CORRECTED, corrected), (Side.CORRECTING, correcting)):
        if quotes is None:
            kept += [place for place in held if place[0] == side]
        else:
            wanted += [[side.value, str(quote)] for quote in quotes]
    decision = begin(
        correction,
        user,
        version,
        "correction.quotes_set",
        needs="change",
        leaves={"quotes": [*wanted, *kept]},
    )
    if decision is None:
        return correction
    with constraint_messages(CorrectionQuote):
        holds = write_links(correction, wanted, held=held, kept=kept, must_fit=True)
    _touch(correction)
    decision.save(holds=holds)
    return correction


@transaction.atomic
def set_new_correction_person(
    *, public_id: uuid.UUID, version: int, user: User, side: str, name: str
) -> Correction:
    """Say that somebody corrects, or is corrected, who was not known yet."""
    correction = lock_correction(public_id, user=user)
    role = "corrector" if side == Side.CORRECTING else "corrected"
    done = {f"{role}_name": name.strip()}
    decision = begin(
        correction, user, version, "correction.people_set", needs="change", leaves=done
    )
    if decision is None:
        return correction
    require_known(user, "change_speaker", correction.role)  # type: ignore[attr-defined]
    batch, standing = uuid.uuid4(), standing_of(correction)
    speaker = name_speaker(
        correction.collection_id, user=user, name=name, batch=batch, standing=standing
    )
    setattr(correction, role, speaker)
    all_fit = people_changed(correction)
    decision.save(batch=batch, in_place=all_fit)
    return correction


@transaction.atomic
def set_correction_retells(
    *, public_id: uuid.UUID, version: int, user: User, other_id: uuid.UUID | None
) -> Correction:
    """Say that this tells an event of the article again; None takes that back."""
    correction = lock_correction(public_id, user=user)
    done = {"retells": str(other_id) if other_id else None}
    decision = begin(
        correction, user, version, "correction.retells_set", needs="change", leaves=done
    )
    if decision is None:
        return correction
    other = _other_correction(correction, other_id)
    if other is not None:
        if other.article_id != correction.article_id:
            raise Invalid("Another article tells of another occasion: choose “same point”.")
        if correction.retellings.on_record().exists():
            raise Invalid("This one is retold by another: that one cannot be retold in turn.")
        other = other.retells or other
    correction.retells = other
    correction.touched = True
    decision.save(in_place=True)
    return correction


@transaction.atomic
def set_correction_same_point(
    *, public_id: uuid.UUID, version: int, user: User, other_id: uuid.UUID | None
) -> Correction:
    """Say that this is about the same point as another correction; None takes that back."""
    correction = lock_correction(public_id, user=user)
    done = {"same_point_as": str(other_id) if other_id else None}
    decision = begin(
        correction, user, version, "correction.same_point_set", needs="change", leaves=done
    )
    if decision is None:
        return correction
    correction.same_point_as = _other_correction(correction, other_id)
    correction.touched = True
    decision.save(in_place=True)
    return correction


@transaction.atomic
def add_correction(
    *,
    article_id: uuid.UUID,
    user: User,
    evidence: Selection,
    corrector_id: uuid.UUID,
    corrected_id: uuid.UUID | None = None,
    kind: str = Correction.Kind.CONTRADICTION,
    explicitness: str = Correction.Explicitness.VERB,
    corrected: Sequence[uuid.UUID] = (),
    correcting: Sequence[uuid.UUID] = (),
) -> Correction:
    """Add a correction that the engine missed. It is confirmed from the start."""
    article = article_to_add_to(article_id, user=user)
    check_selections(article.text, [evidence])
    people = lock_speakers(corrector_id, corrected_id, collection_id=article.collection_id)
    correction = Correction(
        article=article,
        collection_id=article.collection_id,
        published_on=article.published_on,
        kind=kind,
        explicitness=explicitness,
        corrector=people.get(corrector_id),
        corrected=people.get(corrected_id),
        start=evidence.start,
        end=evidence.end,
        exact=evidence.exact,
        origin=Correction.Origin.PERSON,
        touched=True,
    )
    mark_decided(correction, Correction.Status.CONFIRMED, user)
    wanted = [
        *([Side.CORRECTED.value, str(quote)] for quote in corrected),
        *([Side.CORRECTING.value, str(quote)] for quote in correcting),
    ]
    with constraint_messages(Correction, CorrectionQuote):
        correction.save()
        holds = write_links(correction, wanted, held=[], must_fit=True)
    save_decision(
        correction,
        user=user,
        action="correction.added",
        before=None,
        holds=holds,
        standing=standing_of(article),
    )
    return correction


def _other_correction(correction: Correction, other_id: uuid.UUID | None) -> Correction | None:
    """Another live correction of the collection."""
    if other_id is None:
        return None
    if other_id == correction.public_id:
        raise Invalid("Choose another correction than this one.", field="other")
    other = (
        Correction.objects.live()
        .filter(public_id=other_id, collection_id=correction.collection_id)
        .select_related("retells")
        .first()
    )
    if other is None:
        raise Invalid("There is no such correction here.", code="unknown_correction", field="other")
    return other


def people_changed(correction: Correction) -> bool:
    """Quotes that the new people did not say leave a confirmed correction; a card hides them.

    True where none had to leave.
    """
    _touch(correction)
    if correction.status == Correction.Status.CONFIRMED:
        return drop_links_that_do_not_fit(correction)
    return True


def _touch(correction: Correction) -> None:
    correction.touched = True
    if correction.suggestion is None:
        return
    suggested: Snapshot = correction.suggestion
    same = {
        "kind": correction.kind == suggested["kind"],
        "corrector": became(suggested["corrector"], correction.corrector),
        "corrected": became(suggested["corrected"], correction.corrected),
    }
    correction.changed_fields = sorted(field for field, is_same in same.items() if not is_same)


def _other(side: str) -> str:
    return Side.CORRECTING if side == Side.CORRECTED else Side.CORRECTED


def require_people(correction: Correction) -> None:
    if correction.corrector is None:
        raise Invalid("Say who corrects before you accept.", field="corrector")


def drop_links_that_do_not_fit(correction: Correction) -> bool:
    """Keep only live quotes that are spoken by the person on their side; True where all are.

    Nobody gives these quotes another speaker while the correction is being decided.
    """
    people = {Side.CORRECTED: correction.corrected_id, Side.CORRECTING: correction.corrector_id}
    links = CorrectionQuote.objects.filter(correction=correction).order_by("quote_id")
    locked = links.select_related("quote").select_for_update(of=("quote",), no_key=True)
    unfit = [
        link.pk
        for link in locked
        if link.quote.status not in LIVE_STATES or link.quote.speaker_id != people[Side(link.side)]
    ]
    if unfit:
        links.filter(pk__in=unfit).delete()
    return not unfit


def write_links(
    correction: Correction,
    wanted: Held,
    *,
    held: Held,
    kept: Sequence[list[Any]] = (),
    must_fit: bool = False,
) -> Held:
    """Put the quotes on the sides, where ``held`` were; what stands there now is the answer.

    With ``must_fit`` only quotes that this side's person said; of ``kept`` those that are.
    """
    # Nobody gives these quotes another speaker while the correction is being decided.
    named = [public_id for _, public_id in (*wanted, *kept)]
    there = Quote.objects.live().filter(article=correction.article, public_id__in=named)
    locked = there.order_by("pk").select_for_update(no_key=True) if named else ()
    quotes = {str(quote.public_id): quote for quote in locked}
    people = {Side.CORRECTED: correction.corrected_id, Side.CORRECTING: correction.corrector_id}
    now = [
        [side, public_id]
        for side, public_id in kept
        if public_id in quotes and quotes[public_id].speaker_id == people[Side(side)]
    ]
    for side, public_id in wanted:
        if public_id not in quotes:
            if must_fit:
                raise Invalid("There is no such quote in this article.", code="unknown_quote")
            continue
        if must_fit and quotes[public_id].speaker_id != people[Side(side)]:
            raise Invalid(
                "Somebody else said that quote: set its speaker first.", code="other_speaker"
            )
        now.append([side, public_id])
    named_now = {public_id for _, public_id in now}
    gone = [public_id for _, public_id in held if public_id not in named_now]
    if gone:
        links = CorrectionQuote.objects.filter(correction=correction)
        links.filter(quote__public_id__in=gone).delete()
    CorrectionQuote.objects.bulk_create(
        (
            CorrectionQuote(correction=correction, quote=quotes[public_id], side=side)
            for side, public_id in now
            if [side, public_id] not in held
        ),
        update_conflicts=True,
        unique_fields=("correction", "quote"),
        update_fields=("side",),
    )
    return sorted(now, key=lambda place: (place[0], quotes[place[1]].start, quotes[place[1]].pk))

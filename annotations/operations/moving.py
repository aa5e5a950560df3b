"""Giving what one speaker said and did to another: the base of merge, split and their undo.

Nothing is guessed on the way back: the history row of the child (the speaker that was merged or
split off) lists each row that was moved, and undo moves only those that still stand there.
Whoever moves rows locks corrections, then quotes, then speakers, as every decision does.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from annotations.history import (
    Snapshot,
    correction_snapshots,
    quote_snapshots,
    restore_correction_fields,
    restore_decider,
)
from annotations.models import Edit, ObjectKind
from annotations.operations.deciding import mark_decided
from annotations.operations.nesting import FREED
from annotations.refusals import NotAllowedNow
from annotations.request_id import current_request_id
from quotes.models import (
    Article,
    Correction,
    CorrectionQuote,
    Quote,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

QUOTE_MOVED: Final = "quote.speaker_moved"
CORRECTION_MOVED: Final = "correction.people_moved"
CORRECTION_CLEARED: Final = "correction.cleared"
WITHDRAWALS: Final = frozenset(
    {"quote.withdrawn", "correction.withdrawn", "quote.put_back", "correction.put_back"}
    | {"quote.person_withdrawn"}
)
FOLLOWING: Final = WITHDRAWALS | {QUOTE_MOVED, CORRECTION_MOVED, CORRECTION_CLEARED, FREED}
"""Edits that a merge, split, withdrawal or move brings along: taken back with it, never alone."""

BATCH_ROWS: Final = 1000


@dataclass(slots=True)
class Moved:
    """What was moved, by public id; as JSON it stands in the child's history row.

    ``names`` are ``[norm, kind, place]``; ``dropped`` names the target had already.
    ``candidates`` are quotes; ``joined`` those that had both, with what each row said.
    """

    quotes: list[str] = field(default_factory=list)
    addressed: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    joined: list[list[Any]] = field(default_factory=list)
    names: list[list[str]] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    followers: list[str] = field(default_factory=list)
    wikidata: bool = False

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Move:
    """One speaker's rows on their way to another. Call ``lock`` first, then what is to be moved.

    ``only`` limits the rows to those of an earlier move, ``articles`` to some articles.
    """

    source: Speaker
    target: Speaker
    user: User
    batch: uuid.UUID
    only: Moved | None = None
    articles: QuerySet[Article] | None = None
    done: Moved = field(default_factory=Moved)

    def quotes(self) -> None:
        """Move what was said by, and to, the source."""
        rows = self._in_scope(
            Quote.objects.filter(Q(speaker=self.source) | Q(addressee=self.source))
        )
        if self.only is not None:
            rows = rows.filter(public_id__in=[*self.only.quotes, *self.only.addressed])
        found = list(rows.select_related("article", "speaker", "addressee", "parent"))
        before = quote_snapshots([quote for quote in found if quote.touched])
        for quote in found:
            public_id = str(quote.public_id)
            if quote.speaker_id == self.source.pk and self._wanted("quotes", public_id):
                quote.speaker = self.target
                self.done.quotes.append(public_id)
            if quote.addressee_id == self.source.pk and self._wanted("addressed", public_id):
                quote.addressee = self.target
                self.done.addressed.append(public_id)
            quote.version += 1
        self._save(Quote, found, ("speaker", "addressee", "version"))
        after = quote_snapshots([quote for quote in found if quote.touched])
        self._record(QUOTE_MOVED, ObjectKind.QUOTE, found, before, after)

    def corrections(self) -> None:
        """Move the sides of corrections on which the source stands."""
        rows = self._in_scope(
            Correction.objects.filter(Q(corrector=self.source) | Q(corrected=self.source))
        )
        if self.only is not None:
            rows = rows.filter(public_id__in=[*self.only.made, *self.only.received])
        found = list(_with_people(rows))
        before = correction_snapshots([row for row in found if row.touched])
        for row in found:
            public_id = str(row.public_id)
            if row.corrector_id == self.source.pk and self._wanted("made", public_id):
                row.corrector = self.target
                self.done.made.append(public_id)
            if row.corrected_id == self.source.pk and self._wanted("received", public_id):
                row.corrected = self.target
                self.done.received.append(public_id)
            row.version += 1
        self._save(Correction, found, ("corrector", "corrected", "version"))
        after = correction_snapshots([row for row in found if row.touched])
        self._record(CORRECTION_MOVED, ObjectKind.CORRECTION, found, before, after)

    def clear_between(self, first: Iterable[Edit]) -> None:
        """Settle corrections between the two, who are one person now.

        Nobody contradicts himself: an undecided one is rejected, and each loses its second party.
        The caller has refused where one is confirmed. ``first`` are the edits of a merge that is
        done again: what it rejected then was decided then.
        """
        cleared = {edit.object_id: edit for edit in first if edit.action == CORRECTION_CLEARED}
        found = list(_with_people(between(self.source, self.target)))
        before = correction_snapshots(found)
        for row in found:
            row.corrected = None
            row.touched = True
            if row.status == Correction.Status.SUGGESTED:
                mark_decided(row, Correction.Status.REJECTED, self.user)
                then = cleared.get(row.public_id)
                if then is not None and then.before == before[row.pk]:
                    restore_decider(row, then.after or {})
            row.version += 1
        decided = ("status", "decided_by", "decided_at")
        self._save(Correction, found, ("corrected", "touched", "version", *decided))
        self._record(
            CORRECTION_CLEARED, ObjectKind.CORRECTION, found, before, correction_snapshots(found)
        )

    def candidates(self) -> None:
        """Move the digits of cards; a card that had both keeps one, in the better place."""
        rows = SpeakerCandidate.objects.filter(speaker=self.source)
        if self.only is not None:
            rows = rows.filter(quote__public_id__in=self.only.candidates)
        if self.articles is not None:
            rows = rows.filter(quote__article__in=self.articles)
        both = rows.filter(quote__candidates__speaker=self.target)
        for mine in list(both.select_related("quote").order_by("pk")):
            theirs = SpeakerCandidate.objects.get(quote=mine.quote, speaker=self.target)
            self.done.joined.append([str(mine.quote.public_id), _said(mine), _said(theirs)])
            mine.delete()
            if mine.rank < theirs.rank:
                theirs.rank, theirs.reason = mine.rank, mine.reason
            theirs.probability = max(mine.probability, theirs.probability)
            theirs.save()
        left = rows.all()
        self.done.candidates = [
            str(public_id) for public_id in left.values_list("quote__public_id", flat=True)
        ]
        left.update(speaker=self.target)

    def names(self, wanted: Iterable[tuple[str, str, str]] | None = None) -> None:
        """Move names; those that the target has already are dropped and kept in the history."""
        chosen = None if wanted is None else set(wanted)
        known = set(
            SpeakerName.objects.filter(speaker=self.target).values_list("norm", "kind", "place")
        )
        for name in SpeakerName.objects.filter(speaker=self.source).order_by("pk"):
            place = (name.norm, name.kind, name.place)
            if chosen is not None and place not in chosen:
                continue
            if place in known:
                self.done.dropped.append(_whole(name))
                name.delete()
            else:
                self.done.names.append(list(place))
                name.speaker = self.target
                name.save(update_fields=("speaker",))

    def followers(self) -> None:
        """Those that were merged into the source before are merged into the target now."""
        rows = Speaker.objects.filter(merged_into=self.source)
        if self.only is not None:
            rows = Speaker.objects.filter(
                merged_into=self.source, public_id__in=self.only.followers
            )
        self.done.followers = [str(i) for i in rows.values_list("public_id", flat=True)]
        rows.update(merged_into=self.target, version=F("version") + 1, updated_at=Now())

    def restore_joined(self, earlier: Moved) -> None:
        """Give cards that had both speakers as candidates their two rows back."""
        for public_id, of_child, of_parent in earlier.joined:
            kept = SpeakerCandidate.objects.filter(
                quote__public_id=public_id, speaker=self.source
            ).first()
            if kept is None:
                continue  # a newer run of the engine has said anew who it may be
            quote_id = kept.quote_id
            kept.delete()
            SpeakerCandidate.objects.bulk_create(
                [
                    SpeakerCandidate(quote_id=quote_id, speaker=speaker, **said)
                    for speaker, said in ((self.target, of_child), (self.source, of_parent))
                ],
                ignore_conflicts=True,
            )

    def restore_cleared(self, edits: Iterable[Edit]) -> None:
        """Put corrections between the two back, where nobody changed them since."""
        by_id = {edit.object_id: edit for edit in edits if edit.action == CORRECTION_CLEARED}
        rows = Correction.objects.filter(public_id__in=by_id).order_by("pk")
        found = list(_with_people(rows.select_for_update(of=("self",), no_key=True)))
        now = correction_snapshots(found)
        unchanged = [row for row in found if now[row.pk] == by_id[row.public_id].after]
        for row in unchanged:
            restore_correction_fields(row, by_id[row.public_id].before or {})
            row.version += 1
            row.save()
        self._record(
            CORRECTION_MOVED, ObjectKind.CORRECTION, unchanged, now, correction_snapshots(unchanged)
        )

    def refuse_where_links_broke(self) -> None:
        """A confirmed correction stands on quotes of the people on its sides: keep it so."""
        quotes = Q(quote__public_id__in=self.done.quotes)
        sides = Q(correction__public_id__in=[*self.done.made, *self.done.received])
        links = CorrectionQuote.objects.filter(correction__status=Correction.Status.CONFIRMED)
        fitting = links.filter(quotes | sides).fitting().values("pk")
        if links.filter(quotes | sides).exclude(pk__in=fitting).exists():
            raise NotAllowedNow(
                "A confirmed correction stands on quotes of both. Reopen it first, then try again."
            )

    def _in_scope(self, rows: Any) -> Any:
        return rows if self.articles is None else rows.filter(article__in=self.articles)

    def _wanted(self, relation: str, public_id: str) -> bool:
        return self.only is None or public_id in getattr(self.only, relation)

    def _save(self, model: Any, rows: Sequence[Any], fields: tuple[str, ...]) -> None:
        model.objects.bulk_update(rows, fields, batch_size=BATCH_ROWS)
        model.objects.filter(pk__in=[row.pk for row in rows]).update(updated_at=Now())

    def _record(
        self,
        action: str,
        kind: ObjectKind,
        rows: Sequence[Any],
        before: dict[int, Snapshot],
        after: dict[int, Snapshot],
    ) -> None:
        """A history row for each row that people have worked on; the others are the machine's."""
        Edit.objects.bulk_create(
            (
                Edit(
                    actor=self.user,
                    action=action,
                    object_kind=kind,
                    object_id=row.public_id,
                    article_id=row.article_id,
                    version=row.version,
                    before=before[row.pk],
                    after=after[row.pk],
                    batch=self.batch,
                    request_id=current_request_id(),
                )
                for row in rows
                if row.pk in after
            ),
            batch_size=BATCH_ROWS,
        )


def between(one: Speaker, other: Speaker) -> QuerySet[Correction]:
    """Corrections of one by the other, in any state; self-corrections are no such thing."""
    return Correction.objects.filter(
        Q(corrector=one, corrected=other) | Q(corrector=other, corrected=one)
    ).exclude(kind=Correction.Kind.SELF_CORRECTION)


Held = tuple[set[int], set[int]]


def lock_rows(speaker: Speaker) -> Held:
    """Lock the corrections, then the quotes, in which the speaker stands; their primary keys."""
    corrections, quotes = _rows_of(speaker)
    return (
        _keys(corrections.order_by("pk").select_for_update(no_key=True)),
        _keys(quotes.order_by("pk").select_for_update(no_key=True)),
    )


def are_all(held: Held, speaker: Speaker) -> bool:
    """Is nothing there that was not locked? Ask with the speaker locked: nothing comes then."""
    return all(_keys(rows) <= pks for rows, pks in zip(_rows_of(speaker), held, strict=True))


def _rows_of(speaker: Speaker) -> tuple[QuerySet[Correction], QuerySet[Quote]]:
    return (
        Correction.objects.filter(Q(corrector=speaker) | Q(corrected=speaker)),
        Quote.objects.filter(Q(speaker=speaker) | Q(addressee=speaker)),
    )


def _keys(rows: QuerySet[Any]) -> set[int]:
    return set(rows.values_list("pk", flat=True))


def _with_people(rows: QuerySet[Correction]) -> QuerySet[Correction]:
    return rows.select_related("article", "corrector", "corrected", "retells", "same_point_as")


def _said(candidate: SpeakerCandidate) -> dict[str, Any]:
    return {
        "rank": candidate.rank,
        "probability": candidate.probability,
        "reason": candidate.reason,
    }


def _whole(name: SpeakerName) -> dict[str, Any]:
    return {
        "text": name.text,
        "norm": name.norm,
        "kind": name.kind,
        "valid_from": name.valid_from.isoformat() if name.valid_from else None,
        "valid_to": name.valid_to.isoformat() if name.valid_to else None,
        "place": name.place,
        "origin": name.origin,
    }

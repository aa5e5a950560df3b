"""From the engine's speakers to the collection's: the same name is the same speaker.

Only full names and organisations are matched across articles. A bare surname, a group or an
unnamed source is matched inside one article only: "Smith" and "officials" of two stories are not
known to be the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from quotes.models import Article, Correction, Quote, Speaker, SpeakerCandidate, SpeakerName
from quotes.models.speaker import Origin
from quotes.normal_form import normal_name, stored_norm

if TYPE_CHECKING:
    from quotes.extraction.types import Speaker as FoundSpeaker

_MATCHING_LOCK = 0x5350_4B52
"""First half of the advisory lock's key: two runs must not make the same speaker twice."""


def match_speakers(*, article: Article, found: Sequence[FoundSpeaker]) -> list[Speaker]:
    """The collection's speaker for each of the engine's, made where there is none.

    Call it inside a transaction: an advisory lock on the collection is held until its end.
    """
    if not found:
        return []
    lock_matching(article.collection_id)
    norms = {stored_norm(speaker.name) for speaker in found}
    known = _speakers_by_norm(article, norms)
    here = _speakers_in(article)
    matched = [_the_match(speaker, known, here) for speaker in found]
    made = _make(
        [speaker for speaker, row in zip(found, matched, strict=True) if row is None], article
    )
    rows = [row or made[_identity(speaker)] for speaker, row in zip(found, matched, strict=True)]
    _learn_names(found, rows)
    return rows


def lock_matching(collection_id: int) -> None:
    """Keep runs from choosing among the collection's speakers until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MATCHING_LOCK, collection_id])


def _identity(speaker: FoundSpeaker) -> tuple[str, str]:
    return speaker.kind, stored_norm(speaker.name)


def _is_identifying(speaker: FoundSpeaker) -> bool:
    """Does the name alone say who it is, in another article too?"""
    if speaker.kind == "organisation":
        return True
    return speaker.kind == "person" and len(normal_name(speaker.name).split()) > 1


def _speakers_by_norm(article: Article, norms: set[str]) -> dict[str, list[Speaker]]:
    names = (
        SpeakerName.objects.filter(
            norm__in=norms,
            kind=SpeakerName.Kind.NAME,
            speaker__collection=article.collection_id,
            speaker__merged_into=None,
        )
        .select_related("speaker")
        .order_by("speaker_id", "pk")
    )
    known: dict[str, list[Speaker]] = defaultdict(list)
    for name in names:
        if name.speaker not in known[name.norm]:
            known[name.norm].append(name.speaker)
    return known


def _speakers_in(article: Article) -> Counter[Speaker]:
    """Who already speaks, corrects or is corrected in this article, by number of times."""
    quotes = Quote.objects.filter(article=article, speaker__isnull=False).select_related("speaker")
    here = Counter(quote.speaker for quote in quotes if quote.speaker)
    # A mere candidate is here too, but speaks no oftener for it.
    candidates = SpeakerCandidate.objects.filter(quote__article=article).select_related("speaker")
    here.update({candidate.speaker: 0 for candidate in candidates})
    corrections = Correction.objects.filter(article=article).select_related(
        "corrector", "corrected"
    )
    for correction in corrections:
        here.update(person for person in (correction.corrector, correction.corrected) if person)
    return here


def _the_match(
    speaker: FoundSpeaker, known: dict[str, list[Speaker]], here: Counter[Speaker]
) -> Speaker | None:
    norm = stored_norm(speaker.name)
    same_name = [row for row in known.get(norm, ()) if row.kind == speaker.kind]
    in_article = [row for row in same_name if row in here]
    if in_article:
        return max(in_article, key=lambda row: (here[row], -row.pk))
    if not _is_identifying(speaker):
        return None
    # Two people of one name: the older row; an editor splits or picks another.
    return same_name[0] if same_name else None


def _make(found: Sequence[FoundSpeaker], article: Article) -> dict[tuple[str, str], Speaker]:
    new = {_identity(speaker): speaker for speaker in found}
    rows = Speaker.objects.bulk_create(
        Speaker(
            collection_id=article.collection_id,
            kind=speaker.kind,
            name=speaker.name[:300],
            origin=Origin.MACHINE,
        )
        for speaker in new.values()
    )
    return dict(zip(new, rows, strict=True))


def _learn_names(found: Sequence[FoundSpeaker], rows: Sequence[Speaker]) -> None:
    """Store names that are new. Who had names before changes by it: version and time go up."""
    stored = SpeakerName.objects.filter(speaker__in=rows, place="")
    known = set(stored.values_list("speaker_id", "norm", "kind"))
    had_names = {speaker for speaker, _, _ in known}
    names: dict[tuple[int, str, str], SpeakerName] = {}
    for speaker, row in zip(found, rows, strict=True):
        written = [(speaker.name, "name"), *((alias.text, alias.kind) for alias in speaker.aliases)]
        for text, kind in written:
            norm = stored_norm(text)
            place = (row.pk, norm, kind)
            if norm and place not in known and place not in names:
                names[place] = SpeakerName(
                    speaker=row, text=text[:300], norm=norm, kind=kind, origin=Origin.MACHINE
                )
    # An editor may add the same name meanwhile.
    SpeakerName.objects.bulk_create(names.values(), ignore_conflicts=True)
    changed = had_names.intersection(name.speaker_id for name in names.values())
    if changed:
        Speaker.objects.filter(pk__in=changed).update(version=F("version") + 1, updated_at=Now())

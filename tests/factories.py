"""Rows for tests, made as the product makes them; every text is about nobody who exists."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from typing import TYPE_CHECKING, Any

from annotations.models import Edit
from quotes.extraction.text import normalise_quote, verbatim_spans
from quotes.extraction.types import Span
from quotes.importing import ArticleInput
from quotes.models import (
    Article,
    Collection,
    Correction,
    CorrectionQuote,
    Quote,
    QuoteSpan,
    SameWords,
    SameWordsQuote,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
)
from quotes.normal_form import normal_name, words_hash
from quotes.operations import import_article

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_numbers = itertools.count(1)

STORY = (
    "Ines Adair said the harbour wall would stand. “It has held for ninety winters,” she said.\n"
    "\n"
    "“It has not held since March,” Tobias Wrenfield told the board, correcting the minister.\n"
    "\n"
    "“The figure is forty million,” Ms Adair replied. “It was always forty.”"
)


def make_collection(name: str = "Night desk") -> Collection:
    return Collection.objects.create(name=name, slug=f"desk-{next(_numbers)}")


def make_article(collection: Collection, text: str | None = None, **fields: object) -> Article:
    """Import an article whose text is unique unless one is given; nothing is queued."""
    text = text if text is not None else f"{STORY}\n\nNotice number {next(_numbers)}."
    fields.setdefault("headline", "Wall talks end")
    fields.setdefault("outlet", "Harbour Gazette")
    fields.setdefault("published_on", dt.date(2026, 2, 27))
    item = ArticleInput(text=text, **fields)  # type: ignore[arg-type]
    return import_article(collection=collection, item=item, extract=False).article


def make_speaker(
    collection: Collection, name: str = "Ines Adair", kind: str = "person", **fields: object
) -> Speaker:
    speaker = Speaker.objects.create(collection=collection, name=name, kind=kind, **fields)
    SpeakerName.objects.create(speaker=speaker, text=name, norm=normal_name(name))
    return speaker


def make_quote(
    article: Article,
    *parts: str,
    speaker: Speaker | None = None,
    candidates: tuple[Speaker, ...] = (),
    source: str = "",
    cue: str = "",
    status: str = Quote.Status.SUGGESTED,
    **fields: object,
) -> Quote:
    """A quote of the article whose content parts, source and cue stand in it word for word."""
    content = _find(article.text, parts or ("“It has held for ninety winters,”",))
    words = "\n".join(article.text[s.start : s.end] for s in content)
    verbatim = verbatim_spans(article.text, content)
    quoted = sum(span.end - span.start for span in verbatim)
    kind = "indirect" if not verbatim else "direct" if quoted > len(words) * 0.8 else "mixed"
    normal = normalise_quote(words)
    fields.setdefault("kind", kind)
    fields.setdefault("confidence", 0.9)
    quote = Quote.objects.create(
        article=article,
        collection_id=article.collection_id,
        published_on=article.published_on,
        start=content[0].start,
        end=content[-1].end,
        speaker=speaker,
        status=status,
        touched=status != Quote.Status.SUGGESTED,
        normal_text=normal,
        same_words_hash=words_hash(normal),
        suggestion={
            "kind": fields["kind"],
            "speaker": str(speaker.public_id) if speaker else None,
            "speaker_name": speaker.name if speaker else None,
        },
        **fields,
    )
    spans = {
        QuoteSpan.Role.CONTENT: content,
        QuoteSpan.Role.SOURCE: _find(article.text, (source,)) if source else [],
        QuoteSpan.Role.CUE: _find(article.text, (cue,)) if cue else [],
    }
    QuoteSpan.objects.bulk_create(
        QuoteSpan(
            quote=quote,
            role=role,
            ordinal=ordinal,
            start=span.start,
            end=span.end,
            exact=article.text[span.start : span.end],
        )
        for role, stretch in spans.items()
        for ordinal, span in enumerate(stretch)
    )
    people = candidates or ((speaker,) if speaker else ())
    SpeakerCandidate.objects.bulk_create(
        SpeakerCandidate(quote=quote, speaker=person, rank=rank, probability=1 / 2**rank)
        for rank, person in enumerate(people, start=1)
    )
    return quote


def make_correction(
    article: Article,
    evidence: str,
    *,
    corrector: Speaker | None = None,
    corrected: Speaker | None = None,
    claims: tuple[Quote, ...] = (),
    retorts: tuple[Quote, ...] = (),
    **fields: object,
) -> Correction:
    """A suggested correction whose evidence stands in the article word for word."""
    span = _find(article.text, (evidence,))[0]
    fields.setdefault("kind", Correction.Kind.CONTRADICTION)
    correction = Correction.objects.create(
        article=article,
        collection_id=article.collection_id,
        published_on=article.published_on,
        start=span.start,
        end=span.end,
        exact=evidence,
        corrector=corrector,
        corrected=corrected,
        confidence=0.9,
        suggestion={
            "kind": fields["kind"],
            "corrector": str(corrector.public_id) if corrector else None,
            "corrected": str(corrected.public_id) if corrected else None,
        },
        **fields,
    )
    sides = (
        (CorrectionQuote.Side.CORRECTED, claims),
        (CorrectionQuote.Side.CORRECTING, retorts),
    )
    CorrectionQuote.objects.bulk_create(
        CorrectionQuote(correction=correction, quote=quote, side=side)
        for side, quotes in sides
        for quote in quotes
    )
    return correction


def make_same_words(*quotes: Quote, **fields: object) -> SameWords:
    """A group of same words; the first quote is the fullest version."""
    fields.setdefault("relation", SameWords.Relation.CONTAINED)
    group = SameWords.objects.create(
        collection_id=quotes[0].collection_id, fullest=quotes[0], **fields
    )
    SameWordsQuote.objects.bulk_create(SameWordsQuote(group=group, quote=quote) for quote in quotes)
    return group


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _find(text: str, stretches: tuple[str, ...]) -> list[Span]:
    found = []
    position = 0
    for stretch in stretches:
        start = text.index(stretch, position)
        found.append(Span(start, start + len(stretch)))
        position = start + len(stretch)
    return found


def make_edit(
    quote: Quote, actor: User, *, action: str = "quote.confirmed", version: int = 2, **states: Any
) -> Edit:
    """A row of the history, as a decision on the quote writes it."""
    states.setdefault("before", {"status": "suggested", "note": "", "touched": False})
    states.setdefault("after", {"status": "confirmed", "note": "", "touched": True})
    return Edit.objects.create(
        actor=actor,
        action=action,
        article=quote.article,
        object_kind=Edit.ObjectKind.QUOTE,
        object_id=quote.public_id,
        version=version,
        **states,
    )

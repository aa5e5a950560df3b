"""A correction from any sentence: the editor points, this fills in what can be guessed."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from annotations.operations.corrections import write_links
from annotations.operations.deciding import constraint_messages, save_decision, standing_of
from annotations.operations.locking import article_to_add_to
from annotations.operations.selections import Selection, check_selections
from annotations.refusals import Invalid
from quotes.models import Article, Correction, CorrectionQuote, Quote, QuoteSpan

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Side = CorrectionQuote.Side

SENTENCE_END = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)(?<!\bSen)(?<!\bRep)(?<!\bGov)(?<!\bProf)"
    r"[.!?…][”’\"')\]]*\s+(?=[“‘\"'(\[]*[A-Z0-9])"
)
"""Good enough to point at a sentence; the editor sees it and can select another."""

WINDOW = 4000
"""How far, in code points, a quote may stand from the evidence to be guessed as its other side."""


@transaction.atomic
def draft_correction(
    *,
    article_id: uuid.UUID,
    user: User,
    evidence: Selection | None = None,
    claim_id: uuid.UUID | None = None,
    retort_id: uuid.UUID | None = None,
) -> Correction:
    """Start a correction from a sentence, with a quote as its claim or its retort.

    The rest is guessed from who speaks nearby, the evidence too: the sentence of the retort, or
    of whoever speaks next. It stays a suggestion until somebody accepts it.
    """
    article = article_to_add_to(article_id, user=user)
    claim, retort = _quote(article, claim_id), _quote(article, retort_id)
    evidence = evidence or _guessed_evidence(article, claim, retort)
    check_selections(article.text, [evidence])
    if (same := _same_evidence(article, evidence)) is not None:
        return same  # a double click
    near = _said_nearby(article, evidence)
    if claim is None and retort is None:
        retort = next((quote for quote in near if _is_named_in(quote, evidence)), None)
    if retort is None:
        retort = _other_voice(near, evidence, than=claim, after=True)
    if claim is None:
        claim = _other_voice(near, evidence, than=retort, after=False)
    correction = Correction(
        article=article,
        collection_id=article.collection_id,
        published_on=article.published_on,
        kind=Correction.Kind.CONTRADICTION,
        explicitness=Correction.Explicitness.JUXTAPOSED,
        corrector=retort.speaker if retort else None,
        corrected=claim.speaker if claim else None,
        start=evidence.start,
        end=evidence.end,
        exact=evidence.exact,
        origin=Correction.Origin.PERSON,
        touched=True,
    )
    # A guess names the people; only what somebody pointed at becomes one of its quotes.
    sides = ((Side.CORRECTED, claim_id), (Side.CORRECTING, retort_id))
    with constraint_messages(Correction, CorrectionQuote):
        correction.save()
        wanted = [[side.value, str(quote)] for side, quote in sides if quote]
        holds = write_links(correction, wanted, held=[])
    save_decision(
        correction,
        user=user,
        action="correction.added",
        before=None,
        holds=holds,
        standing=standing_of(article),
    )
    return correction


def _quote(article: Article, public_id: uuid.UUID | None) -> Quote | None:
    if public_id is None:
        return None
    quotes = Quote.objects.live().filter(article=article, public_id=public_id)
    quote = quotes.select_related("speaker").first()
    if quote is None:
        raise Invalid("There is no such quote in this article.", code="unknown_quote")
    if quote.speaker is None:
        raise Invalid("Say first who said this quote.", code="no_speaker", field="speaker")
    return quote


def _guessed_evidence(article: Article, claim: Quote | None, retort: Quote | None) -> Selection:
    """The sentence of the retort or, after a claim, of the next quote of somebody else."""
    pointed = retort or claim
    if pointed is None:
        raise Invalid("Select the sentence in which somebody is corrected.", field="evidence")
    here = Selection(pointed.start, pointed.end, "")
    if retort is None:
        near = _said_nearby(article, here)
        retort = _other_voice(near, here, than=claim, after=True)
    start, end = sentences_around(article.text, retort or pointed)
    return Selection(start, end, article.text[start:end])


def sentences_around(text: str, quote: Quote) -> tuple[int, int]:
    """The whole sentences of a paragraph in which a quote stands."""
    start = text.rfind("\n", 0, quote.start) + 1
    end = text.find("\n", quote.end)
    end = len(text) if end < 0 else end
    borders = [start + found.end() for found in SENTENCE_END.finditer(text[start:end])]
    start = max((border for border in borders if border <= quote.start), default=start)
    end = min((border for border in borders if border >= quote.end), default=end)
    return start, start + len(text[start:end].rstrip())


def _same_evidence(article: Article, evidence: Selection) -> Correction | None:
    return (
        Correction.objects.suggested()
        .filter(article=article, start=evidence.start, end=evidence.end)
        .filter(origin=Correction.Origin.PERSON)
        .select_related("article", "corrector", "corrected")
        .first()
    )


def _said_nearby(article: Article, evidence: Selection) -> list[Quote]:
    """Quotes with a speaker around the evidence, in the order of the text."""
    inside = QuoteSpan.objects.filter(
        quote=OuterRef("pk"), start__lt=evidence.end, end__gt=evidence.start
    )
    quotes = (
        Quote.objects.live()
        .filter(article=article, start__gt=evidence.start - WINDOW)
        .filter(start__lt=evidence.end + WINDOW)
        .exclude(speaker=None)
        .annotate(in_evidence=Exists(inside))
        .select_related("speaker")
    )
    return list(quotes.in_reading_order())


def _is_named_in(quote: Quote, evidence: Selection) -> bool:
    return bool(quote.in_evidence)  # type: ignore[attr-defined]


def _other_voice(
    near: list[Quote], evidence: Selection, *, than: Quote | None, after: bool
) -> Quote | None:
    """Who else speaks nearest: a retort from the evidence on, a claim before it."""
    others = [q for q in near if than is None or q.speaker_id != than.speaker_id]
    if after:
        here = [q for q in others if q.end > evidence.start]
        return here[0] if here else (others[-1] if others else None)
    before = [q for q in others if q.start < evidence.start]
    return before[-1] if before else (others[0] if others else None)

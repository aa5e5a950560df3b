"""The record: articles, speakers, quotes, corrections and how they came in."""

from __future__ import annotations

from quotes.models.article import Article
from quotes.models.collection import Collection, Membership
from quotes.models.correction import Correction, CorrectionQuote
from quotes.models.intake import Import, ImportItem
from quotes.models.placement import Placement
from quotes.models.quote import Quote, QuoteSpan, SpeakerCandidate
from quotes.models.run import ExtractionRun
from quotes.models.same_words import QuoteShingle, SameWords, SameWordsQuote
from quotes.models.speaker import Speaker, SpeakerName
from quotes.models.withdrawal import Withdrawal

__all__ = [
    "Article",
    "Collection",
    "Correction",
    "CorrectionQuote",
    "ExtractionRun",
    "Import",
    "ImportItem",
    "Membership",
    "Placement",
    "Quote",
    "QuoteShingle",
    "QuoteSpan",
    "SameWords",
    "SameWordsQuote",
    "Speaker",
    "SpeakerCandidate",
    "SpeakerName",
    "Withdrawal",
]

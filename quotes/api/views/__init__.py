"""Reading, by resource. Anybody sees their collections only."""

from __future__ import annotations

from quotes.api.views.articles import (
    ArticleAnnotations,
    ArticleDetail,
    ArticleList,
    ArticleVersions,
)
from quotes.api.views.base import IF_NONE_MATCH, OFFSET_UNIT, DetailView, ListView, RecordView
from quotes.api.views.corrections import CorrectionDetail, CorrectionList
from quotes.api.views.quotes import QuoteDetail, QuoteList
from quotes.api.views.speakers import (
    SpeakerCorrections,
    SpeakerDetail,
    SpeakerList,
    SpeakerStatements,
)
from quotes.api.views.statements import StatementList

__all__ = [
    "IF_NONE_MATCH",
    "OFFSET_UNIT",
    "ArticleAnnotations",
    "ArticleDetail",
    "ArticleList",
    "ArticleVersions",
    "CorrectionDetail",
    "CorrectionList",
    "DetailView",
    "ListView",
    "QuoteDetail",
    "QuoteList",
    "RecordView",
    "SpeakerCorrections",
    "SpeakerDetail",
    "SpeakerList",
    "SpeakerStatements",
    "StatementList",
]

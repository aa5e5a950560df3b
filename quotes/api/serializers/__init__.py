"""The JSON of each resource, by resource."""

from __future__ import annotations

from quotes.api.serializers.articles import (
    AnnotationsSerializer,
    ArticleListItem,
    ArticleSerializer,
    RunSerializer,
    VersionsSerializer,
)
from quotes.api.serializers.base import Shown, etag, shown_id
from quotes.api.serializers.corrections import CorrectionSerializer
from quotes.api.serializers.problems import ProblemSerializer
from quotes.api.serializers.quotes import QuoteSerializer, StatementSerializer
from quotes.api.serializers.speakers import SpeakerNameSerializer, SpeakerSerializer

__all__ = [
    "AnnotationsSerializer",
    "ArticleListItem",
    "ArticleSerializer",
    "CorrectionSerializer",
    "ProblemSerializer",
    "QuoteSerializer",
    "RunSerializer",
    "Shown",
    "SpeakerNameSerializer",
    "SpeakerSerializer",
    "StatementSerializer",
    "VersionsSerializer",
    "etag",
    "shown_id",
]

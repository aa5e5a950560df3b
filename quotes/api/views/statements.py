"""Statements of whoever is meant by an id, a name or a Wikidata id, in one list."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from quotes.api.filters import StatementListFilters
from quotes.api.reading import survivor_of
from quotes.api.views.base import ListView
from quotes.api.views.speakers import SpeakerStatements
from quotes.models import Speaker, SpeakerName
from quotes.normal_form import stored_norm

NAMING = frozenset({"speaker", "speaker_name", "wikidata_id"})


class StatementList(SpeakerStatements):
    """What was said: confirmed quotes, newest first, of everybody or of who is named.

    `speaker_name` takes any name that texts use; a name that holds between certain days finds the
    statements of these days only. Several speakers may be called so: each row names its speaker.
    With `updated_since` also quotes that are confirmed no more, and some that never were: keep
    those only whose `status` is `confirmed`, and follow without naming a speaker, who may change.
    """

    filterset_class = StatementListFilters

    @property
    def belongs(self) -> Q:  # type: ignore[override]
        """Where somebody is named, rows are read speaker by speaker, along an index."""
        return Q(speaker=OuterRef("pk")) if self._named() else ListView.belongs

    def owners(self) -> QuerySet[Any]:
        return self._speakers() if self._named() else ListView.owners(self)

    def refuse_unknown_owner(self) -> None:
        """Nobody of that name said anything: an empty list, as with any other filter."""

    def _named(self) -> bool:
        return bool(NAMING & set(self.request.query_params))

    def _speakers(self) -> QuerySet[Speaker]:
        """Who may be meant; whether a name held on the day is the filter's to say."""
        asked = self.request.query_params
        speakers = Speaker.objects.readable_by(self.request.user)
        if "speaker" in asked:
            speakers = speakers.filter(pk=survivor_of(uuid.UUID(asked["speaker"])))
        if "wikidata_id" in asked:
            speakers = speakers.filter(wikidata_id=asked["wikidata_id"])
        if "speaker_name" in asked:
            norm = stored_norm(asked["speaker_name"])
            names = SpeakerName.objects.filter(speaker=OuterRef("pk"), norm=norm)
            speakers = speakers.filter(Exists(names))
        return speakers

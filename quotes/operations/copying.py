"""Rows of articles that come with their annotations, written table by table with COPY.

The lines are checked already (``quotes.importing.record``); here they only become rows. Keys are
drawn beforehand, so that rows of one batch can name each other. Rows are made while the database
takes in those before, and hold ids, times and days as text: psycopg writes text at a third of the
time that it needs for Python's own types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from quotes.importing import canonical_url
from quotes.importing.checks import Fields
from quotes.models import (
    Article,
    Collection,
    Correction,
    CorrectionQuote,
    ExtractionRun,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerCandidate,
    SpeakerName,
)
from quotes.normal_form import stored_norm

PUBLIC = ("id", "public_id", "created_at", "updated_at")
DECISION = (
    "status", "origin", "touched", "confidence", "rule", "reason", "suggestion", "changed_fields",
    "note", "flagged", "run_id", "decided_elsewhere", "decided_at", "version",
)  # fmt: skip
ARTICLE_LABELS = ("headline", "outlet", "byline", "url", "country", "encoding", "language")
ARTICLE = (
    *PUBLIC, "collection_id", *ARTICLE_LABELS, "canonical_url", "opening", "published_on",
    "external_id", "skipped", "skipped_by_hand", "previous_id", "is_latest", "version", "text",
    "sha256", "length",
)  # fmt: skip
SPEAKER_OWN = ("kind", "name", "description", "wikidata_id", "origin", "version")
NAME_OWN = ("text", "kind", "valid_from", "valid_to", "place", "origin")
RUN_OWN = (
    "state", "engine_version", "model", "config_hash", "n_quotes", "n_corrections",
    "milliseconds", "note", "error", "started_at", "finished_at",
)  # fmt: skip
QUOTE_OWN = ("kind", "act", "start", "end", "cue_lemma", "normal_text", "same_words_hash")
QUOTE = (
    *PUBLIC, "article_id", "collection_id", "published_on", *QUOTE_OWN, "parent_id", "speaker_id",
    "addressee_id", *DECISION,
)  # fmt: skip
SPAN_OWN = ("role", "ordinal", "start", "end", "exact")
CANDIDATE_OWN = ("rank", "probability", "reason")
CORRECTION_OWN = (
    "kind", "explicitness", "start", "end", "exact", "cue_start", "cue_end", "cue_text", "topic",
    "occasion",
)  # fmt: skip
CORRECTION = (
    *PUBLIC, "article_id", "collection_id", "published_on", *CORRECTION_OWN, "corrector_id",
    "corrected_id", "retells_id", "same_point_as_id", *DECISION,
)  # fmt: skip

Keys = dict[str, int]
"""A row's public id → its key."""
Row = tuple[Any, ...]

speaker_own = itemgetter(*SPEAKER_OWN)
name_own = itemgetter(*NAME_OWN)
run_own = itemgetter(*RUN_OWN)
quote_own = itemgetter(*QUOTE_OWN)
span_own = itemgetter(*SPAN_OWN)
candidate_own = itemgetter(*CANDIDATE_OWN)
correction_own = itemgetter(*CORRECTION_OWN)


class ArticleWriter:
    """Writes one batch. ``counts`` says what; ``same_points`` is left for the end of the file."""

    def __init__(self, collection: Collection, articles: Sequence[Fields]) -> None:
        self.collection = collection
        self.articles = articles
        self.now = str(timezone.now())
        self.counts: Counter[str] = Counter()
        self.same_points: list[tuple[str, str]] = []

    def write(self) -> None:
        """Write the batch inside the caller's transaction; the database may refuse it."""
        self.ids = _new_keys(Article, (data["id"] for data in self.articles))
        self._write_articles()
        self.people = self._write_speakers()
        self.runs = self._write_runs()
        self.quotes = self._write_quotes()
        self._write_corrections()

    def _write_articles(self) -> None:
        wanted = {data["previous"] for data in self.articles if data["previous"]} - self.ids.keys()
        previous = self.ids | _known_keys(self.collection, Article, wanted)
        _copy(Article, ARTICLE, (self._article(data, previous) for data in self.articles))
        self.counts["articles"] += len(self.articles)

    def _article(self, data: Fields, previous: Keys) -> Row:
        text = data["text"]
        return (
            self.ids[data["id"]], data["id"], data["imported_at"] or self.now, self.now,
            self.collection.pk, *(data[name] or "" for name in ARTICLE_LABELS),
            canonical_url(data["url"]) if data["url"] else "", _opening(text),
            data["published_on"], data["external_id"], Jsonb(data["skipped"]),
            data["skipped_by_hand"],
            previous.get(data["previous"]), data["is_latest"], data["version"], text,
            data["text_sha256"], len(text),
        )  # fmt: skip

    def _write_speakers(self) -> Keys:
        given = {speaker["id"]: speaker for data in self.articles for speaker in data["speakers"]}
        known = _known_keys(self.collection, Speaker, given)
        new = [speaker for key, speaker in given.items() if key not in known]
        keys = _new_keys(Speaker, (speaker["id"] for speaker in new))
        _copy(
            Speaker,
            (*PUBLIC, "collection_id", *SPEAKER_OWN),
            ((*self._public(keys, row), self.collection.pk, *speaker_own(row)) for row in new),
        )
        _copy(
            SpeakerName,
            ("speaker_id", "norm", *NAME_OWN),
            (
                (keys[row["id"]], stored_norm(name["text"]), *name_own(name))
                for row in new
                for name in row["names"] or [_name_itself(row)]
            ),
        )
        self.counts["speakers"] += len(new)
        return known | keys

    def _write_runs(self) -> Keys:
        given = [(data, run) for data in self.articles for run in data["runs"]]
        keys = _new_keys(ExtractionRun, (run["id"] for _, run in given))
        _copy(
            ExtractionRun,
            (*PUBLIC, "article_id", "attempts", "config", *RUN_OWN),
            (
                (*self._public(keys, run), self.ids[data["id"]], 0, Jsonb(run["config"]),
                 *run_own(run))
                for data, run in given
            ),
        )  # fmt: skip
        return keys

    def _write_quotes(self) -> Keys:
        given = [(data, quote) for data in self.articles for quote in data["quotes"]]
        keys = _new_keys(Quote, (quote["id"] for _, quote in given))
        _copy(Quote, QUOTE, (self._quote(data, quote, keys) for data, quote in given))
        _copy(
            QuoteSpan,
            ("quote_id", *SPAN_OWN),
            ((keys[quote["id"]], *span_own(part)) for _, quote in given for part in quote["parts"]),
        )
        _copy(
            SpeakerCandidate,
            ("quote_id", "speaker_id", *CANDIDATE_OWN),
            (
                (keys[quote["id"]], self.people[one["speaker"]], *candidate_own(one))
                for _, quote in given
                for one in quote["candidates"]
            ),
        )
        self.counts["quotes"] += len(given)
        return keys

    def _quote(self, data: Fields, quote: Fields, keys: Keys) -> Row:
        return (
            *self._public(keys, quote), self.ids[data["id"]], self.collection.pk,
            data["published_on"], *quote_own(quote), keys.get(quote["parent"]),
            self.people.get(quote["speaker"]), self.people.get(quote["addressee"]),
            *self._decision(quote),
        )  # fmt: skip

    def _write_corrections(self) -> None:
        given = [(data, row) for data in self.articles for row in data["corrections"]]
        keys = _new_keys(Correction, (row["id"] for _, row in given))
        _copy(Correction, CORRECTION, (self._correction(data, row, keys) for data, row in given))
        _copy(
            CorrectionQuote,
            ("correction_id", "quote_id", "side"),
            (
                (keys[row["id"]], self.quotes[link["quote"]], link["side"])
                for _, row in given
                for link in row["quotes"]
            ),
        )
        self.same_points += [
            (row["id"], row["same_point_as"])
            for _, row in given
            if row["same_point_as"] and row["same_point_as"] not in keys
        ]
        self.counts["corrections"] += len(given)

    def _correction(self, data: Fields, row: Fields, keys: Keys) -> Row:
        return (
            *self._public(keys, row), self.ids[data["id"]], self.collection.pk,
            data["published_on"], *correction_own(row), self.people.get(row["corrector"]),
            self.people.get(row["corrected"]), keys.get(row["retells"]),
            keys.get(row["same_point_as"]), *self._decision(row),
        )  # fmt: skip

    def _public(self, keys: Keys, row: Fields) -> tuple[int, str, str, str]:
        return keys[row["id"]], row["id"], self.now, self.now

    def _decision(self, row: Fields) -> Row:
        suggestion = row["suggestion"]
        return (
            row["status"], row["origin"], row["touched"], row["confidence"], row["rule"],
            row["reason"], None if suggestion is None else Jsonb(suggestion),
            row["changed_fields"] or "{}", row["note"], row["flagged"], self.runs.get(row["run"]),
            row["decided_by"] or "", row["decided_at"], row["version"],
        )  # fmt: skip


def _opening(text: str) -> str:
    """The first 90 characters with single spaces; each word adds at least one of them."""
    return " ".join(text.split(maxsplit=90)[:90])[:90]


def _name_itself(speaker: Fields) -> Fields:
    return {
        "text": speaker["name"], "kind": "name", "valid_from": None, "valid_to": None,
        "place": "", "origin": speaker["origin"],
    }  # fmt: skip


def _known_keys(collection: Collection, model: type[models.Model], wanted: Iterable[str]) -> Keys:
    """One array, not a parameter each: of a thousand ids that takes a fifth of the time."""
    query = sql.SQL(
        "SELECT public_id::text, id FROM {} "
        "WHERE collection_id = %s AND public_id = ANY(%s::uuid[])"
    ).format(sql.Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(query, [collection.pk, list(wanted)])
        return dict(cursor.fetchall())


def _new_keys(model: type[models.Model], public_ids: Iterable[str]) -> Keys:
    """Draw a key for each row; two rows of one id get two, and the database refuses them."""
    wanted = list(public_ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, len(wanted)],
        )
        return dict(zip(wanted, (row[0] for row in cursor.fetchall()), strict=True))


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterator[Row]) -> None:
    """Write rows as they are made; without any, the database is not asked."""
    first = next(rows, None)
    if first is None:
        return
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,  # Django does not for COPY
        cursor.copy(query) as copy,
    ):
        copy.write_row(first)
        for row in rows:
            copy.write_row(row)

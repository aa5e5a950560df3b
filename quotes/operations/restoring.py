"""Storing articles that come with their annotations: our own JSONL, and other tools' formats.

A batch of lines is one transaction; where the database refuses it, each line gets its own, so that
one bad line costs one article. What is there already is never changed: an article with the same
text is a duplicate, a speaker with the same id is the same speaker.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import DatabaseError, connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from quotes.extraction.text import normalise_quote
from quotes.importing import ReadFailure, canonical_url
from quotes.importing.record import Fields, RecordLine
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
from quotes.normal_form import normal_name, words_hash

LINES_AT_ONCE = 100


@dataclass(slots=True)
class RestoreReport:
    """What became of each line, or in a dry run would have."""

    states: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)

    def say(self, name: str, state: str, message: str = "") -> None:
        self.states[state] += 1
        if message:
            self.messages.append(f"{state:10} {name}: {message}")


def restore_lines(
    *, collection: Collection, lines: Iterable[RecordLine | ReadFailure], dry_run: bool = False
) -> RestoreReport:
    """Store articles with their annotations; a dry run does it all and takes it back."""
    report = RestoreReport()
    later: list[tuple[uuid.UUID, uuid.UUID]] = []
    with transaction.atomic():
        for batch in _batches(lines):
            _store_batch(collection, batch, report, later)
        _link_same_points(later)
        if dry_run:
            transaction.set_rollback(True)
    return report


def _batches(
    lines: Iterable[RecordLine | ReadFailure],
) -> Iterator[list[RecordLine | ReadFailure]]:
    remaining = iter(lines)
    while batch := list(islice(remaining, LINES_AT_ONCE)):
        yield batch


def _store_batch(
    collection: Collection,
    batch: Sequence[RecordLine | ReadFailure],
    report: RestoreReport,
    later: list[tuple[uuid.UUID, uuid.UUID]],
) -> None:
    lines = []
    for line in batch:
        if isinstance(line, ReadFailure):
            report.say(line.name, "failed", line.reason)
        else:
            lines.append(line)
    known = {
        row.sha256: row
        for row in Article.objects.filter(
            collection=collection, sha256__in=[line.data["text_sha256"] for line in lines]
        ).only("sha256", "public_id")
    }
    new: dict[str, RecordLine] = {}
    for line in lines:
        sha256 = line.data["text_sha256"]
        if sha256 in known:
            report.say(line.name, "duplicate", f"the text of article {known[sha256].public_id}")
        elif sha256 in new:
            report.say(line.name, "duplicate", f"the text of {new[sha256].name}")
        else:
            new[sha256] = line
    _store(collection, list(new.values()), report, later)


def _store(
    collection: Collection,
    lines: list[RecordLine],
    report: RestoreReport,
    later: list[tuple[uuid.UUID, uuid.UUID]],
) -> None:
    """Store lines together; one at a time where the database refuses them together."""
    if not lines:
        return
    try:
        with transaction.atomic():
            writer = _Writer(collection, [line.data for line in lines])
            writer.write()
            connection.check_constraints()
    except DatabaseError as error:
        if len(lines) == 1:
            report.say(lines[0].name, "failed", _in_words(error))
            return
        for line in lines:
            _store(collection, [line], report, later)
        return
    for line in lines:
        report.say(line.name, "stored")
    report.counts.update(writer.counts)
    later.extend(writer.same_points)


def _in_words(error: DatabaseError) -> str:
    """A constraint's own message, or the first line of what the database says."""
    diag = getattr(error.__cause__, "diag", None)
    name = getattr(diag, "constraint_name", None)
    for model in (Article, Speaker, SpeakerName, Quote, QuoteSpan, SpeakerCandidate, Correction):
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.violation_error_message)
    if name and name.endswith(("public_id_key", "public_id_uniq")):
        return "One of its ids is taken by another row here; it was read into another collection."
    return str(error).split("\n", 1)[0][:300]


class _Writer:
    """Rows of a batch: few by the ORM, many (quotes and their parts) by COPY."""

    def __init__(self, collection: Collection, articles: list[Fields]) -> None:
        self.collection = collection
        self.articles = articles
        self.counts: Counter[str] = Counter()
        self.same_points: list[tuple[uuid.UUID, uuid.UUID]] = []

    def write(self) -> None:
        now = timezone.now()
        rows = Article.objects.bulk_create(
            _article(self.collection, data) for data in self.articles
        )
        ids = {data["id"]: row.pk for data, row in zip(self.articles, rows, strict=True)}
        self._date_and_link(ids)
        self.counts["articles"] += len(rows)
        people = self._speakers()
        runs = self._runs(ids)
        quotes = self._quotes(ids, people, runs, now)
        self._corrections(ids, people, runs, quotes)

    def _date_and_link(self, ids: dict[uuid.UUID, int]) -> None:
        """What an insert cannot say: when it came in first, and which story it replaces."""
        wanted = {data["previous"] for data in self.articles if data["previous"]}
        found = Article.objects.filter(collection=self.collection, public_id__in=wanted)
        previous = dict(found.values_list("public_id", "pk"))
        for data in self.articles:
            changed: dict[str, Any] = {}
            if data["imported_at"]:
                changed["created_at"] = data["imported_at"]
            if data["previous"] in previous:
                changed["previous"] = previous[data["previous"]]
            if changed:
                Article.objects.filter(pk=ids[data["id"]]).update(**changed)

    def _speakers(self) -> dict[uuid.UUID, int]:
        given = {speaker["id"]: speaker for data in self.articles for speaker in data["speakers"]}
        known = dict(
            Speaker.objects.filter(collection=self.collection, public_id__in=given).values_list(
                "public_id", "pk"
            )
        )
        new = [speaker for key, speaker in given.items() if key not in known]
        rows = Speaker.objects.bulk_create(
            Speaker(
                public_id=speaker["id"],
                collection=self.collection,
                **{
                    name: speaker[name]
                    for name in ("kind", "name", "description", "wikidata_id", "origin", "version")
                },
            )
            for speaker in new
        )
        SpeakerName.objects.bulk_create(
            SpeakerName(speaker=row, norm=normal_name(name["text"])[:300], **name)
            for row, speaker in zip(rows, new, strict=True)
            for name in speaker["names"]
            or [{"text": speaker["name"], "kind": "name", "origin": speaker["origin"]}]
        )
        self.counts["speakers"] += len(rows)
        return known | {row.public_id: row.pk for row in rows}

    def _runs(self, ids: dict[uuid.UUID, int]) -> dict[uuid.UUID, int]:
        rows = ExtractionRun.objects.bulk_create(
            ExtractionRun(
                article_id=ids[data["id"]],
                public_id=run["id"],
                **{name: value for name, value in run.items() if name != "id"},
            )
            for data in self.articles
            for run in data["runs"]
        )
        return {row.public_id: row.pk for row in rows}

    def _quotes(
        self,
        ids: dict[uuid.UUID, int],
        people: dict[uuid.UUID, int],
        runs: dict[uuid.UUID, int],
        now: Any,
    ) -> dict[uuid.UUID, int]:
        given = [(data, quote) for data in self.articles for quote in data["quotes"]]
        keys = dict(
            zip((quote["id"] for _, quote in given), _next_ids(Quote, len(given)), strict=True)
        )
        quotes, parts, candidates = [], [], []
        for data, quote in given:
            pk = keys[quote["id"]]
            content = [part for part in quote["parts"] if part["role"] == "content"]
            normal = normalise_quote("\n".join(part["exact"] for part in content))
            quotes.append(
                (
                    pk, quote["id"], now, now, ids[data["id"]], self.collection.pk,
                    data["published_on"], quote["kind"], quote["act"], quote["start"],
                    quote["end"], keys.get(quote["parent"]), people.get(quote["speaker"]),
                    people.get(quote["addressee"]), quote["cue_lemma"], normal,
                    words_hash(normal), *_decision(quote, runs),
                )
            )  # fmt: skip
            parts += [
                (pk, part["role"], part["ordinal"], part["start"], part["end"], part["exact"])
                for part in quote["parts"]
            ]
            candidates += [
                (pk, people[one["speaker"]], one["rank"], one["probability"], one["reason"])
                for one in quote["candidates"]
            ]
        _copy(Quote, QUOTE_COLUMNS, quotes)
        _copy(QuoteSpan, ("quote_id", "role", "ordinal", "start", "end", "exact"), parts)
        _copy(
            SpeakerCandidate,
            ("quote_id", "speaker_id", "rank", "probability", "reason"),
            candidates,
        )
        self.counts["quotes"] += len(quotes)
        return keys

    def _corrections(
        self,
        ids: dict[uuid.UUID, int],
        people: dict[uuid.UUID, int],
        runs: dict[uuid.UUID, int],
        quotes: dict[uuid.UUID, int],
    ) -> None:
        given = [(data, row) for data in self.articles for row in data["corrections"]]
        plain = ("kind", "explicitness", "start", "end", "exact", "cue_start", "cue_end",
                 "cue_text", "topic", "occasion")  # fmt: skip
        rows = Correction.objects.bulk_create(
            Correction(
                public_id=row["id"],
                article_id=ids[data["id"]],
                collection=self.collection,
                published_on=data["published_on"],
                corrector_id=people.get(row["corrector"]),
                corrected_id=people.get(row["corrected"]),
                **{name: row[name] for name in plain},
                **dict(zip(DECISION_FIELDS, _decision(row, runs, json=False), strict=True)),
            )
            for data, row in given
        )
        keys = {row.public_id: row.pk for row in rows}
        for (_, data), row in zip(given, rows, strict=True):
            if data["retells"] in keys:
                Correction.objects.filter(pk=row.pk).update(retells=keys[data["retells"]])
            if data["same_point_as"]:
                self.same_points.append((row.public_id, data["same_point_as"]))
        CorrectionQuote.objects.bulk_create(
            CorrectionQuote(
                correction_id=keys[data["id"]], quote_id=quotes[link["quote"]], side=link["side"]
            )
            for _, data in given
            for link in data["quotes"]
        )
        self.counts["corrections"] += len(rows)


DECISION_FIELDS = (
    "status", "origin", "touched", "confidence", "rule", "reason", "suggestion", "changed_fields",
    "note", "flagged", "run_id", "decided_elsewhere", "decided_at", "version",
)  # fmt: skip
QUOTE_COLUMNS = (
    "id", "public_id", "created_at", "updated_at", "article_id", "collection_id", "published_on",
    "kind", "act", "start", "end", "parent_id", "speaker_id", "addressee_id", "cue_lemma",
    "normal_text", "same_words_hash", *DECISION_FIELDS,
)  # fmt: skip


def _decision(row: Fields, runs: dict[uuid.UUID, int], *, json: bool = True) -> tuple[Any, ...]:
    suggestion = row["suggestion"]
    if json and suggestion is not None:
        suggestion = Jsonb(suggestion)
    return (
        row["status"], row["origin"], row["touched"], row["confidence"], row["rule"],
        row["reason"], suggestion, row["changed_fields"], row["note"], row["flagged"],
        runs.get(row["run"]), row["decided_by"] or "", row["decided_at"], row["version"],
    )  # fmt: skip


def _article(collection: Collection, data: Fields) -> Article:
    text = data["text"]
    return Article(
        public_id=data["id"],
        collection=collection,
        sha256=data["text_sha256"],
        length=len(text),
        canonical_url=canonical_url(data["url"]) if data["url"] else "",
        opening=" ".join(text.split())[:90],
        **{
            name: data[name] or ""
            for name in ("headline", "outlet", "byline", "url", "country", "encoding", "language")
        },
        **{
            name: data[name]
            for name in ("published_on", "external_id", "skipped", "is_latest", "version", "text")
        },
    )


def _next_ids(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,  # Django does not for COPY
        cursor.copy(query) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _link_same_points(pairs: list[tuple[uuid.UUID, uuid.UUID]]) -> None:
    """A correction may name one of an article that came later."""
    found = dict(
        Correction.objects.filter(public_id__in=[other for _, other in pairs]).values_list(
            "public_id", "pk"
        )
    )
    for mine, other in pairs:
        if other in found:
            Correction.objects.filter(public_id=mine).update(
                same_point_as=found[other], updated_at=Now()
            )

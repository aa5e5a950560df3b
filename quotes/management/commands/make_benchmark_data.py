"""Fill an empty database with made-up stories and quotes, to measure the API on."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import random
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, transaction
from psycopg import sql

from quotes.extraction.text import normalise_quote
from quotes.management.benchmark_stories import MadeQuote, Story, speaker_name, stories
from quotes.models import (
    Article,
    Collection,
    Correction,
    CorrectionQuote,
    Quote,
    QuoteSpan,
    Speaker,
    SpeakerName,
)
from quotes.normal_form import normal_name, words_hash
from quotes.operations.indexing import indexes_built_after

AT_ONCE: Final = 500
"""Stories a COPY; memory stays the same for any number of quotes."""

MODELS: Final = (
    Speaker,
    SpeakerName,
    Article,
    Quote,
    QuoteSpan,
    Correction,
    CorrectionQuote,
)
PUBLIC: Final = ("id", "public_id", "created_at", "updated_at", "version")
DECISION: Final = (
    "status", "origin", "touched", "rule", "reason", "changed_fields", "note", "decided_elsewhere",
)  # fmt: skip
COLUMNS: Final[dict[type, tuple[str, ...]]] = {
    Speaker: (*PUBLIC, "collection_id", "kind", "name", "description", "origin"),
    SpeakerName: ("id", "speaker_id", "text", "norm", "kind", "place", "origin"),
    Article: (
        *PUBLIC, "collection_id", "outlet", "headline", "byline", "opening", "published_on", "url",
        "canonical_url", "language", "country", "text", "sha256", "length", "encoding", "skipped",
        "is_latest",
    ),
    Quote: (
        *PUBLIC, *DECISION, "flagged", "confidence", "article_id", "collection_id", "published_on",
        "kind", "act", "start", "end", "speaker_id", "addressee_id", "cue_lemma", "normal_text",
        "same_words_hash",
    ),
    QuoteSpan: ("id", "quote_id", "role", "ordinal", "start", "end", "exact"),
    Correction: (
        *PUBLIC, *DECISION, "flagged", "confidence", "article_id", "collection_id", "published_on",
        "kind", "explicitness", "corrector_id", "corrected_id", "start", "end", "exact",
        "cue_text", "topic", "occasion",
    ),
    CorrectionQuote: ("id", "correction_id", "quote_id", "side"),
}  # fmt: skip


class Command(BaseCommand):
    help = "Fill an empty database with made-up stories, the same each time, to measure on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quotes", type=int, required=True, help="how many quotes to make")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other stories")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["quotes"] < 1:
            raise CommandError("Make at least one quote.")
        collection = Collection.objects.order_by("pk").first()
        if collection is None or Article.objects.exists():
            raise CommandError("There are articles here: benchmarks need a database of their own.")
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        rows = _Rows(collection, quotes=options["quotes"], seed=options["seed"])
        with indexes_built_after(MODELS):
            for batch in rows.batches():
                with transaction.atomic(), connection.cursor() as cursor:
                    for model in MODELS:
                        _copy(cursor, model, batch[model])
                self.stdout.write(f"{rows.n_quotes:,} of {options['quotes']:,} quotes")
            self.stdout.write("Building the indexes …")
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(MODELS)):
                cursor.execute(statement)
            cursor.execute("VACUUM ANALYZE")


class _Rows:
    """The rows of all tables, batch by batch."""

    def __init__(self, collection: Collection, *, quotes: int, seed: int) -> None:
        self.collection = collection.pk
        self.wanted, self.seed = quotes, seed
        self.n_speakers = max(20, quotes // 200)
        self.n_quotes = 0
        self.chance = random.Random(seed + 1)  # noqa: S311 - to be the same each time is the point
        self.ids: dict[type, Iterator[int]] = {model: itertools.count(1) for model in MODELS}
        self.now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def batches(self) -> Iterator[dict[type, list[tuple[Any, ...]]]]:
        batch: dict[type, list[tuple[Any, ...]]] = {model: [] for model in MODELS}
        self._add_speakers(batch)
        made = stories(quotes=self.wanted, speakers=self.n_speakers, seed=self.seed)
        for number, story in enumerate(made, start=1):
            self._add_story(batch, story)
            if number % AT_ONCE == 0:
                yield batch
                batch = {model: [] for model in MODELS}
        yield batch

    def _public(self, model: type) -> tuple[Any, ...]:
        self.now += dt.timedelta(milliseconds=7)
        public_id = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        return (next(self.ids[model]), public_id, self.now, self.now, 1)

    def _add_speakers(self, batch: dict[type, list[tuple[Any, ...]]]) -> None:
        for number in range(self.n_speakers):
            name = speaker_name(number)
            public = self._public(Speaker)
            batch[Speaker].append((*public, self.collection, "person", name, "", "machine"))
            norm = normal_name(name)
            batch[SpeakerName].append(
                (next(self.ids[SpeakerName]), public[0], name, norm, "name", "", "machine")
            )

    def _add_story(self, batch: dict[type, list[tuple[Any, ...]]], story: Story) -> None:
        public = self._public(Article)
        text = story.text
        batch[Article].append(
            (
                *public, self.collection, story.outlet, story.headline, "", text[:80],
                story.published_on, f"https://example.org/{public[0]}",
                f"https://example.org/{public[0]}", "en", "ZZ", text,
                hashlib.sha256(text.encode()).hexdigest(), len(text), "utf-8", "[]", True,
            )
        )  # fmt: skip
        before: tuple[int, MadeQuote] | None = None
        for quote in story.quotes:
            self.n_quotes += 1
            pk = self._add_quote(batch, public[0], story, quote)
            if before is not None and self.chance.random() < 0.05:
                self._add_correction(batch, public[0], story, before, (pk, quote))
            before = (pk, quote)

    def _decision(self) -> tuple[Any, ...]:
        status = self.chance.choices(
            ("confirmed", "suggested", "rejected", "replaced"), weights=(60, 32, 5, 3)
        )[0]
        decided = status in {"confirmed", "rejected"}
        origin = "person" if decided and self.chance.random() < 0.02 else "machine"
        return (
            status,
            origin,
            decided,
            "direct",
            "",
            [],
            "",
            "",
            False,
            round(self.chance.random(), 3),
        )

    def _add_quote(
        self,
        batch: dict[type, list[tuple[Any, ...]]],
        article: int,
        story: Story,
        quote: MadeQuote,
    ) -> int:
        public = self._public(Quote)
        words = story.text[slice(*quote.content)]
        normal = normalise_quote(words)
        act = self.chance.choices(("statement", "question", "attitude"), weights=(90, 4, 6))[0]
        batch[Quote].append(
            (
                *public, *self._decision(), article, self.collection, story.published_on,
                quote.kind, act, *quote.content, _key(quote.speaker), _key(quote.addressee),
                quote.lemma, normal, words_hash(normal),
            )
        )  # fmt: skip
        for role, place in (
            ("content", quote.content),
            ("source", quote.source),
            ("cue", quote.cue),
        ):
            exact = story.text[slice(*place)]
            row = (next(self.ids[QuoteSpan]), public[0], role, 0, *place, exact)
            batch[QuoteSpan].append(row)
        return int(public[0])

    def _add_correction(
        self,
        batch: dict[type, list[tuple[Any, ...]]],
        article: int,
        story: Story,
        claim: tuple[int, MadeQuote],
        retort: tuple[int, MadeQuote],
    ) -> None:
        corrected, corrector = claim[1].speaker, retort[1].speaker
        if corrected is None or corrector is None or corrected == corrector:
            return
        public = self._public(Correction)
        kind = self.chance.choice(("denial", "contradiction"))
        place = retort[1].content
        batch[Correction].append(
            (
                *public, *self._decision(), article, self.collection, story.published_on, kind,
                "verb", _key(corrector), _key(corrected), *place, story.text[slice(*place)],
                "", "", "",
            )
        )  # fmt: skip
        for (quote, _), side in ((claim, "corrected"), (retort, "correcting")):
            row = (next(self.ids[CorrectionQuote]), public[0], quote, side)
            batch[CorrectionQuote].append(row)


def _key(number: int | None) -> int | None:
    """Speakers are made first, so that their keys are their numbers from 1."""
    return None if number is None else number + 1


def _copy(cursor: Any, model: Any, rows: list[tuple[Any, ...]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(name) for name in COLUMNS[model]),
    )
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)

"""Storing articles that come with their annotations: our own JSONL, and other tools' formats.

A batch of lines is stored together; where the database refuses it, each half is by itself, down to
one line, so that one bad line costs one article. What is there already is never changed: an article
with the same text is a duplicate, a speaker with the same id is the same speaker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial

from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from quotes.importing import ReadFailure
from quotes.importing.ahead import Found, in_batches, read_ahead
from quotes.importing.record import RecordLine
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
from quotes.operations.copying import ArticleWriter
from quotes.operations.indexing import indexes_built_after

TABLES = (
    Article, Speaker, SpeakerName, ExtractionRun, Quote, QuoteSpan, SpeakerCandidate, Correction,
    CorrectionQuote,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What there is to say of one line."""

    state: str
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.state:10} {self.name}: {self.message}"


@dataclass(slots=True)
class RestoreReport:
    """What became of each line, or in a dry run would have."""

    states: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    said: list[Said] = field(default_factory=list)

    def say(self, name: str, state: str, message: str = "") -> None:
        self.states[state] += 1
        if message:
            self.said.append(Said(state, name, message))

    def in_words(self, *, dry_run: bool) -> str:
        would = {"stored": "would be stored"} if dry_run else {}
        states = ", ".join(
            f"{n:,} {would.get(state, state)}" for state, n in sorted(self.states.items())
        )
        counts = ", ".join(f"{n:,} {what}" for what, n in sorted(self.counts.items()))
        return f"{states or 'nothing'}{f' ({counts})' if counts else ''}"


def restore_lines(
    *,
    collection: Collection,
    lines: Iterable[Found],
    dry_run: bool = False,
    alone: bool = False,
) -> RestoreReport:
    """Store articles with their annotations; a dry run does it all and takes it back.

    ``alone`` says that nobody waits for the tables meanwhile, and that ``lines`` can be gone
    through twice and by another process. Empty tables are then filled without what looks across
    rows; where that does not hold at the end, all is taken back and the lines are read again, each
    held to it and named.
    """
    if alone and isinstance(lines, Iterator):
        raise TypeError("Lines that can be gone through once only are not read alone.")
    batches = partial(read_ahead if alone else in_batches, lines)
    restoring = partial(_restore, collection, batches, dry_run=dry_run)
    if alone and not Article.objects.exists() and not Speaker.objects.exists():
        try:
            return restoring(_filling())
        except DatabaseError:
            pass  # Only row by row does the database say which line it refuses.
    return restoring(nullcontext())


def _restore(
    collection: Collection,
    batches: Callable[[], Generator[list[Found], None, None]],
    around: AbstractContextManager[None],
    *,
    dry_run: bool,
) -> RestoreReport:
    report = RestoreReport()
    later: list[tuple[str, str]] = []
    with transaction.atomic():
        with around:
            with closing(batches()) as read:
                for batch in read:
                    _store_batch(collection, batch, report, later)
            _link_same_points(later)
            connection.check_constraints()
        if dry_run:
            transaction.set_rollback(True)
    return report


@contextmanager
def _filling() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # building an index takes its time
    with indexes_built_after(TABLES, looked_up=(Article, Speaker, Correction)):
        yield


def _store_batch(
    collection: Collection,
    batch: Sequence[Found],
    report: RestoreReport,
    later: list[tuple[str, str]],
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
    later: list[tuple[str, str]],
) -> None:
    """Store lines together; half of them at a time where the database refuses them together."""
    if not lines:
        return
    try:
        with transaction.atomic():
            writer = ArticleWriter(collection, [line.data for line in lines])
            writer.write()
            connection.check_constraints()
    except DatabaseError as error:
        if len(lines) == 1:
            report.say(lines[0].name, "failed", _in_words(error))
            return
        middle = len(lines) // 2
        _store(collection, lines[:middle], report, later)
        _store(collection, lines[middle:], report, later)
        return
    for line in lines:
        report.say(line.name, "stored")
    report.counts.update(writer.counts)
    later.extend(writer.same_points)


def _in_words(error: DatabaseError) -> str:
    """A constraint's own message, or the first line of what the database says."""
    diag = getattr(error.__cause__, "diag", None)
    name = getattr(diag, "constraint_name", None)
    for model in TABLES:
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.violation_error_message)
    if name and name.endswith(("public_id_key", "public_id_uniq")):
        return "One of its ids is taken by another row here; it was read into another collection."
    return str(error).split("\n", 1)[0][:300]


def _link_same_points(pairs: list[tuple[str, str]]) -> None:
    """A correction may name one of an article that came later."""
    rows = Correction.objects.filter(public_id__in=[other for _, other in pairs])
    found = {str(public_id): key for public_id, key in rows.values_list("public_id", "pk")}
    for mine, other in pairs:
        if other in found:
            Correction.objects.filter(public_id=mine).update(
                same_point_as=found[other], updated_at=Now()
            )

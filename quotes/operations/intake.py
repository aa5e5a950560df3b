"""Taking articles in: each item stored whole or not at all, the rest of the batch goes on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.text import Truncator
from procrastinate.contrib.django import app

from quotes.extraction.text import has_words, paragraphs
from quotes.extraction.types import Skipped
from quotes.importing import ArticleInput, ReadFailure, canonical_url, read_paste
from quotes.models import Article, Collection, Import, ImportItem
from quotes.operations.running import request_extraction
from quotes.operations.versions import Carried, carry_over

if TYPE_CHECKING:
    from django.contrib.auth.models import User


OPENING_CHARACTERS = 90

IMPORT_TASK: Final = "quotes.import_batch"
IMPORT_QUEUE: Final = "import"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one article: the stored row, or the one that it repeats.

    ``carried`` is told where it is a new version of a story that was here.
    """

    article: Article
    is_new: bool
    carried: Carried | None = None


@transaction.atomic
def import_article(
    *, collection: Collection, item: ArticleInput, user: User | None = None, extract: bool = True
) -> ImportOutcome:
    """Store an article and queue its extraction; the same text again gives the stored one.

    Another text of a story that is here (the same external id, or the same address) becomes its
    newest version, and what people decided moves along. Raises ``ValidationError`` where a field
    cannot be stored.
    """
    sha256 = hashlib.sha256(item.text.encode("utf-8")).hexdigest()
    article = Article(
        collection=collection,
        outlet=item.outlet,
        headline=item.headline,
        byline=item.byline,
        opening=_opening(item),
        published_on=item.published_on,
        url=item.url,
        canonical_url=canonical_url(item.url) if item.url else "",
        language=item.language or "en",
        country=item.country,
        text=item.text,
        sha256=sha256,
        length=len(item.text),
        encoding=item.encoding,
        skipped=[[s.start, s.end, s.reason] for s in item.skipped],
        imported_by=user,
        external_id=item.external_id or None,
    )
    # Relations come from this call, and uniqueness is the database's to say.
    article.clean_fields(exclude=("collection", "imported_by", "previous"))
    repeated = Article.objects.filter(collection=collection, sha256=sha256).first()
    if repeated is not None:
        return ImportOutcome(repeated, is_new=False)
    older = _version_before(article)
    if older is not None:
        article.previous = older
    try:
        with transaction.atomic():
            if older is not None:
                Article.objects.filter(pk=older.pk).update(
                    is_latest=False, version=F("version") + 1, updated_at=Now()
                )
            article.save(force_insert=True)
    except IntegrityError as error:
        return _repeated(article, error)
    carried = carry_over(older=older, newer=article) if older is not None else None
    if extract:
        request_extraction(article=article)
    return ImportOutcome(article, is_new=True, carried=carried)


def _version_before(article: Article) -> Article | None:
    """The story's newest version so far, locked; two that bring one story wait for each other.

    An external id says more than an address: two that differ are two stories.
    """
    keys = [("id", article.external_id), ("url", _story_address(article.canonical_url))]
    with connection.cursor() as cursor:
        for name, value in keys:
            if value:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                    [f"story:{article.collection_id}:{name}:{value}"],
                )
    stories = (
        Article.objects.select_for_update(of=("self",), no_key=True)
        .newest_versions()
        .filter(collection=article.collection)
        .defer("search_vector")
        .order_by("-pk")
    )
    (_, external_id), (_, address) = keys
    if external_id:
        known = stories.filter(external_id=external_id).first()
        if known is not None:
            return known
        stories = stories.filter(external_id=None)
    return stories.filter(canonical_url=address).first() if address else None


def _story_address(canonical: str) -> str:
    """The address, where it can be a story's own: a site's front page is every story's."""
    parts = urlsplit(canonical)
    return canonical if parts.path.strip("/") or parts.query else ""


def _opening(item: ArticleInput) -> str:
    """The first words of the story itself, after what is skipped, cut at a word."""
    for span in paragraphs(item.text):
        in_story = span.start
        for skipped in item.skipped:
            if skipped.start <= in_story < skipped.end:
                in_story = skipped.end
        words = item.text[in_story : min(span.end, in_story + 400)].strip()
        if has_words(words):
            return Truncator(" ".join(words.split())).chars(OPENING_CHARACTERS)
    return ""


def _repeated(article: Article, error: IntegrityError) -> ImportOutcome:
    """The stored article with the same text, which came in at this very moment."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if constraint != "article_once_per_collection":
        raise error
    stored = Article.objects.get(collection=article.collection, sha256=article.sha256)
    return ImportOutcome(stored, is_new=False)


def import_items(
    *,
    collection: Collection,
    items: Iterable[ArticleInput | ReadFailure],
    user: User | None = None,
    extract: bool = True,
) -> Import:
    """Import what a file or paste held and keep a report of each item.

    Each item has a transaction of its own: a failure leaves nothing of that item and all of the
    others.
    """
    batch = Import.objects.create(collection=collection, user=user)
    for ordinal, item in enumerate(items, start=1):
        _import_item(batch, ordinal, item, user=user, extract=extract)
    return batch


@transaction.atomic
def queue_import(
    *, collection: Collection, waiting: list[dict[str, Any]], user: User | None = None
) -> Import:
    """Keep what is to be imported and have a worker do it.

    Each that waits is what ``read_paste`` takes, or what ``as_waiting`` made of an item that was
    read. The job is seen by workers when this transaction commits.
    """
    batch = Import.objects.create(
        collection=collection,
        user=user,
        state=Import.State.QUEUED,
        waiting=waiting,
        n_items=len(waiting),
    )
    app.configure_task(IMPORT_TASK, queue=IMPORT_QUEUE).defer(import_id=str(batch.public_id))
    return batch


def as_waiting(item: ArticleInput | ReadFailure) -> dict[str, Any]:
    """An item that was read from a file, as JSON."""
    kept = dataclasses.asdict(item)
    if isinstance(item, ArticleInput):
        kept["published_on"] = item.published_on and item.published_on.isoformat()
    return kept


def _read(waiting: dict[str, Any]) -> ArticleInput | ReadFailure:
    if "reason" in waiting:
        return ReadFailure(**waiting)
    if "skipped" not in waiting:
        return read_paste(**waiting)
    day = waiting["published_on"]
    known = {
        "published_on": dt.date.fromisoformat(day) if day else None,
        "skipped": tuple(Skipped(**stretch) for stretch in waiting["skipped"]),
    }
    return ArticleInput(**waiting | known)


def run_import(*, import_id: str) -> None:
    """Bring in what waits, one item a transaction; begun again, it goes on where it was."""
    while _next_item(import_id):
        pass


@transaction.atomic
def _next_item(import_id: str) -> bool:
    """Bring in one item, if one waits and nobody else is at it."""
    # A worker taken for dead may still be at work: the row's lock lets one of the two go on.
    batch = (
        Import.objects.select_for_update(of=("self",))
        .select_related("collection", "user")
        .defer("waiting")
        .get(public_id=import_id)
    )
    if batch.state == Import.State.DONE:
        return False
    done = batch.items.count()
    if done < (batch.n_items or 0):
        # One of many megabytes: the others stay in the database.
        one = Import.objects.filter(pk=batch.pk).values_list(f"waiting__{done}", flat=True).get()
        _import_item(batch, done + 1, _read(one), user=batch.user, extract=True)
        return True
    batch.state = Import.State.DONE
    batch.waiting = []
    batch.save(update_fields=("state", "waiting", "updated_at"))
    return False


@transaction.atomic
def give_up_import(*, import_id: str) -> None:
    """Report what still waits as failed: the workers that were to bring it in died."""
    batch = Import.objects.select_for_update(of=("self",)).get(public_id=import_id)
    if batch.state == Import.State.DONE:
        return
    done = batch.items.count()
    for ordinal, waiting in enumerate(batch.waiting[done:], start=done + 1):
        reason = ReadFailure(waiting.get("name", ""), "The import stopped here. Bring it in again.")
        _import_item(batch, ordinal, reason, user=None, extract=False)
    batch.state = Import.State.DONE
    batch.waiting = []
    batch.save(update_fields=("state", "waiting", "updated_at"))


def _import_item(
    batch: Import,
    ordinal: int,
    item: ArticleInput | ReadFailure,
    *,
    user: User | None,
    extract: bool,
) -> None:
    report = ImportItem(batch=batch, ordinal=ordinal, name=item.name[:300])
    if isinstance(item, ReadFailure):
        report.state = ImportItem.State.FAILED
        report.message = item.reason[:1000]
        report.save()
        return
    with transaction.atomic():
        try:
            outcome = import_article(
                collection=batch.collection, item=item, user=user, extract=extract
            )
        except ValidationError as error:
            report.state = ImportItem.State.FAILED
            report.message = " ".join(error.messages)[:1000]
        else:
            report.article = outcome.article
            report.state = ImportItem.State.STORED if outcome.is_new else ImportItem.State.DUPLICATE
            report.message = str(outcome.carried or "")
            if not outcome.is_new and not outcome.article.is_latest:
                report.message = "It is an older version of its story; the newest stays."
        report.save()

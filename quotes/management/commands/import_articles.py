"""Take articles in from files, with a report of each item."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quotes.importing import ArticleInput, ReadFailure, read_upload
from quotes.models import Article, Collection, ExtractionRun, ImportItem
from quotes.operations import import_items, run_extraction


class Command(BaseCommand):
    help = (
        "Import articles from .txt, .html, .jsonl, .csv and .zip files. A folder stands for the "
        "files in it. What was imported before is recognised. Ends with an error where an item "
        "failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--inline", action="store_true", help="find the quotes here, without a worker"
        )
        parser.add_argument("--collection", default="", metavar="SLUG", help="where they belong")

    def handle(self, **options: Any) -> None:
        collection = self._collection(options["collection"])
        batch = import_items(
            collection=collection,
            items=_items(options["paths"]),
            extract=not options["inline"],
        )
        counts: Counter[str] = Counter()
        for item in batch.items.select_related("article").order_by("ordinal"):
            counts[item.state] += 1
            new = item.article if item.state == ImportItem.State.STORED else None
            found = self._read(new) if options["inline"] and new is not None else ""
            self.stdout.write(_line(item) + found)
        total = ", ".join(f"{counts[state]} {state}" for state in ImportItem.State.values)
        self.stdout.write(f"{counts.total()} items: {total}")
        if counts[ImportItem.State.FAILED]:
            raise CommandError(f"{counts[ImportItem.State.FAILED]} items could not be imported.")

    def _collection(self, slug: str) -> Collection:
        if slug:
            found = Collection.objects.filter(slug=slug).first()
            if found is None:
                raise CommandError(f"There is no collection “{slug}”.")
            return found
        several = list(Collection.objects.order_by("pk")[:2])
        if len(several) != 1:
            raise CommandError("There are several collections: say which with --collection SLUG.")
        return several[0]

    @staticmethod
    def _read(article: Article) -> str:
        run = run_extraction(run=ExtractionRun.objects.create(article=article))
        if run.state != ExtractionRun.State.DONE:
            return f"; not read: {run.error or run.state}"
        return f"; {run.n_quotes} quotes, {run.n_corrections} corrections"


def _items(paths: list[Path]) -> Iterator[ArticleInput | ReadFailure]:
    for path in paths:
        try:
            files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
        except OSError as error:
            yield ReadFailure(str(path), f"The folder cannot be read: {error.strerror}.")
            continue
        for file in files:
            yield from _read_one(file)


def _read_one(path: Path) -> Iterator[ArticleInput | ReadFailure]:
    try:
        file = path.open("rb")
    except OSError as error:
        yield ReadFailure(str(path), f"The file cannot be read: {error.strerror}.")
        return
    with file:
        yield from read_upload(str(path), file)


def _line(item: ImportItem) -> str:
    if item.article is None:
        return f"{item.state:10} {item.name}: {item.message}"
    headline = f"{item.article.headline} " if item.article.headline else ""
    return f"{item.state:10} {item.name}: {headline}({item.article.public_id})"

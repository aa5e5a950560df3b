"""Take in articles that come with annotations: our own JSONL, or another tool's files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quotes.importing.annotated import AnnotatedFiles
from quotes.models import Collection
from quotes.operations.restoring import restore_lines


class Command(BaseCommand):
    help = (
        "Import articles with their quotes: our own .jsonl, doccano's, Prodigy's and PolNeAR's "
        "lines, Label Studio's .json, a .zip of brat's .txt and .ann. What is there already is "
        "recognised and never changed. --dry-run says what would happen and stores nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--collection", default="", metavar="SLUG", help="where they belong")
        parser.add_argument("--dry-run", action="store_true", help="store nothing")

    def handle(self, **options: Any) -> None:
        rows = Collection.objects.order_by("pk")
        if options["collection"]:
            rows = rows.filter(slug=options["collection"])
        found = list(rows[:2])
        if len(found) != 1:
            raise CommandError("Say which collection: --collection SLUG.")
        report = restore_lines(
            collection=found[0],
            lines=AnnotatedFiles(options["paths"]),
            dry_run=options["dry_run"],
            alone=all(path.is_file() for path in options["paths"]),  # a pipe is read once only
        )
        for line in report.said:
            self.stdout.write(str(line))
        self.stdout.write(report.in_words(dry_run=options["dry_run"]))
        if report.states["failed"]:
            raise CommandError(f"{report.states['failed']} articles could not be imported.")

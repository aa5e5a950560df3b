"""Take in a table of speakers, with a report of each row."""

from __future__ import annotations

from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quotes.importing.people import COLUMNS, read_people
from quotes.models import Collection
from quotes.operations.people import store_people


class Command(BaseCommand):
    help = (
        "Import speakers from CSV, one row a name. Columns: name, and any of "
        f"{', '.join(COLUMNS[1:])}. A Wikidata id is set only where its label is one of the "
        "speaker's names. What stands there is never written over. --dry-run stores nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--collection", default="", metavar="SLUG", help="where they belong")
        parser.add_argument("--dry-run", action="store_true", help="store nothing")

    def handle(self, **options: Any) -> None:
        rows = Collection.objects.order_by("pk")
        if options["collection"]:
            rows = rows.filter(slug=options["collection"])
        collections = list(rows[:2])
        if len(collections) != 1:
            raise CommandError("Say which collection: --collection SLUG.")
        try:
            files = [(str(path), path.open("rb")) for path in options["paths"]]
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        report = store_people(
            collection=collections[0],
            rows=chain.from_iterable(read_people(name, file) for name, file in files),
            dry_run=options["dry_run"],
        )
        for _, file in files:
            file.close()
        for line in report.said:
            self.stdout.write(str(line))
        self.stdout.write(report.in_words(dry_run=options["dry_run"]))
        if report.states["failed"]:
            raise CommandError(f"{report.states['failed']} rows could not be imported.")

"""Write the record as CSV files into a folder."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quotes.exports.codebook import with_columns
from quotes.exports.csv import Form
from quotes.exports.files import write_format, write_tables
from quotes.exports.filters import NAMES, ExportFilters, RefusedFilter
from quotes.exports.formats.all import FORMATS
from quotes.exports.formats.lines import ExportFormat
from quotes.exports.formats.parquet import MissingLibrary
from quotes.exports.tables import TABLES


class Command(BaseCommand):
    help = (
        "Write quotes, corrections, speakers and articles as CSV with their codebook, all from "
        "one state of the database. Sees every collection."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=("csv", *FORMATS), default="csv")
        parser.add_argument("--out", type=Path, metavar="DIR", help="the folder to write to")
        parser.add_argument(
            "--table", action="append", choices=tuple(TABLES), help="only this one; may be repeated"
        )
        parser.add_argument(
            "--raw", action="store_true", help="leave out the guard against spreadsheet formulas"
        )
        parser.add_argument(
            "--excel", action="store_true", help="put a byte order mark in front, for Excel"
        )
        parser.add_argument(
            "--no-body", action="store_true", help="leave out the words of articles (copyright)"
        )
        parser.add_argument(
            "--docs", type=Path, metavar="PAGE", help="write the columns into this page instead"
        )
        for name in NAMES:
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, default="")

    def handle(self, **options: Any) -> None:
        if options["docs"]:
            page = options["docs"]
            page.write_text(with_columns(page.read_text(encoding="utf-8")), encoding="utf-8")
            return
        if not options["out"]:
            raise CommandError("Say where to: --out DIR.")
        try:
            filters = ExportFilters.parse({name: options[name] for name in NAMES}, within=None)
            if options["format"] != "csv":
                self._write_format(FORMATS[options["format"]], options["out"], filters)
                return
            written = write_tables(
                options["out"],
                options["table"] or tuple(TABLES),
                filters,
                Form(raw=options["raw"], excel=options["excel"], body=not options["no_body"]),
            )
        except RefusedFilter as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"The export stopped: {error.strerror or error}.") from error
        except MissingLibrary as error:
            raise CommandError(f"{error}.") from error
        for name, rows in written.items():
            self.stdout.write(f"{name}: {rows:,} rows")

    def _write_format(self, chosen: ExportFormat, folder: Path, filters: ExportFilters) -> None:
        path = folder / f"on-record-{chosen.name}{chosen.suffix}"
        count = write_format(path, chosen, filters)
        self.stdout.write(f"{path.name}: {count:,}")
        self.stdout.write(f"It does not hold: {chosen.loses}")

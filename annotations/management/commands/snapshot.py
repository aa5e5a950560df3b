"""Make, list and check the snapshots of collections."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.models import Snapshot
from annotations.operations.snapshots import (
    changed_tables,
    check_snapshot,
    make_snapshot,
    path_of,
    request_snapshot,
)
from annotations.refusals import Invalid
from quotes.exports.csv import Form
from quotes.exports.filters import NAMES
from quotes.models import Collection


class Command(BaseCommand):
    help = (
        "make: write the next snapshot of a collection. list: tell which are kept. verify: check "
        "kept files against their sums; --again also says which tables would differ today."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("make", "list", "verify"))
        parser.add_argument("--collection", default="", metavar="SLUG")
        parser.add_argument("--number", type=int, help="only this one (list, verify)")
        parser.add_argument("--again", action="store_true", help="compare with today (verify)")
        parser.add_argument("--raw", action="store_true", help="without the guard for spreadsheets")
        parser.add_argument("--no-body", action="store_true", help="without the articles' words")
        for name in NAMES:
            if name != "collection":
                parser.add_argument(f"--{name.replace('_', '-')}", dest=name, default="")

    def handle(self, **options: Any) -> None:
        if options["what"] == "make":
            self._make(options)
            return
        rows = Snapshot.objects.select_related("collection").order_by("collection", "number")
        if options["collection"]:
            rows = rows.filter(collection__slug=options["collection"])
        if options["number"]:
            rows = rows.filter(number=options["number"])
        if options["what"] == "list":
            for row in rows:
                self.stdout.write(f"{row.file_name}  {row.state}  {row.size:,} bytes  {row.sha256}")
            return
        self._verify(list(rows), again=options["again"])

    def _make(self, options: dict[str, Any]) -> None:
        rows = Collection.objects.order_by("pk")
        if options["collection"]:
            rows = rows.filter(slug=options["collection"])
        found = list(rows[:2])
        if len(found) != 1:
            raise CommandError("Say which collection: --collection SLUG.")
        filters = {name: options[name] for name in NAMES if name != "collection"}
        form = Form(raw=options["raw"], body=not options["no_body"])
        try:
            row = request_snapshot(
                collection=found[0], user=None, filters=filters, form=form, queue=False
            )
        except Invalid as refusal:
            raise CommandError(str(refusal)) from refusal
        row = make_snapshot(snapshot_id=row.public_id)
        if row.state != Snapshot.State.DONE:
            raise CommandError(row.error)
        self.stdout.write(f"{path_of(row)}  {row.size:,} bytes  {row.sha256}")

    def _verify(self, rows: list[Snapshot], *, again: bool) -> None:
        if not rows:
            raise CommandError("There is no such snapshot.")
        broken = 0
        for row in rows:
            wrong = check_snapshot(row)
            broken += bool(wrong)
            self.stdout.write(f"{row.file_name}: {'whole' if not wrong else ' '.join(wrong)}")
            if again and not wrong:
                changed = changed_tables(row)
                told = f"differ today: {', '.join(changed)}" if changed else "the same today"
                self.stdout.write(f"  tables {told}")
        if broken:
            raise CommandError(f"{broken} of {len(rows)} are not whole.")

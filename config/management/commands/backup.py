"""Write a backup: the database and the snapshots in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.backups import BadBackup, connection_facts, write_backup


class Command(BaseCommand):
    """`manage.py backup`, which `make backup` calls. People may go on working meanwhile."""

    help = "Write the database and the snapshots into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="default: DATA_DIR/backups/<time>.tar.gz")

    def handle(self, *args: Any, file: str | None, **options: Any) -> None:
        path = Path(file) if file else default_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            manifest = write_backup(path, connection_facts())
        except BadBackup as error:
            raise CommandError(str(error)) from error
        rows = sum(manifest["rows"].values())
        self.stdout.write(f"{path}: {path.stat().st_size:,} bytes, {rows:,} rows.")


def default_path() -> Path:
    name = f"{timezone.now():%Y%m%d-%H%M%S}.tar.gz"
    return Path(settings.DATA_DIR) / "backups" / name

"""Restore a backup in the place of what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config.backups import BadBackup, connection_facts, restore_backup, write_backup
from config.management.commands.backup import default_path


class Command(BaseCommand):
    """`manage.py restore FILE`, which `make restore` calls. Stop the site first."""

    help = "Put a backup in the place of the database; what is there is backed up before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        facts = connection_facts()
        try:
            if "quotes_article" in connection.introspection.table_names():
                before = default_path()
                before.parent.mkdir(parents=True, exist_ok=True)
                write_backup(before, facts)
                self.stdout.write(f"What was there is in {before}.")
            connection.close()
            manifest = restore_backup(Path(file), facts)
        except BadBackup as error:
            raise CommandError(str(error)) from error
        call_command("migrate", interactive=False, verbosity=0)
        rows = sum(manifest["rows"].values())
        self.stdout.write(f"Restored {rows:,} rows, as they were at {manifest['made_at']}.")
        self.stdout.write(
            "Tokens that were revoked since work again: `manage.py revoke_tokens --all` ends all."
        )

"""Run the whole site: database, workers and web server, until Ctrl-C."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.environment import read_flag, read_integer, read_text
from config.postgres.binaries import PostgresUnavailable
from config.serving.claim import AlreadyServed
from config.serving.database import DatabaseUnreachable
from config.serving.listener import AddressTaken
from config.serving.supervisor import StartFailed, Supervisor


class Command(BaseCommand):
    """`manage.py serve`."""

    help = "Run the whole site: database, workers and web server, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", help="address to listen on (HOST, else 127.0.0.1)")
        parser.add_argument("--port", type=int, help="port to listen on (PORT, else 8000)")

    def handle(self, *args: Any, host: str | None, port: int | None, **options: Any) -> None:
        supervisor = Supervisor(
            host=host or read_text("HOST", "127.0.0.1"),
            port=read_integer("PORT", 8000) if port is None else port,
            web_processes=read_integer("WEB_PROCESSES", 2, minimum=1),
            with_samples=read_flag("SAMPLES", default=True),
            say=self._say,
        )
        try:
            status = supervisor.run()
        except (
            AddressTaken,
            AlreadyServed,
            DatabaseUnreachable,
            PostgresUnavailable,
            StartFailed,
        ) as error:
            raise CommandError(str(error)) from error
        sys.exit(status)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

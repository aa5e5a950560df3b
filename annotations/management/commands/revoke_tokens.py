"""End every token, session and open link: after a restore, or when something was stolen."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from annotations.models import ApiToken, Invitation, SignInLink


class Command(BaseCommand):
    help = "End all tokens, sessions, invitations and one-time links; passwords stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="needed: there is no other way")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not options["all"]:
            raise CommandError("Say --all: this signs everybody out and ends every token.")
        now = timezone.now()
        tokens = ApiToken.objects.filter(revoked_at=None).update(revoked_at=now)
        Invitation.objects.filter(used_at=None, revoked_at=None).update(revoked_at=now)
        SignInLink.objects.filter(used_at=None).update(used_at=now)
        sessions, _ = Session.objects.all().delete()
        self.stdout.write(f"Ended {tokens} tokens and {sessions} sessions.")

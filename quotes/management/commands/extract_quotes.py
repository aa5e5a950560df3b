"""Run the engine over stored articles: new ones, or all of them again after an upgrade."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Exists, OuterRef

from quotes.models import Article, ExtractionRun
from quotes.operations import request_extraction, run_extraction


class Command(BaseCommand):
    help = "Extract quotes from articles that have no finished run, or from all with --again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("articles", nargs="*", type=uuid.UUID, help="public ids; default: all")
        parser.add_argument("--again", action="store_true", help="also what was read before")
        parser.add_argument(
            "--inline", action="store_true", help="extract at once instead of queueing for a worker"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        articles = Article.objects.order_by("pk")
        if options["articles"]:
            articles = articles.filter(public_id__in=options["articles"])
        if not options["again"]:
            done = ExtractionRun.objects.filter(
                article=OuterRef("pk"), state=ExtractionRun.State.DONE
            )
            articles = articles.exclude(Exists(done))
        count = 0
        for article in articles.iterator():
            run = request_extraction(article=article)
            if options["inline"]:
                run_extraction(run=run)
            count += 1
        verb = "Extracted" if options["inline"] else "Queued"
        self.stdout.write(f"{verb}: {count} articles.")

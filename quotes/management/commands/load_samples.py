"""Load the sample stories, so that a first visitor finds articles to read and decide."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from quotes.importing import ArticleInput, read_paste
from quotes.models import Article, Collection, ExtractionRun
from quotes.operations import import_article, run_extraction


class Command(BaseCommand):
    help = "Load the sample stories into the first collection, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--inline", action="store_true", help="extract at once instead of queueing for a worker"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        collection = Collection.objects.order_by("pk").first()
        if collection is None or Article.objects.filter(collection=collection).exists():
            self.stdout.write("There are articles already: no samples loaded.")
            return
        stories = sorted((settings.BASE_DIR / "samples").glob("*.json"))
        for number, path in enumerate(stories, start=1):
            item = read_sample(path)
            outcome = import_article(collection=collection, item=item)
            if options["inline"]:
                run_extraction(run=ExtractionRun.objects.get(article=outcome.article))
            self.stdout.write(f"{number} of {len(stories)}: {item.headline}")


def read_sample(path: Path) -> ArticleInput:
    """One story: the text beside the JSON file, with what that says of it."""
    about = json.loads(path.read_text(encoding="utf-8"))
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    read = read_paste(
        text,
        headline=about["headline"],
        byline=about["byline"],
        outlet=about["outlet"],
        published_on=about["published_on"],
        url=about["url"],
        language=about["language"],
        country=about["country"],
    )
    if not isinstance(read, ArticleInput):
        raise TypeError(f"{path.name}: {read.reason}")
    return read

"""Find quotes that give the same words in articles that came in without being read here."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quotes.models import Article
from quotes.operations.same_words import find_same_words


class Command(BaseCommand):
    help = "Suggest groups of same words, article by article; a second time changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--collection", default="", help="short name; all without it")

    def handle(self, *args: Any, **options: Any) -> None:
        articles = Article.objects.defer("text", "search_vector").order_by("pk")
        if options["collection"]:
            articles = articles.filter(collection__slug=options["collection"])
            if not articles.exists():
                raise CommandError(f"No article is in a collection “{options['collection']}”.")
        found = n = 0
        for article in articles.iterator(chunk_size=500):
            found += find_same_words(article=article)
            n += 1
        self.stdout.write(f"{n:,} articles read, {found:,} quotes with new words compared")

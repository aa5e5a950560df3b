"""One news text, immutable once stored; a changed story is a new version of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Left

from quotes.models.base import PublicRecord, newest_first_index
from quotes.models.collection import Collection
from quotes.models.words import WordSearch

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

SEARCHED_CHARACTERS = 200_000
"""PostgreSQL refuses a search vector over 1 MB; the rest of a longer text is not searched."""


VERSIONS_SQL = """
WITH RECURSIVE story (id, previous_id) AS (
    SELECT id, previous_id FROM quotes_article WHERE public_id = %s
    UNION
    SELECT other.id, other.previous_id FROM quotes_article other JOIN story
    ON other.id = story.previous_id OR other.previous_id = story.id
)
SELECT id FROM story
"""
LATEST = models.Q(is_latest=True)


class ArticleQuerySet(models.QuerySet["Article"]):
    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> ArticleQuerySet:
        return self.filter(collection__in=Collection.objects.readable_by(user))

    def newest_versions(self) -> ArticleQuerySet:
        """The newest version of each story."""
        return self.filter(is_latest=True)

    def versions_of(self, public_id: uuid.UUID) -> ArticleQuerySet:
        """The article, those that it replaced and those that replaced it; newest first."""
        return self.filter(pk__in=RawSQL(VERSIONS_SQL, [public_id])).order_by("-pk")  # noqa: S611 - bound

    def newest_first(self) -> ArticleQuerySet:
        return self.order_by(models.F("published_on").desc(nulls_last=True), "-pk")

    def matching(self, words: str) -> ArticleQuerySet:
        """Full-text search in a web searcher's syntax, which never raises on odd input."""
        return self.filter(Article.having(words).matches)

    def with_progress(self) -> ArticleQuerySet:
        """Add ``n_quotes``, ``n_decided``, ``n_corrections`` and ``run_state``, in one statement.

        Attitudes are left out, as on the article's page, unless somebody touched them.
        """
        from quotes.models.correction import Correction
        from quotes.models.quote import Quote
        from quotes.models.run import ExtractionRun

        of_article = models.OuterRef("pk")

        def count(rows: models.QuerySet) -> Coalesce:
            return Coalesce(
                models.Subquery(
                    rows.order_by().values("article").annotate(n=models.Count("pk")).values("n")
                ),
                0,
            )

        quotes = Quote.objects.filter(article=of_article).shown()
        corrections = Correction.objects.filter(article=of_article)
        return self.annotate(
            n_quotes=count(quotes.on_record()),
            n_decided=count(quotes.decided()),
            n_corrections=count(corrections.live()),
            run_state=models.Subquery(
                ExtractionRun.objects.filter(article=of_article).order_by("-pk").values("state")[:1]
            ),
        )


class Article(PublicRecord):
    """A story as it was imported.

    ``text`` is never altered: offsets of quotes are code points into it, half-open. What is not
    part of the story is listed in ``skipped`` as ``[start, end, reason]``. The database refuses
    a change of ``text``.
    """

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="articles")
    outlet = models.CharField(max_length=200, blank=True)
    headline = models.CharField(max_length=500, blank=True)
    byline = models.CharField(max_length=500, blank=True)
    opening = models.CharField(max_length=200, blank=True, editable=False)
    """The story's first words, for lists: a pasted text often has no headline."""
    published_on = models.DateField(null=True, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    canonical_url = models.CharField(max_length=2000, blank=True, editable=False)
    language = models.CharField(max_length=35, default="en")
    country = models.CharField(max_length=2, blank=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64, editable=False)
    length = models.PositiveIntegerField(editable=False)
    encoding = models.CharField(max_length=40, default="utf-8")
    skipped = models.JSONField(default=list, blank=True)
    skipped_by_hand = models.BooleanField(default=False, db_default=False, editable=False)
    """A person has said what is story: the engine then takes ``skipped`` as it stands."""
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="imported_articles",
    )
    external_id = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 unique where present
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="later_versions"
    )
    is_latest = models.BooleanField(default=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_vector = models.GeneratedField(
        expression=SearchVector("headline", weight="A", config="english")
        + SearchVector(Left("text", SEARCHED_CHARACTERS), weight="B", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("collection", "sha256"),
                name="article_once_per_collection",
                violation_error_message="This text is already in the collection.",
            ),
            models.UniqueConstraint(
                fields=("collection", "external_id"),
                condition=models.Q(is_latest=True),
                name="article_external_id_once_per_collection",
                violation_error_message="An article with this external id is already there.",
            ),
            models.UniqueConstraint(
                fields=("previous",),
                name="article_replaced_once",
                violation_error_message="Another version already took this one's place.",
            ),
            models.CheckConstraint(
                condition=models.Q(previous=None) | ~models.Q(previous=models.F("id")),
                name="article_not_its_own_previous",
                violation_error_message="A version cannot replace itself.",
            ),
            models.CheckConstraint(
                condition=models.Q(length__gt=0),
                name="article_has_text",
                violation_error_message="An article needs a text.",
            ),
            models.CheckConstraint(
                condition=models.lookups.Exact(models.functions.Length("text"), models.F("length")),
                name="article_length_is_code_points",
                violation_error_message="The stored length differs from the text.",
            ),
        )
        indexes = (
            GinIndex(fields=("search_vector",), name="article_search"),
            models.Index(
                models.F("published_on").desc(nulls_last=True),
                models.F("id").desc(),
                name="article_newest_first",
            ),
            newest_first_index(name="article_list", condition=LATEST),
            newest_first_index("outlet", name="article_by_outlet", condition=LATEST),
            newest_first_index("language", name="article_by_language", condition=LATEST),
            models.Index(fields=("collection", "outlet"), name="article_outlet"),
            models.Index(fields=("collection", "canonical_url"), name="article_canonical_url"),
            models.Index(fields=("collection", "updated_at", "id"), name="article_by_change"),
        )

    @staticmethod
    def having(words: str) -> WordSearch:
        """Full-text search in headline and text."""
        return WordSearch.of(models.F("search_vector"), words)

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The headline, or the story's first words where it has none."""
        return self.headline or self.opening or "Article without a headline"

"""People, organisations and groups with an identity, and the ways in which texts name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.lookups import Exact

from quotes.lookalikes import oddities, skeleton, skeleton_of
from quotes.models.base import PublicRecord, one_of
from quotes.models.collection import Collection
from quotes.models.withdrawal import withdrawn_by, withdrawn_index
from quotes.normal_form import normal_name

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class Origin(models.TextChoices):
    """Who put a row there."""

    MACHINE = "machine", "Machine"
    PERSON = "person", "Person"
    IMPORT = "import", "Import"


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> SpeakerQuerySet:
        """Without those that were withdrawn: nobody is shown them."""
        mine = self.filter(collection__in=Collection.objects.readable_by(user))
        return mine.filter(withdrawal=None)

    def current(self) -> SpeakerQuerySet:
        """Without those that were merged into another, or withdrawn."""
        return self.filter(merged_into=None, withdrawal=None)

    def named_like(self, words: str) -> SpeakerQuerySet:
        """Search all names, tolerant of typing errors; best match first."""
        from django.contrib.postgres.search import TrigramWordSimilarity

        norm = normal_name(words)
        names = SpeakerName.objects.filter(speaker=models.OuterRef("pk")).filter(
            models.Q(norm__contains=norm)
            | models.Q(norm__trigram_word_similar=norm)
            | Exact(skeleton_of("norm"), skeleton(words))
        )
        best = names.annotate(near=TrigramWordSimilarity(norm, "norm")).order_by("-near")
        return (
            self.filter(models.Exists(names))
            .annotate(near=models.Subquery(best.values("near")[:1]))
            .order_by("-near", "name", "pk")
        )

    def drawn_like(self, name: str, *, besides: Speaker | None = None) -> SpeakerQuerySet:
        """Others whose name looks the same and is another: no eye tells the two apart."""
        alike = SpeakerName.objects.filter(
            Exact(skeleton_of("norm"), skeleton(name)), speaker=models.OuterRef("pk")
        ).exclude(norm=normal_name(name))
        rows = self.filter(models.Exists(alike)).order_by("name", "pk")
        return rows if besides is None else rows.exclude(pk=besides.pk)

    def with_twins(self) -> SpeakerQuerySet:
        """Add ``has_twin``: somebody else of the collection has a name that looks the same."""
        mine = skeleton_of(models.OuterRef("norm"))
        others = (
            SpeakerName.objects.filter(Exact(skeleton_of("norm"), mine))
            .filter(speaker__collection=models.OuterRef("speaker__collection"))
            .filter(speaker__withdrawal=None)
            .exclude(norm=models.OuterRef("norm"))
            .exclude(speaker=models.OuterRef("speaker"))
        )
        names = SpeakerName.objects.filter(models.Exists(others), speaker=models.OuterRef("pk"))
        return self.annotate(has_twin=models.Exists(names))


class SpeakerKind(models.TextChoices):
    PERSON = "person", "Person"
    ORGANISATION = "organisation", "Organisation"
    GROUP = "group", "Group"
    UNNAMED = "unnamed", "Unnamed"


class Speaker(PublicRecord):
    """Somebody who is quoted, corrects or is corrected. Belongs to one collection.

    A merged speaker stays as a row that points to the survivor; nothing else points to it. A
    withdrawn one stays without name or facts: these are kept with its withdrawal.
    """

    Kind = SpeakerKind

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="speakers")
    kind = models.CharField(max_length=20, choices=SpeakerKind, default=SpeakerKind.PERSON)
    name = models.CharField(max_length=300)
    description = models.CharField(max_length=500, blank=True)
    wikidata_id = models.CharField(  # noqa: DJ001 unique where present
        max_length=20,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^Q[1-9]\d*\Z", "A Wikidata id looks like Q42.")],
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from"
    )
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.MACHINE)
    version = models.PositiveIntegerField(default=1, editable=False)
    withdrawal = withdrawn_by()

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            one_of("kind", SpeakerKind, name="speaker_kind_known"),
            one_of("origin", Origin, name="speaker_origin_known"),
            models.UniqueConstraint(
                fields=("collection", "wikidata_id"),
                name="speaker_wikidata_once",
                violation_error_message="Another speaker has this Wikidata id.",
            ),
            models.CheckConstraint(
                condition=models.Q(wikidata_id=None)
                | models.Q(wikidata_id__regex=r"^Q[1-9][0-9]*$"),
                name="speaker_wikidata_form",
                violation_error_message="A Wikidata id looks like Q42.",
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")),
                name="speaker_not_merged_into_itself",
                violation_error_message="A speaker cannot be merged into itself.",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="speaker_has_name",
                violation_error_message="A speaker needs a name.",
            ),
        )
        indexes = (
            models.Index(fields=("collection", "name", "id"), name="speaker_by_name"),
            models.Index(fields=("collection", "kind", "name", "id"), name="speaker_by_kind"),
            models.Index(fields=("collection", "updated_at", "id"), name="speaker_by_change"),
            withdrawn_index("speaker_withdrawn"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawal_id is not None

    @property
    def oddities(self) -> list[str]:
        """What in the name misleads the eye."""
        return oddities(self.name)


class NameKind(models.TextChoices):
    NAME = "name", "Name"
    SHORT_NAME = "short_name", "Short name"
    HONORIFIC = "honorific", "Honorific"
    TITLE = "title", "Title"
    NICKNAME = "nickname", "Nickname"


class SpeakerName(models.Model):
    """One way to refer to a speaker, with the dates it holds.

    Not unique: "the president" may fit several people; that is what the resolver chooses from.
    """

    Kind = NameKind

    speaker = models.ForeignKey(Speaker, on_delete=models.CASCADE, related_name="names")
    text = models.CharField(max_length=300)
    norm = models.CharField(max_length=300, editable=False)
    kind = models.CharField(max_length=20, choices=NameKind, default=NameKind.NAME)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.MACHINE)

    class Meta:
        ordering = ("speaker", "kind", "text", "pk")
        constraints = (
            one_of("kind", NameKind, name="speaker_name_kind_known"),
            models.UniqueConstraint(
                fields=("speaker", "norm", "kind", "place"),
                name="speaker_name_once",
                violation_error_message="The speaker already has this name.",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_to=None)
                | models.Q(valid_from__lte=models.F("valid_to")),
                name="speaker_name_dates_in_order",
                violation_error_message="A name cannot end before it begins.",
            ),
        )
        indexes = (
            GinIndex(OpClass(models.F("norm"), name="gin_trgm_ops"), name="speaker_name_trigrams"),
            models.Index(fields=("norm",), name="speaker_name_norm"),
            models.Index(skeleton_of("norm"), name="speaker_name_skeleton"),
        )

    def __str__(self) -> str:
        return self.text

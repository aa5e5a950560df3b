"""Bodies of articles that people work on together, and who these people are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from quotes.models.base import PublicRecord, one_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class CollectionQuerySet(models.QuerySet["Collection"]):
    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> CollectionQuerySet:
        """What this person may see; nothing for people not signed in."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if getattr(user, "is_superuser", False):
            return self.all()
        return self.filter(memberships__user_id=user.pk)


class Collection(PublicRecord):
    """A newsroom's daily intake, a research corpus. One exists after the first migration."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    guidelines = models.TextField(blank=True)
    settings = models.JSONField(default=dict, blank=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class MembershipRole(models.TextChoices):
    READER = "reader", "Reader"
    RESEARCHER = "researcher", "Researcher"
    EDITOR = "editor", "Editor"
    ADJUDICATOR = "adjudicator", "Adjudicator"
    MANAGER = "manager", "Manager"


class Membership(models.Model):
    """What one person may do in one collection."""

    Role = MembershipRole

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=MembershipRole)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta:
        ordering = ("collection", "user", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("collection", "user"),
                name="membership_once_per_person",
                violation_error_message="This person is already a member.",
            ),
            one_of("role", MembershipRole, name="membership_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.collection_id}: {self.role}"

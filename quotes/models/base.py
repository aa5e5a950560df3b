"""What every public object has: an id that may be shown, and its times."""

from __future__ import annotations

import uuid

from django.db import models


class PublicRecord(models.Model):
    """A row known to the outside by ``public_id`` only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


def one_of(field: str, choices: type[models.TextChoices], *, name: str) -> models.CheckConstraint:
    """Hold a choice in the database, where a forgotten ``full_clean`` cannot pass it."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": [value for value, _ in choices.choices]}),
        name=name,
        violation_error_message=f"Unknown {field.replace('_', ' ')}.",
    )


def newest_first_index(*columns: str, name: str, condition: models.Q | None = None) -> models.Index:
    """An index that gives a collection's rows with these columns' values newest first.

    Lists are read collection by collection, so that each page costs what the first costs.
    """
    return models.Index(
        models.F("collection"),
        *(models.F(column) for column in columns),
        models.F("published_on").desc(nulls_last=True),
        models.F("id").desc(),
        name=name,
        condition=condition,
    )

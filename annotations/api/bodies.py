"""Bodies of writing requests, read strictly: types as they are, no field that is not known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from rest_framework import serializers

from quotes.api.fields import DATE_FORM, UUID_FORM

LANGUAGE_FORM = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
COUNTRY_FORM = re.compile(r"[A-Z]{2}", re.ASCII)

MOST_NAMED = 100
"""Unknown fields that one answer names."""


class Body(serializers.Serializer[Any]):
    """Refuses fields that it does not have; ``shown`` are those that answers have."""

    shown: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(
                {"non_field_errors": ["An object is expected."]}, code="not-an-object"
            )
        unknown = (name for name in data if name not in self.fields)
        if refused := {name: [self._refusal(name)] for name in islice(unknown, MOST_NAMED)}:
            raise serializers.ValidationError(refused)  # type: ignore[arg-type] # details in lists
        return super().to_internal_value(data)

    def _refusal(self, name: str) -> serializers.ErrorDetail:
        if name in self.shown:
            return serializers.ErrorDetail("This field cannot be set.", code="read-only-field")
        return serializers.ErrorDetail("There is no such field here.", code="unknown-field")


class Text(serializers.CharField):
    """A string as it is: not trimmed, and never made out of a number."""

    def __init__(self, *, form: re.Pattern[str] | None = None, **options: Any) -> None:
        self.form = form
        options.setdefault("trim_whitespace", False)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        value: str = super().to_internal_value(data)
        if self.form is not None and value and not self.form.fullmatch(value):
            self.fail("invalid")
        return value


def _optional(limit: int, text: str, form: re.Pattern[str] | None = None) -> Text:
    return Text(
        required=False, allow_blank=True, default="", max_length=limit, help_text=text, form=form
    )


class ArticleBody(Body):
    """One article to import. Only ``text`` is required."""

    collection = Text(
        required=False,
        form=UUID_FORM,
        help_text="Id of the collection; may be left out by who can import into one only.",
    )
    text = Text(help_text="Kept as it is, but for CRLF, which becomes LF, and a leading BOM.")
    headline = _optional(500, "Read from the text's first line where it is left out.")
    byline = _optional(500, "As printed.")
    outlet = _optional(200, "Who published it.")
    published_on = _optional(10, "As in `2031-05-04`.", DATE_FORM)
    url = _optional(2000, "Where it was published: http or https.")
    language = _optional(35, "BCP 47; `en` where it is left out.", LANGUAGE_FORM)
    country = _optional(2, "ISO 3166 alpha-2 of the outlet.", COUNTRY_FORM)
    external_id = _optional(
        200, "Your own id of the story; a changed text that has it is a new version."
    )

    shown = frozenset(
        {
            "id",
            "sha256",
            "length",
            "encoding",
            "is_latest",
            "previous",
            "imported_by",
            "version",
            "created_at",
            "updated_at",
            "skipped",
            "status",
            "origin",
            "decided_by",
        }
    )

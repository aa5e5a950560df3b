"""Query parameters read strictly: one spelling for each value, in ASCII.

Python and Django read Arabic digits, braces around a UUID and five forms of a date; the database
then overflows, or two clients mean different things by one address.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema_field

UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
DATE_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
TIME_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
SHARE_FORM = re.compile(r"0(\.[0-9]{1,6})?|1(\.0{1,6})?|\.[0-9]{1,6}", re.ASCII)
WIKIDATA_FORM = re.compile(r"Q[1-9][0-9]{0,18}", re.ASCII)


MAX_LENGTH = 300


class StrictField(forms.Field, ABC):
    """A parameter that is present and empty is wrong, not absent."""

    message = "This value cannot be read."
    widget = forms.TextInput

    def clean(self, value: Any) -> Any:
        if value is None:
            return None
        if "\x00" in value:
            raise ValidationError("There is a NUL character in it.", code="invalid")
        return self.read(value)

    @abstractmethod
    def read(self, text: str) -> Any:
        """The value that the text stands for."""

    def refuse(self) -> ValidationError:
        return ValidationError(self.message, code="invalid")


class UUIDField(StrictField):
    message = "An id is a UUID, as in 0b7a3a6e-6b0e-4c58-9f0e-3d6f3c1f8a51."

    def read(self, text: str) -> uuid.UUID:
        if not UUID_FORM.fullmatch(text):
            raise self.refuse()
        return uuid.UUID(text)


class DateField(StrictField):
    message = "A date is written 2031-05-04."

    def read(self, text: str) -> dt.date:
        if not DATE_FORM.fullmatch(text):
            raise self.refuse()
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise self.refuse() from None


class TimeField(StrictField):
    message = "A time has a date and a zone: 2031-05-04T08:30:00Z."

    def read(self, text: str) -> dt.datetime:
        # A bare plus sign in a query is a blank: forgive the one mistake that everybody makes.
        text = text.replace(" ", "+")
        if not TIME_FORM.fullmatch(text):
            raise self.refuse()
        try:
            return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise self.refuse() from None


class FlagField(StrictField):
    message = "true or false."

    def read(self, text: str) -> bool:
        if text not in {"true", "false"}:
            raise self.refuse()
        return text == "true"


class ShareField(StrictField):
    message = "A number from 0 to 1, as in 0.85."

    def read(self, text: str) -> Decimal:
        if not SHARE_FORM.fullmatch(text):
            raise self.refuse()
        return Decimal(text)


class WikidataField(StrictField):
    message = "A Wikidata id looks like Q42."

    def read(self, text: str) -> str:
        if not WIKIDATA_FORM.fullmatch(text):
            raise self.refuse()
        return text


class TextField(StrictField):
    """Some words: up to ``max_length`` of them, not only white space."""

    def __init__(self, *, max_length: int = MAX_LENGTH, **kwargs: Any) -> None:
        self.max_length = max_length
        super().__init__(**kwargs)

    def read(self, text: str) -> str:
        if not text.strip() or len(text) > self.max_length:
            raise ValidationError(f"From 1 to {self.max_length} characters.", code="invalid")
        return text


class ChoiceField(StrictField):
    def __init__(self, *, choices: Any, **kwargs: Any) -> None:
        self.choices = list(choices)
        super().__init__(**kwargs)

    def read(self, text: str) -> str:
        names = [value for value, _ in self.choices]
        if text not in names:
            raise ValidationError(f"One of: {', '.join(names)}.", code="invalid")
        return text


def _describe(field: django_filters.Filter, schema: dict[str, Any]) -> None:
    """Tell the OpenAPI document more of a parameter than its type."""
    extend_schema_field({**schema, "description": field.extra.get("help_text", "")})(field)


class UUIDFilter(django_filters.UUIDFilter):
    field_class = UUIDField


class DateFilter(django_filters.DateFilter):
    field_class = DateField


class TimeFilter(django_filters.IsoDateTimeFilter):
    field_class = TimeField


class FlagFilter(django_filters.BooleanFilter):
    field_class = FlagField


class ShareFilter(django_filters.NumberFilter):
    field_class = ShareField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _describe(self, {"type": "number", "minimum": 0, "maximum": 1})

    def get_max_validator(self) -> None:
        return None


class WikidataFilter(django_filters.CharFilter):
    field_class = WikidataField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _describe(self, {"type": "string", "pattern": f"^{WIKIDATA_FORM.pattern}$"})


class TextFilter(django_filters.CharFilter):
    field_class = TextField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        longest = options.get("max_length", MAX_LENGTH)
        _describe(self, {"type": "string", "minLength": 1, "maxLength": longest})


class ChoiceFilter(django_filters.ChoiceFilter):
    field_class = ChoiceField

"""The shape of what pages send: types, lengths, existence. Rules are the operations' business."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict

from annotations.refusals import Invalid

LARGEST = 2**31 - 1


class ExactWords(forms.CharField):
    """Words as they stand in an article: never trimmed. Browsers post line ends as CRLF."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, max_length=100_000, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class TickedIds(forms.TypedMultipleChoiceField):
    """Ticked boxes, each a public id; whether they exist is the operation's to say."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, coerce=uuid.UUID, **options)

    def valid_value(self, value: Any) -> bool:
        try:
            uuid.UUID(str(value))
        except ValueError:
            return False
        return True


class ManyWords(forms.MultipleChoiceField):
    """Ticked boxes, each a stretch of text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def valid_value(self, value: Any) -> bool:
        return len(str(value)) <= 300


class ManyIds(forms.CharField):
    """Ids with spaces between; None where the field was not sent at all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=4000, required=False, empty_value=None, **options)

    def to_python(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            return [uuid.UUID(word) for word in str(value).split()]
        except ValueError as error:
            raise forms.ValidationError("Choose quotes of this article.") from error


class ActionForm(forms.Form):
    """What every decision carries: the version that was on the screen."""

    version = forms.IntegerField(min_value=1, max_value=LARGEST)


def checked(form: forms.Form) -> dict[str, Any]:
    """The form's values, or a refusal that says what is wrong with them."""
    if form.is_valid():
        return form.cleaned_data
    field, messages = next(iter(form.errors.items()))
    label = "" if field == "__all__" else f"{form.fields[field].label or field}: "
    raise Invalid(f"{label}{messages[0]}", field="" if field == "__all__" else field)


def lenient(form: forms.Form) -> dict[str, Any]:
    """The values that are usable; filters in an address never refuse a page."""
    form.is_valid()
    return {name: form.cleaned_data.get(name) or "" for name in form.fields}


def without_page(query: QueryDict) -> str:
    """The address's filters, for links to other pages of the same list."""
    kept = query.copy()
    kept.pop("page", None)
    return kept.urlencode()

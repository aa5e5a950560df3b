"""The filters of lists, pictures and the review queue, as they stand in an address."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from annotations.forms.base import LARGEST, ExactWords
from quotes.models import Speaker


class ArticleFilterForm(forms.Form):
    """The filters of the article list, as they stand in its address."""

    q = forms.CharField(max_length=300, required=False)
    state = forms.ChoiceField(
        choices=[("todo", "To do"), ("done", "Finished"), ("corrections", "With corrections")],
        required=False,
    )
    outlet = forms.CharField(max_length=200, required=False)
    published_after = forms.DateField(required=False)
    published_before = forms.DateField(required=False)


class CorrectionFilterForm(forms.Form):
    state = forms.ChoiceField(
        choices=[("todo", "Undecided"), ("confirmed", "Confirmed"), ("rejected", "Rejected")],
        required=False,
    )
    speaker = forms.UUIDField(required=False)
    corrector = forms.UUIDField(required=False)
    corrected = forms.UUIDField(required=False)
    article = forms.UUIDField(required=False)
    kind = forms.CharField(max_length=20, required=False)


class PictureForm(forms.Form):
    """What a picture of corrections is drawn of."""

    article = forms.UUIDField(required=False)
    speaker = forms.UUIDField(required=False)
    collection = forms.UUIDField(required=False)
    outlet = forms.CharField(max_length=200, required=False)
    published_after = forms.DateField(required=False)
    published_before = forms.DateField(required=False)
    state = forms.ChoiceField(choices=[("confirmed", "Confirmed")], required=False)


class SearchForm(forms.Form):
    q = forms.CharField(max_length=300, required=False)


class SpeakerFilterForm(SearchForm):
    """Without a kind the list shows those who have a name of their own."""

    EVERYBODY = "everybody"
    kind = forms.ChoiceField(
        choices=(*Speaker.Kind.choices, (EVERYBODY, "Everybody")), required=False
    )


class ReviewForm(forms.Form):
    """The order of the review queue, and whose quotes."""

    order = forms.CharField(max_length=20, required=False)
    speaker = forms.UUIDField(required=False)
    focus = forms.UUIDField(required=False)


class AlikeForm(forms.Form):
    """What makes cases alike: the source as written, the speaker, the outlet."""

    source = ExactWords()
    speaker = forms.UUIDField()
    outlet = forms.CharField(max_length=200, required=False)


class VersionsField(forms.MultipleChoiceField):
    """Ticked quotes, each as ``<id>.<version>``: what was on the screen."""

    def valid_value(self, value: Any) -> bool:
        public_id, _, version = str(value).rpartition(".")
        try:
            uuid.UUID(public_id)
        except ValueError:
            return False
        return version.isascii() and version.isdigit() and 0 < int(version) <= LARGEST

    def clean(self, value: Any) -> Any:
        pairs = (chosen.rpartition(".") for chosen in super().clean(value))
        return {uuid.UUID(public_id): int(version) for public_id, _, version in pairs}


class TogetherForm(forms.Form):
    quotes = VersionsField(error_messages={"required": "Tick at least one quote."})

"""What is sent about a quote."""

from __future__ import annotations

from typing import Any

from django import forms

from annotations.forms.base import LARGEST, ActionForm, ExactWords
from quotes.models import Quote, QuoteSpan


class OtherQuoteForm(forms.Form):
    quote = forms.UUIDField()


class PlacedQuoteForm(ActionForm):
    """A quote that is put into a group, or taken out of it."""

    quote = forms.UUIDField()


class SpeakerForm(ActionForm):
    """An existing speaker, or the name of a new one."""

    speaker = forms.UUIDField(required=False)
    new_speaker = forms.CharField(max_length=300, required=False)
    was = forms.CharField(max_length=40, required=False)
    """Who stood on the card: only colours depend on it."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("speaker") and not data.get("new_speaker"):
            raise forms.ValidationError("Choose a speaker, or write a name.")
        return data


class KindForm(ActionForm):
    kind = forms.ChoiceField(choices=Quote.Kind.choices)


class FlagForm(ActionForm):
    flagged = forms.TypedChoiceField(
        choices=[("on", "On"), ("off", "Off")], coerce=lambda value: value == "on"
    )


class NoteForm(ActionForm):
    note = forms.CharField(max_length=5000, required=False)


class PlaceForm(forms.Form):
    """Words of the article; ``start`` and ``end`` where the browser knows them."""

    exact = ExactWords()
    start = forms.IntegerField(min_value=0, max_value=LARGEST, required=False)
    end = forms.IntegerField(min_value=1, max_value=LARGEST, required=False)


class SpanForm(PlaceForm, ActionForm):
    """``ordinal`` names the part of the content that is replaced; without it, all of them."""

    role = forms.ChoiceField(choices=[*QuoteSpan.Role.choices, ("part", "A further part")])
    ordinal = forms.IntegerField(min_value=0, max_value=99, required=False)


class CutForm(PlaceForm, ActionForm):
    """The words with which the second of the two quotes begins."""


class JoinForm(ActionForm):
    """The quote that follows, as it was on the screen."""

    next = forms.UUIDField()
    next_version = forms.IntegerField(min_value=1, max_value=LARGEST)

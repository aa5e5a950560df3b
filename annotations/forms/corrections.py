"""What is sent about a correction."""

from __future__ import annotations

from typing import Any

from django import forms

from annotations.forms.base import LARGEST, ActionForm, ExactWords, ManyIds
from quotes.models import Correction, CorrectionQuote


class CorrectionKindForm(ActionForm):
    kind = forms.ChoiceField(choices=Correction.Kind.choices)


class CorrectionQuotesForm(ActionForm):
    """What the sides are after the change; a side that is not sent stays as it is."""

    corrected = ManyIds()
    correcting = ManyIds()


class CorrectionPersonForm(ActionForm):
    """Somebody known, the name of somebody new, or nobody named, on one side."""

    side = forms.ChoiceField(choices=CorrectionQuote.Side.choices)
    speaker = forms.UUIDField(required=False)
    new_speaker = forms.CharField(max_length=300, required=False)
    nobody = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(name) for name in ("speaker", "new_speaker", "nobody")):
            raise forms.ValidationError("Choose somebody, or write a name.")
        if data.get("nobody") and data.get("side") == CorrectionQuote.Side.CORRECTING:
            raise forms.ValidationError("Somebody must correct: choose who.")
        return data


class CorrectionPointForm(ActionForm):
    """Another correction, and what it has to do with this one; none takes it back."""

    other = forms.UUIDField(required=False)
    relation = forms.ChoiceField(choices=[("retells", "Retells"), ("same_point", "Same point")])


class CorrectionAddForm(forms.Form):
    """A sentence, or a quote that is the claim or the retort; the rest is guessed."""

    side = forms.ChoiceField(choices=CorrectionQuote.Side.choices, required=False)
    quote = forms.UUIDField(required=False)
    exact = ExactWords(required=False)
    start = forms.IntegerField(min_value=0, max_value=LARGEST, required=False)
    end = forms.IntegerField(min_value=1, max_value=LARGEST, required=False)

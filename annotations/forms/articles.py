"""What is sent about an article: what its page shows, what is left out, what moves."""

from __future__ import annotations

import uuid

from django import forms

from annotations.forms.base import LARGEST, ActionForm, ExactWords
from annotations.outline import SHOW


class LeftOutForm(ActionForm):
    """A stretch of an article's text that is left out, in code points."""

    start = forms.IntegerField(min_value=0, max_value=LARGEST)
    end = forms.IntegerField(min_value=1, max_value=LARGEST)


class PlacementForm(ActionForm):
    """Where a decision stands in a changed story; without words, at the place offered."""

    exact = ExactWords(required=False)
    start = forms.IntegerField(min_value=0, max_value=LARGEST, required=False)
    end = forms.IntegerField(min_value=1, max_value=LARGEST, required=False)


class QuestionForm(forms.Form):
    at = forms.UUIDField(required=False)
    whole = forms.BooleanField(required=False)


class UndoForm(forms.Form):
    """``before`` names the batch that somebody changed since: the one before it is meant."""

    article = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)


class PulseForm(forms.Form):
    since = forms.IntegerField(min_value=0, required=False)


class ChunkForm(forms.Form):
    """The stretch of a long article that begins with a paragraph; ``go`` focuses a card in it."""

    first = forms.IntegerField(min_value=0, max_value=LARGEST, required=False)
    show = forms.ChoiceField(choices=list(SHOW.items()), required=False)
    go = forms.BooleanField(required=False)


class SureForm(forms.Form):
    """How sure the engine must be of what is accepted at once, among what the margin shows."""

    over = forms.FloatField(min_value=0, max_value=1, required=False)
    show = forms.ChoiceField(choices=list(SHOW.items()), required=False)


class VersionsForm(forms.Form):
    """Quotes with the versions that were shown: ``id:version id:version``."""

    quotes = forms.CharField(max_length=200_000)

    def clean_quotes(self) -> dict[uuid.UUID, int]:
        pairs = [word.partition(":") for word in self.cleaned_data["quotes"].split()]
        try:
            return {uuid.UUID(name): int(version) for name, _, version in pairs}
        except ValueError as error:
            raise forms.ValidationError("Choose quotes of this article.") from error


class DeskForm(forms.Form):
    """What an article's margin shows, and which card is in focus."""

    show = forms.ChoiceField(choices=list(SHOW.items()), required=False)
    focus = forms.UUIDField(required=False)
    at = forms.IntegerField(min_value=0, max_value=LARGEST, required=False)

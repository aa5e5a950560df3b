"""Articles handed out, coders' answers and what is settled."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from annotations.forms.base import ActionForm
from annotations.models import Purpose


class AssignForm(forms.Form):
    """Who is asked to do what, and with how many articles drawn at random, or which one."""

    purpose = forms.ChoiceField(choices=Purpose.choices)
    people = forms.TypedMultipleChoiceField(coerce=int)
    sample = forms.IntegerField(min_value=1, max_value=1000, required=False)
    article = forms.UUIDField(required=False)
    due = forms.DateField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        given = self.data.getlist("people") if isinstance(self.data, QueryDict) else []
        self.fields["people"].choices = [(n, n) for n in given if n.isdecimal() and len(n) < 10]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """A coder's or an adjudicator's answer on a quote or a correction.

    Ids for those who are named, or a name to look up; neither says that nobody is named.
    """

    is_there = forms.TypedChoiceField(
        choices=[("1", "Yes"), ("0", "No")], coerce=lambda value: value == "1"
    )
    kind = forms.CharField(max_length=20, required=False)
    speaker = forms.UUIDField(required=False)
    name = forms.CharField(max_length=300, required=False)
    corrector = forms.UUIDField(required=False)
    corrected = forms.UUIDField(required=False)


class SettleForm(AnswerForm, ActionForm):
    """An adjudicator's answer, with the version that was on the screen."""

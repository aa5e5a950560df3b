"""What is sent about a speaker."""

from __future__ import annotations

from django import forms

from annotations.forms.base import ActionForm, ManyWords, TickedIds


class MergeForm(ActionForm):
    """Who the speaker becomes."""

    into = forms.UUIDField()


class MergeSearchForm(forms.Form):
    q = forms.CharField(max_length=300, required=False)
    into = forms.UUIDField(required=False)


class SplitForm(ActionForm):
    """Who else speaks, in which articles, and under which of the names."""

    name = forms.CharField(max_length=300)
    articles = TickedIds()
    names = ManyWords()


class WithdrawForm(ActionForm):
    """Why something is withdrawn; managers read it, nobody else does."""

    reason = forms.CharField(max_length=2000)

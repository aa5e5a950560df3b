"""Accounts, members, tokens and webhooks."""

from __future__ import annotations

from django import forms

from annotations.forms.base import ActionForm
from annotations.models import ApiToken, ObjectKind
from quotes.models.collection import MembershipRole

TOKEN_DAYS = (
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "One year"),
    ("0", "Until it is revoked"),
)


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100)
    scopes = forms.MultipleChoiceField(choices=ApiToken.Scope.choices)
    days = forms.TypedChoiceField(choices=TOKEN_DAYS, coerce=int, required=False, initial="365")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=MembershipRole.choices)


class InviteForm(RoleForm):
    note = forms.CharField(max_length=200, required=False)


class ActiveForm(forms.Form):
    active = forms.ChoiceField(choices=[("0", "Shut out"), ("1", "Let in")])


class NewPersonForm(forms.Form):
    """An account made with an invitation."""

    username = forms.CharField(max_length=150)
    email = forms.EmailField(max_length=254, required=False)
    password = forms.CharField(max_length=200, strip=False)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=[("system", "System"), ("light", "Light"), ("dark", "Dark")])


class KeysForm(forms.Form):
    keys = forms.ChoiceField(choices=[("on", "On"), ("off", "Off")])


class TourForm(forms.Form):
    tour = forms.ChoiceField(choices=[("on", "On"), ("off", "Off")])


class WebhookForm(forms.Form):
    collection = forms.UUIDField()
    name = forms.CharField(max_length=100)
    address = forms.CharField(max_length=2000)
    events = forms.MultipleChoiceField(choices=ObjectKind.choices)


class WebhookActiveForm(ActionForm):
    active = forms.ChoiceField(choices=[("0", "Off"), ("1", "On")])

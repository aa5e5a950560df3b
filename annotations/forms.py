"""The shape of what pages send: types, lengths, existence. Rules are the operations' business."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict

from annotations.models import ApiToken, ObjectKind, Purpose
from annotations.outline import SHOW
from annotations.refusals import Invalid
from quotes.importing import MAX_ARCHIVE_BYTES
from quotes.models import Collection, Correction, CorrectionQuote, Quote, QuoteSpan, Speaker
from quotes.models.collection import MembershipRole

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


class ActionForm(forms.Form):
    """What every decision carries: the version that was on the screen."""

    version = forms.IntegerField(min_value=1, max_value=LARGEST)


class LeftOutForm(ActionForm):
    """A stretch of an article's text that is left out, in code points."""

    start = forms.IntegerField(min_value=0, max_value=LARGEST)
    end = forms.IntegerField(min_value=1, max_value=LARGEST)


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


class WithdrawForm(ActionForm):
    """Why something is withdrawn; managers read it, nobody else does."""

    reason = forms.CharField(max_length=2000)


class NoteForm(ActionForm):
    note = forms.CharField(max_length=5000, required=False)


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


class PlaceForm(forms.Form):
    """Words of the article; ``start`` and ``end`` where the browser knows them."""

    exact = ExactWords()
    start = forms.IntegerField(min_value=0, max_value=LARGEST, required=False)
    end = forms.IntegerField(min_value=1, max_value=LARGEST, required=False)


class PlacementForm(ActionForm):
    """Where a decision stands in a changed story; without words, at the place offered."""

    exact = ExactWords(required=False)
    start = forms.IntegerField(min_value=0, max_value=LARGEST, required=False)
    end = forms.IntegerField(min_value=1, max_value=LARGEST, required=False)


class QuestionForm(forms.Form):
    at = forms.UUIDField(required=False)
    whole = forms.BooleanField(required=False)


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


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files; each is read, and refused, on its own."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not given:
            raise forms.ValidationError("Choose at least one file.")
        return list(given)


class IntakeForm(forms.Form):
    """Where imported articles go."""

    collection = forms.ModelChoiceField(Collection.objects.none(), to_field_name="public_id")

    def __init__(self, *args: Any, collections: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["collection"].queryset = collections  # type: ignore[attr-defined]
        self.fields["collection"].empty_label = None  # type: ignore[attr-defined]


class PasteForm(IntakeForm):
    """Facts are read as strings: the reader says in a sentence what is wrong with them."""

    text = ExactWords()
    headline = forms.CharField(max_length=500, required=False)
    byline = forms.CharField(max_length=500, required=False)
    outlet = forms.CharField(max_length=200, required=False)
    published_on = forms.CharField(max_length=40, required=False)
    url = forms.CharField(max_length=2000, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].max_length = None  # type: ignore[attr-defined]
        self.fields["text"].validators = []


class FilesForm(IntakeForm):
    uploads = ManyFilesField()


class TriedFilesForm(FilesForm):
    """Files that are taken in, or only tried."""

    dry_run = forms.BooleanField(required=False)

    def clean_uploads(self) -> list[Any]:
        uploads: list[Any] = self.cleaned_data["uploads"]
        if sum(upload.size for upload in uploads) > MAX_ARCHIVE_BYTES:
            raise forms.ValidationError(
                f"More than {MAX_ARCHIVE_BYTES // 2**20} MB: bring it in by command "
                "(manage.py import_record)."
            )
        return uploads


class AddressForm(IntakeForm):
    address = forms.CharField(max_length=2000)


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


class WebhookForm(forms.Form):
    collection = forms.UUIDField()
    name = forms.CharField(max_length=100)
    address = forms.CharField(max_length=2000)
    events = forms.MultipleChoiceField(choices=ObjectKind.choices)


class WebhookActiveForm(ActionForm):
    active = forms.ChoiceField(choices=[("0", "Off"), ("1", "On")])


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

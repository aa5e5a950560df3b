"""What comes in: by paste, by file, by address."""

from __future__ import annotations

from typing import Any

from django import forms

from annotations.forms.base import ExactWords
from quotes.importing import MAX_ARCHIVE_BYTES
from quotes.models import Collection


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

"""The custom attributes that the components read and write on a ``Doc``."""

from __future__ import annotations

from spacy.tokens import Doc

_DEFAULTS = {
    "document": None,
    "config": None,
    "skipped": (),
    "tagged": (),
    "marks": None,
    "frames": None,
    "cast": None,
    "findings": None,
    "events": None,
}


def register() -> None:
    """Make the attributes known to spaCy; a second call changes nothing."""
    for name, default in _DEFAULTS.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)

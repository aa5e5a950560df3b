"""What a value of JSON may be: checks of single values, put together to lists and objects.

``object_of`` makes one of a table of keys. A value that is wrong is told by its place.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import orjson
from msgspec import Meta

from quotes.importing.items import MAX_CHARACTERS

YEAR_MONTH_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CANONICAL_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:+ -]*")

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """What a value may be. ``stored`` gives it as it will be stored, or raises ``Wrong``. ``plain``
    is the type of those that are stored as they stand: what we wrote ourselves is held to it whole,
    in a tenth of the time.
    """

    stored: Callable[[Any], Any]
    plain: Any


class Wrong(ValueError):
    """What a value must be. Each part around it puts its own name in front of ``place``."""

    def __init__(self, must: str, place: str = "") -> None:
        super().__init__(must)
        self.must, self.place = must, place

    def inside(self, place: str) -> Wrong:
        return Wrong(self.must, place + self.place)


def text_of(most: int = MAX_CHARACTERS, *, empty: bool = True) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("must be text.")
        if len(value) > most or (not empty and not value):
            raise Wrong(f"must have from {0 if empty else 1} to {most:,} characters.")
        if "\0" in value or not (value.isascii() or UNSTORABLE.search(value) is None):
            raise Wrong("holds a character that cannot be stored.")
        return value

    return Check(check, Annotated[str, Meta(min_length=0 if empty else 1, max_length=most)])


def code_of(most: int) -> Check:
    """A word of ours, which tables give without the guard against formulas."""
    text = text_of(most)
    pattern = rf"\A(?:{CODE.pattern})?\Z"

    def check(value: Any) -> str:
        found: str = text.stored(value)
        if found and not CODE.fullmatch(found):
            raise Wrong("must be a code: letters, digits and _ . / : + - behind the first of them.")
        return found

    return Check(check, Annotated[str, Meta(max_length=most, pattern=pattern)])


def _whole_number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**31:  # true is an int to isinstance
        raise Wrong("must be a whole number from 0.")
    return value


NUMBER = Check(_whole_number, Annotated[int, Meta(ge=0, lt=2**31)])


def _probability(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise Wrong("must be a number from 0 to 1.")
    return float(value)


PROBABILITY = Check(_probability, Annotated[float, Meta(ge=0, le=1)])


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("must be true or false.")
    return value


FLAG = Check(_flag, bool)


def _id(value: Any) -> str:
    try:
        return value if CANONICAL_ID.fullmatch(value) else str(uuid.UUID(value))
    except (ValueError, TypeError, AttributeError):
        raise Wrong("must be an id (a UUID).") from None


ID = Check(_id, Annotated[str, Meta(pattern=rf"\A{CANONICAL_ID.pattern}\Z")])


def _day(value: Any) -> str:
    try:
        if isinstance(value, str) and YEAR_MONTH_DAY.fullmatch(value):
            dt.date.fromisoformat(value)
            return value
    except ValueError:
        pass
    raise Wrong("must be a day like 2031-05-04.")


DAY = Check(_day, dt.date)


def _time(value: Any) -> str:
    try:
        found = dt.datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return found.isoformat()
    except (ValueError, TypeError):
        pass
    raise Wrong("must be a time like 2031-05-04T09:12:33Z.")


TIME = Check(_time, Annotated[dt.datetime, Meta(tz=True)])


def one_of(*values: str) -> Check:
    known = frozenset(values)

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise Wrong(f"must be one of: {', '.join(values)}.")
        return value

    return Check(check, Literal[values])


def _json(value: Any) -> Any:
    if value and UNSTORABLE.search(json.dumps(value, ensure_ascii=False)):
        raise Wrong("holds a character that cannot be stored.")
    return value


JSON = Check(_json, Any)


def maybe(check: Check) -> Check:
    return Check(lambda value: None if value is None else check.stored(value), check.plain | None)


def list_of(check: Check) -> Check:
    def checked(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Wrong("must be a list.")
        found: list[Any] = []
        try:
            for part in value:
                found.append(check.stored(part))
        except Wrong as wrong:
            raise wrong.inside(f"[{len(found)}]") from None
        return found

    return Check(checked, list.__class_getitem__(check.plain))


NEEDED = object()
Spec = Mapping[str, tuple[Check, Any]]
"""Key → its check, and its value where it is missing (a function makes one)."""


def object_of(spec: Spec) -> Check:
    def checked(value: Any) -> Fields:
        if not isinstance(value, dict):
            raise Wrong("must be an object.")
        if not value.keys() <= spec.keys():
            key = next(key for key in value if key not in spec)
            raise Wrong(f"has the key “{key[:40]}”, which is not known.")
        found: Fields = {}
        try:
            for key, (check, default) in spec.items():
                if key in value:
                    found[key] = check.stored(value[key])
                elif default is NEEDED:
                    raise Wrong("is missing.")
                else:
                    found[key] = default(value) if callable(default) else default
        except Wrong as wrong:
            raise wrong.inside(f".{key}") from None
        return found

    fields = [(key, check.plain) for key, (check, _) in spec.items()]
    return Check(checked, msgspec.defstruct("Plain", fields, forbid_unknown_fields=True, gc=False))


def is_plain(value: Any, check: Check) -> bool:
    """Has it every key, with nothing to refuse or to say otherwise, as what we wrote ourselves?"""
    try:
        msgspec.convert(value, check.plain)
        return b"\\u0000" not in orjson.dumps(value)  # which refuses halves of surrogate pairs
    except (msgspec.ValidationError, orjson.JSONEncodeError, UnicodeEncodeError):
        return False

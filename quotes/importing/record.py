"""Our own JSONL read back: one article a line with its annotations, each span held to the text.

A line that breaks a rule is refused as a whole, with the place in it and what stands there.
Readers of other formats (``quotes.importing.foreign``) give the same shape.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Annotated, Any, BinaryIO, Literal

import msgspec
import orjson
from msgspec import Meta

from quotes.extraction.text import normalise_quote
from quotes.importing.addresses import checked_url
from quotes.importing.items import MAX_CHARACTERS, ReadFailure, RefusedInput
from quotes.importing.tables import checked_codes
from quotes.importing.text import MAX_LABEL, stored_label
from quotes.normal_form import words_hash

FORMAT = 1
MAX_LINE_BYTES = 20 * 1024 * 1024
YEAR_MONTH_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CANONICAL_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SAME_DIGITS = bytes.maketrans(b"123456789", b"000000000")
PAST_64_BITS = b"0" * 19
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:+ -]*")
ROLES = frozenset({"content", "source", "cue"})
STATUSES = frozenset({"suggested", "confirmed", "rejected"})
ORIGINS = frozenset({"machine", "person", "import"})

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One article with its annotations, checked. ``data`` has every key of the format; ids and
    days are text in PostgreSQL's own form.
    """

    name: str
    data: Fields

    def __reduce__(self) -> tuple[Callable[..., RecordLine], tuple[str, Any]]:
        """Go to another process as JSON: that takes a fifth of the time of pickling the values."""
        try:
            return _unpacked, (self.name, orjson.dumps(self.data))
        except orjson.JSONEncodeError:  # a number past 64 bits
            return RecordLine, (self.name, self.data)


def _unpacked(name: str, data: bytes) -> RecordLine:
    return RecordLine(name, orjson.loads(data))


def read_record(
    name: str, file: BinaryIO, read_line: Callable[[Fields], Fields] | None = None
) -> Iterator[RecordLine | ReadFailure]:
    """Read a file line by line; a line over the limit is passed over, never held."""
    read_line = read_line or checked_line
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        label = f"{name}, line {number:,}"
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
            limit = MAX_LINE_BYTES // 2**20
            yield ReadFailure(label, f"The line has more than {limit} MB.")
            continue
        if not line.strip(b" \t\r\n\xef\xbb\xbf"):
            continue
        try:
            yield RecordLine(label, read_line(_parsed(line)))
        except RefusedInput as refusal:
            yield ReadFailure(label, str(refusal))


def _parsed(line: bytes) -> Fields:
    line = line.removeprefix(b"\xef\xbb\xbf")
    try:
        # orjson takes half the time, but rounds whole numbers past 64 bits.
        exact = PAST_64_BITS not in line.translate(SAME_DIGITS)
        data = orjson.loads(line) if exact else _parsed_in_full(line)
    except orjson.JSONDecodeError:
        data = _parsed_in_full(line)
    if not isinstance(data, dict):
        raise RefusedInput("Each line must be one JSON object.")
    return data


def _parsed_in_full(line: bytes) -> Any:
    """Read numbers past 64 bits as they stand; say what is wrong with what is no JSON."""
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refused_constant)
    except UnicodeDecodeError as error:
        raise RefusedInput(f"Not valid UTF-8 at byte {error.start:,} of the line.") from error
    except json.JSONDecodeError as error:
        raise RefusedInput(f"Not valid JSON at character {error.pos:,}: {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise RefusedInput("Not JSON that can be read: it is nested or long past use.") from error


def _refused_constant(name: str) -> None:
    raise RefusedInput(f"Not valid JSON: {name} is no number there.")


# --- What each key may hold: a function gives the value, or says what is wrong with it -----------


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


def _text(most: int = MAX_CHARACTERS, *, empty: bool = True) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong("must be text.")
        if len(value) > most or (not empty and not value):
            raise Wrong(f"must have from {0 if empty else 1} to {most:,} characters.")
        if "\0" in value or not (value.isascii() or UNSTORABLE.search(value) is None):
            raise Wrong("holds a character that cannot be stored.")
        return value

    return Check(check, Annotated[str, Meta(min_length=0 if empty else 1, max_length=most)])


def _code(most: int) -> Check:
    """A word of ours, which tables give without the guard against formulas."""
    text = _text(most)
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


def _one_of(*values: str) -> Check:
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


def _maybe(check: Check) -> Check:
    return Check(lambda value: None if value is None else check.stored(value), check.plain | None)


def _several(check: Check) -> Check:
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


def _new_id(_: Fields) -> str:
    return str(uuid.uuid4())


NEEDED = object()
Spec = Mapping[str, tuple[Check, Any]]
"""Key → its check, and its value where it is missing (a function makes one)."""


def _object(spec: Spec) -> Check:
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


DECISION: Spec = {
    "status": (_one_of(*sorted(STATUSES)), "suggested"),
    "origin": (_one_of(*sorted(ORIGINS)), "import"),
    "touched": (FLAG, lambda row: row.get("status", "suggested") != "suggested"),
    "confidence": (_maybe(PROBABILITY), None),
    "rule": (_text(80), ""),
    "reason": (_text(500), ""),
    "suggestion": (JSON, None),
    "changed_fields": (_several(_code(30)), list),
    "note": (_text(5000), ""),
    "flagged": (FLAG, False),
    "run": (_maybe(ID), None),
    "decided_by": (_maybe(_code(60)), None),
    "decided_at": (_maybe(TIME), None),
    "version": (NUMBER, 1),
}
DECISION = {
    key: (check, (lambda _: []) if default is list else default)
    for key, (check, default) in DECISION.items()
}
NAME = _object(
    {
        "text": (_text(300, empty=False), NEEDED),
        "kind": (_one_of("name", "short_name", "honorific", "title", "nickname"), "name"),
        "valid_from": (_maybe(DAY), None),
        "valid_to": (_maybe(DAY), None),
        "place": (_text(200), ""),
        "origin": (_one_of(*sorted(ORIGINS)), "import"),
    }
)
SPEAKER = _object(
    {
        "id": (ID, _new_id),
        "kind": (_one_of("person", "organisation", "group", "unnamed"), "person"),
        "name": (_text(300, empty=False), NEEDED),
        "description": (_text(500), ""),
        "wikidata_id": (_maybe(_text(20)), None),
        "origin": (_one_of(*sorted(ORIGINS)), "import"),
        "version": (NUMBER, 1),
        "names": (_several(NAME), lambda _: []),
    }
)
RUN = _object(
    {
        "id": (ID, NEEDED),
        "state": (_one_of("done", "failed", "timed_out", "cancelled"), "done"),
        "engine_version": (_code(60), ""),
        "model": (_text(120), ""),
        "config": (JSON, lambda _: {}),
        "config_hash": (_text(64), ""),
        "n_quotes": (NUMBER, 0),
        "n_corrections": (NUMBER, 0),
        "milliseconds": (_maybe(NUMBER), None),
        "note": (_text(), ""),
        "error": (_text(), ""),
        "started_at": (_maybe(TIME), None),
        "finished_at": (_maybe(TIME), None),
    }
)
PART = _object(
    {
        "role": (_one_of(*sorted(ROLES)), NEEDED),
        "ordinal": (NUMBER, 0),
        "start": (NUMBER, NEEDED),
        "end": (NUMBER, NEEDED),
        "exact": (_text(), NEEDED),
    }
)
CANDIDATE = _object(
    {
        "speaker": (ID, NEEDED),
        "rank": (NUMBER, NEEDED),
        "probability": (PROBABILITY, NEEDED),
        "reason": (_text(500), ""),
    }
)
QUOTE = _object(
    {
        "id": (ID, _new_id),
        "kind": (_one_of("direct", "mixed", "indirect"), NEEDED),
        "act": (_one_of("statement", "question", "attitude"), "statement"),
        "speaker": (_maybe(ID), None),
        "addressee": (_maybe(ID), None),
        "parent": (_maybe(ID), None),
        "cue_lemma": (_text(80), ""),
        **DECISION,
        "parts": (_several(PART), NEEDED),
        "candidates": (_several(CANDIDATE), lambda _: []),
    }
)
LINK = _object({"side": (_one_of("corrected", "correcting"), NEEDED), "quote": (ID, NEEDED)})
CORRECTION = _object(
    {
        "id": (ID, _new_id),
        "kind": (_one_of("denial", "contradiction", "self_correction"), NEEDED),
        "explicitness": (_one_of("verb", "juxtaposed", "implied"), "verb"),
        "start": (NUMBER, NEEDED),
        "end": (NUMBER, NEEDED),
        "exact": (_text(), NEEDED),
        "cue_start": (_maybe(NUMBER), None),
        "cue_end": (_maybe(NUMBER), None),
        "cue_text": (_text(300), ""),
        "topic": (_text(300), ""),
        "occasion": (_text(300), ""),
        "corrector": (_maybe(ID), None),
        "corrected": (_maybe(ID), None),
        "retells": (_maybe(ID), None),
        "same_point_as": (_maybe(ID), None),
        **DECISION,
        "quotes": (_several(LINK), lambda _: []),
    }
)
ARTICLE = _object(
    {
        "on_record": (NUMBER, FORMAT),
        "id": (ID, _new_id),
        "collection": (_text(80), ""),
        **{
            key: (_maybe(_text(most)), "")
            for key, most in MAX_LABEL.items()
            if key != "external_id"
        },
        "external_id": (_maybe(_text(MAX_LABEL["external_id"])), None),
        "published_on": (_maybe(DAY), None),
        "language": (_text(35), "en"),
        "country": (_text(2), ""),
        "encoding": (_code(40), "utf-8"),
        "skipped": (JSON, lambda _: []),
        "skipped_by_hand": (FLAG, False),
        "is_latest": (FLAG, True),
        "previous": (_maybe(ID), None),
        "imported_at": (_maybe(TIME), None),
        "version": (NUMBER, 1),
        "text": (_text(empty=False), NEEDED),
        "text_sha256": (_text(64), ""),
        "speakers": (_several(SPEAKER), lambda _: []),
        "runs": (_several(RUN), lambda _: []),
        "quotes": (_several(QUOTE), lambda _: []),
        "corrections": (_several(CORRECTION), lambda _: []),
    }
)


def checked_line(value: Any) -> Fields:
    """Give a line's values as they will be stored, or refuse it by the place that is wrong."""
    try:
        data: Fields = value if _is_plain(value) else ARTICLE.stored(value)
    except Wrong as wrong:
        raise RefusedInput(f"{wrong.inside('the article').place} {wrong.must}") from None
    if data["on_record"] != FORMAT:
        raise RefusedInput(f"The line is of format {data['on_record']}; known is {FORMAT}.")
    text = data["text"]
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if data["text_sha256"] and data["text_sha256"] != sha256:
        raise RefusedInput("The text is not the one that was exported: its SHA-256 differs.")
    data["text_sha256"] = sha256
    data["url"] = checked_url(stored_label(data["url"] or "", "url"))
    checked_codes(data["language"], data["country"])
    people, runs, quotes, _ = (
        _own_ids(data[key], key) for key in ("speakers", "runs", "quotes", "corrections")
    )
    for number, quote in enumerate(data["quotes"]):
        place = f"quotes[{number}]"
        _check_quote(quote, text, place)
        _check_known(quote, ("speaker", "addressee"), people, place)
        _check_known(quote, ("run",), runs, place)
        _check_known(quote, ("parent",), quotes, place)
        for candidate in quote["candidates"]:
            _check_known(candidate, ("speaker",), people, f"{place}.candidates")
    _check_parents(data["quotes"])
    for number, row in enumerate(data["corrections"]):
        place = f"corrections[{number}]"
        _check_exact(row, text, place)
        _check_known(row, ("corrector", "corrected"), people, place)
        _check_known(row, ("run",), runs, place)
        for link in row["quotes"]:
            _check_known(link, ("quote",), quotes, f"{place}.quotes")
    _check_skipped(data["skipped"], len(text))
    return data


def _is_plain(value: Any) -> bool:
    """Has it every key, with nothing to refuse or to say otherwise, as what we wrote ourselves?"""
    try:
        msgspec.convert(value, ARTICLE.plain)
        return b"\\u0000" not in orjson.dumps(value)  # which refuses halves of surrogate pairs
    except (msgspec.ValidationError, orjson.JSONEncodeError, UnicodeEncodeError):
        return False


def _own_ids(rows: list[Fields], key: str) -> set[str]:
    found = {row["id"] for row in rows}
    if len(found) != len(rows):
        raise RefusedInput(f"Two of the {key} have the same id.")
    return found


def _check_quote(quote: Fields, text: str, place: str) -> None:
    content = [part for part in quote["parts"] if part["role"] == "content"]
    if not content:
        raise RefusedInput(f"{place} has no content part.")
    for part in quote["parts"]:
        _check_exact(part, text, place, part["role"])
    if len(content) > 1:
        content.sort(key=itemgetter("ordinal"))
        for before, after in pairwise(content):
            if before["end"] > after["start"]:
                raise RefusedInput(f"The content parts of {place} overlap or are out of order.")
    quote["start"], quote["end"] = content[0]["start"], content[-1]["end"]
    quote["normal_text"] = normalise_quote("\n".join(part["exact"] for part in content))
    quote["same_words_hash"] = words_hash(quote["normal_text"])


def _check_parents(quotes: list[Fields]) -> None:
    """None is around the one around it. One that its outer quote no longer holds comes back so:
    an editor may have moved that one's boundaries.
    """
    outer_of = {quote["id"]: quote["parent"] for quote in quotes}
    settled: set[str] = set()
    for number, quote in enumerate(quotes):
        way: set[str] = set()
        one = quote["id"]
        while one is not None and one not in settled:
            if one in way:
                raise RefusedInput(f"quotes[{number}].parent leads back to itself.")
            way.add(one)
            one = outer_of[one]
        settled |= way


def _check_exact(span: Fields, text: str, place: str, role: str = "") -> None:
    start, end, exact = span["start"], span["end"], span["exact"]
    there = text[start:end]
    if not start < end <= len(text) or there != exact:
        place += f", {role} {span['ordinal']}" if role else ""
        raise RefusedInput(
            f"{place} at {start:,} to {end:,} should be “{exact[:60]}”, "
            f"but “{there[:60]}” stands there."
        )


def _check_known(row: Fields, keys: tuple[str, ...], known: set[str], place: str) -> None:
    for key in keys:
        if row[key] is not None and row[key] not in known:
            raise RefusedInput(f"{place}.{key} names {row[key]}, which the line does not hold.")


def _check_skipped(ranges: Any, length: int) -> None:
    good = isinstance(ranges, list) and all(
        isinstance(one, list)
        and len(one) == 3
        and all(isinstance(edge, int) for edge in one[:2])
        and 0 <= one[0] < one[1] <= length
        and isinstance(one[2], str)
        for one in ranges
    )
    if not good:
        raise RefusedInput("skipped must be a list of [start, end, reason] inside the text.")

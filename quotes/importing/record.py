"""Our own JSONL read back: one article a line with its annotations, each span held to the text.

A line that breaks a rule is refused as a whole, with the place in it and what stands there.
Readers of other formats (``quotes.importing.foreign``) give the same shape.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Any, BinaryIO

import orjson

from quotes.extraction.text import normalise_quote
from quotes.importing.addresses import checked_url
from quotes.importing.checks import (
    DAY,
    FLAG,
    ID,
    JSON,
    NEEDED,
    NUMBER,
    PROBABILITY,
    TIME,
    Fields,
    Spec,
    Wrong,
    code_of,
    is_plain,
    list_of,
    maybe,
    object_of,
    one_of,
    text_of,
)
from quotes.importing.items import ReadFailure, RefusedInput
from quotes.importing.tables import checked_codes
from quotes.importing.text import MAX_LABEL, stored_label
from quotes.normal_form import words_hash

FORMAT = 1
MAX_LINE_BYTES = 20 * 1024 * 1024
SAME_DIGITS = bytes.maketrans(b"123456789", b"000000000")
PAST_64_BITS = b"0" * 19
ROLES = frozenset({"content", "source", "cue"})
STATUSES = frozenset({"suggested", "confirmed", "rejected"})
ORIGINS = frozenset({"machine", "person", "import"})


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


# --- What each key may hold ----------------------------------------------------------------------

DECISION: Spec = {
    "status": (one_of(*sorted(STATUSES)), "suggested"),
    "origin": (one_of(*sorted(ORIGINS)), "import"),
    "touched": (FLAG, lambda row: row.get("status", "suggested") != "suggested"),
    "confidence": (maybe(PROBABILITY), None),
    "rule": (text_of(80), ""),
    "reason": (text_of(500), ""),
    "suggestion": (JSON, None),
    "changed_fields": (list_of(code_of(30)), list),
    "note": (text_of(5000), ""),
    "flagged": (FLAG, False),
    "run": (maybe(ID), None),
    "decided_by": (maybe(code_of(60)), None),
    "decided_at": (maybe(TIME), None),
    "version": (NUMBER, 1),
}
DECISION = {
    key: (check, (lambda _: []) if default is list else default)
    for key, (check, default) in DECISION.items()
}
NAME = object_of(
    {
        "text": (text_of(300, empty=False), NEEDED),
        "kind": (one_of("name", "short_name", "honorific", "title", "nickname"), "name"),
        "valid_from": (maybe(DAY), None),
        "valid_to": (maybe(DAY), None),
        "place": (text_of(200), ""),
        "origin": (one_of(*sorted(ORIGINS)), "import"),
    }
)


def _new_id(_: Fields) -> str:
    return str(uuid.uuid4())


SPEAKER = object_of(
    {
        "id": (ID, _new_id),
        "kind": (one_of("person", "organisation", "group", "unnamed"), "person"),
        "name": (text_of(300, empty=False), NEEDED),
        "description": (text_of(500), ""),
        "wikidata_id": (maybe(text_of(20)), None),
        "origin": (one_of(*sorted(ORIGINS)), "import"),
        "version": (NUMBER, 1),
        "names": (list_of(NAME), lambda _: []),
    }
)
RUN = object_of(
    {
        "id": (ID, NEEDED),
        "state": (one_of("done", "failed", "timed_out", "cancelled"), "done"),
        "engine_version": (code_of(60), ""),
        "model": (text_of(120), ""),
        "config": (JSON, lambda _: {}),
        "config_hash": (text_of(64), ""),
        "n_quotes": (NUMBER, 0),
        "n_corrections": (NUMBER, 0),
        "milliseconds": (maybe(NUMBER), None),
        "note": (text_of(), ""),
        "error": (text_of(), ""),
        "started_at": (maybe(TIME), None),
        "finished_at": (maybe(TIME), None),
    }
)
PART = object_of(
    {
        "role": (one_of(*sorted(ROLES)), NEEDED),
        "ordinal": (NUMBER, 0),
        "start": (NUMBER, NEEDED),
        "end": (NUMBER, NEEDED),
        "exact": (text_of(), NEEDED),
    }
)
CANDIDATE = object_of(
    {
        "speaker": (ID, NEEDED),
        "rank": (NUMBER, NEEDED),
        "probability": (PROBABILITY, NEEDED),
        "reason": (text_of(500), ""),
    }
)
QUOTE = object_of(
    {
        "id": (ID, _new_id),
        "kind": (one_of("direct", "mixed", "indirect"), NEEDED),
        "act": (one_of("statement", "question", "attitude"), "statement"),
        "speaker": (maybe(ID), None),
        "addressee": (maybe(ID), None),
        "parent": (maybe(ID), None),
        "cue_lemma": (text_of(80), ""),
        **DECISION,
        "parts": (list_of(PART), NEEDED),
        "candidates": (list_of(CANDIDATE), lambda _: []),
    }
)
LINK = object_of({"side": (one_of("corrected", "correcting"), NEEDED), "quote": (ID, NEEDED)})
CORRECTION = object_of(
    {
        "id": (ID, _new_id),
        "kind": (one_of("denial", "contradiction", "self_correction"), NEEDED),
        "explicitness": (one_of("verb", "juxtaposed", "implied"), "verb"),
        "start": (NUMBER, NEEDED),
        "end": (NUMBER, NEEDED),
        "exact": (text_of(), NEEDED),
        "cue_start": (maybe(NUMBER), None),
        "cue_end": (maybe(NUMBER), None),
        "cue_text": (text_of(300), ""),
        "topic": (text_of(300), ""),
        "occasion": (text_of(300), ""),
        "corrector": (maybe(ID), None),
        "corrected": (maybe(ID), None),
        "retells": (maybe(ID), None),
        "same_point_as": (maybe(ID), None),
        **DECISION,
        "quotes": (list_of(LINK), lambda _: []),
    }
)
ARTICLE = object_of(
    {
        "on_record": (NUMBER, FORMAT),
        "id": (ID, _new_id),
        "collection": (text_of(80), ""),
        **{
            key: (maybe(text_of(most)), "")
            for key, most in MAX_LABEL.items()
            if key != "external_id"
        },
        "external_id": (maybe(text_of(MAX_LABEL["external_id"])), None),
        "published_on": (maybe(DAY), None),
        "language": (text_of(35), "en"),
        "country": (text_of(2), ""),
        "encoding": (code_of(40), "utf-8"),
        "skipped": (JSON, lambda _: []),
        "skipped_by_hand": (FLAG, False),
        "is_latest": (FLAG, True),
        "previous": (maybe(ID), None),
        "imported_at": (maybe(TIME), None),
        "version": (NUMBER, 1),
        "text": (text_of(empty=False), NEEDED),
        "text_sha256": (text_of(64), ""),
        "speakers": (list_of(SPEAKER), lambda _: []),
        "runs": (list_of(RUN), lambda _: []),
        "quotes": (list_of(QUOTE), lambda _: []),
        "corrections": (list_of(CORRECTION), lambda _: []),
    }
)


def checked_line(value: Any) -> Fields:
    """Give a line's values as they will be stored, or refuse it by the place that is wrong."""
    try:
        data: Fields = value if is_plain(value, ARTICLE) else ARTICLE.stored(value)
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
    """None is around the one around it. One that its outer quote does not hold comes back as it was
    written, and ``check_data`` tells of it.
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

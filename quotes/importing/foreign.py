"""Other tools' annotations read into lines of our record: brat, doccano, Label Studio, Prodigy.

Each marks stretches as content, source or cue, and may link them. PolNeAR and PARC use the same
three roles: their standoff is read as brat's. A source or cue without a link goes to the nearest
content on its line. Who a source is, they do not say: the speaker stays open. Every stretch is held
to the text; one that does not fit is refused with what stands there.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from quotes.importing.checks import UNSTORABLE, Fields
from quotes.importing.items import RefusedInput
from quotes.importing.record import checked_line

ROLES = {
    "content": "content",
    "quote": "content",
    "quotation": "content",
    "statement": "content",
    "direct": "content",
    "indirect": "content",
    "mixed": "content",
    "source": "source",
    "speaker": "source",
    "cue": "cue",
    "verb": "cue",
}
MOSTLY = 0.8
"""A quote is direct where so much of it stands between marks."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One annotated stretch in pieces; ``said`` is the tool's own copy of the words, if any."""

    role: str
    pieces: tuple[tuple[int, int], ...]
    said: str | None = None

    @property
    def start(self) -> int:
        return min(start for start, _ in self.pieces)

    @property
    def end(self) -> int:
        return max(end for _, end in self.pieces)


@dataclass(slots=True)
class Marked:
    """A text with its marks by their names, and which marks belong together."""

    text: str
    marks: dict[str, Mark] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)


def role_of(label: object) -> str:
    """Give what a label means to a quote, or refuse it by its name."""
    role = ROLES.get(str(label).strip().lower().removeprefix("b-").removeprefix("i-"))
    if role is None:
        known = ", ".join(sorted(ROLES))
        raise RefusedInput(f"The label “{str(label)[:40]}” is not known. Known are: {known}.")
    return role


def doccano(data: Mapping[str, Any]) -> Fields:
    """One line of doccano: spans as ``label`` triples, or ``entities`` with ``relations``."""
    marked = Marked(_text_of(data))
    for number, triple in enumerate(_list(data.get("label") or data.get("labels"))):
        if not isinstance(triple, list) or len(triple) != 3:
            raise RefusedInput("Each label must be [start, end, name].")
        start, end, label = triple
        marked.marks[f"label {number + 1}"] = Mark(role_of(label), ((_place(start), _place(end)),))
    for entity in _list(data.get("entities")):
        piece = (_place(_get(entity, "start_offset")), _place(_get(entity, "end_offset")))
        marked.marks[str(_get(entity, "id"))] = Mark(role_of(_get(entity, "label")), (piece,))
    for link in _list(data.get("relations")):
        marked.links.append((str(_get(link, "from_id")), str(_get(link, "to_id"))))
    return line_of(marked)


def prodigy(data: Mapping[str, Any]) -> Fields:
    """One line of Prodigy: ``spans``, and ``relations`` between a head and a child span."""
    if data.get("answer", "accept") != "accept":
        raise RefusedInput(f"The answer is “{str(data['answer'])[:20]}”, not accept.")
    marked = Marked(_text_of(data))
    for span in _list(data.get("spans")):
        piece = (_place(_get(span, "start")), _place(_get(span, "end")))
        marked.marks[f"{piece}"] = Mark(role_of(_get(span, "label")), (piece,))
    for link in _list(data.get("relations")):
        head, child = _get(link, "head_span"), _get(link, "child_span")
        ends = [(_place(_get(one, "start")), _place(_get(one, "end"))) for one in (head, child)]
        marked.links.append((f"{ends[0]}", f"{ends[1]}"))
    return line_of(marked)


def label_studio(task: Mapping[str, Any]) -> Fields:
    """One task of Label Studio's JSON; its offsets are UTF-16 units, its own words say where."""
    data = _get(task, "data")
    marked = Marked(_text_of(data if isinstance(data, dict) else {}))
    done = [one for one in _objects(task.get("annotations")) if not one.get("was_cancelled")]
    for item in _objects(_get(done[0], "result") if done else []):
        if item.get("type") == "relation":
            marked.links.append((str(_get(item, "from_id")), str(_get(item, "to_id"))))
            continue
        value = _get(item, "value")
        labels = value.get("labels") if isinstance(value, dict) else None
        if not isinstance(labels, list) or not labels:
            continue  # an answer about the whole text
        piece = (_place(_get(value, "start")), _place(_get(value, "end")))
        said = value.get("text")
        if isinstance(said, str) and marked.text[slice(*piece)] != said:
            piece = _from_utf16(marked.text, piece)
        marked.marks[str(_get(item, "id"))] = Mark(role_of(labels[0]), (piece,), said)
    return line_of(marked)


def polnear(data: Mapping[str, Any]) -> Fields:
    """PolNeAR-style standoff: each attribution with its content, cue and source in pieces."""
    marked = Marked(_text_of(data))
    for number, one in enumerate(_list(data.get("attributions"))):
        for role in ("content", "cue", "source"):
            pieces = _list(one.get(role) if isinstance(one, dict) else None)
            if not pieces:
                continue
            if not all(isinstance(piece, list) and len(piece) == 2 for piece in pieces):
                raise RefusedInput(f"attributions[{number}].{role} must be [[start, end], …].")
            places = tuple(sorted((_place(start), _place(end)) for start, end in pieces))
            marked.marks[f"{number}.{role}"] = Mark(role, places)
            if role != "content":
                marked.links.append((f"{number}.content", f"{number}.{role}"))
    found = line_of(marked)
    facts = {"headline": "title", "outlet": "publisher", "published_on": "date"}
    given = {key: data[name] for key, name in facts.items() if data.get(name)}
    checked = checked_line({"text": marked.text, **given})
    return {**found, **{key: checked[key] for key in given}}


def brat(text: str, standoff: str) -> Fields:
    """A text and its .ann: text-bound marks, relations, and events whose trigger is the cue."""
    marked = Marked(text)
    for number, line in enumerate(standoff.split("\n"), 1):
        kind = line[:1]
        try:
            if kind == "T":
                name, place, said = line.rstrip("\r").split("\t", 2)
                label, _, offsets = place.partition(" ")
                pieces = [piece.split(" ") for piece in offsets.split(";")]
                marked.marks[name] = Mark(
                    role_of(label), tuple((int(one[0]), int(one[1])) for one in pieces), said
                )
            elif kind in {"R", "E"}:
                ends = [
                    part.split(":", 1)[1] for part in line.split("\t")[1].split() if ":" in part
                ]
                marked.links += [(one, other) for one in ends for other in ends if one != other]
        except RefusedInput:
            raise
        except (ValueError, IndexError) as error:
            raise RefusedInput(f"Line {number:,} of the .ann cannot be read.") from error
    return line_of(marked)


def line_of(marked: Marked) -> Fields:
    """Join marks into quotes and check them against the text."""
    for name, mark in marked.marks.items():
        _check(marked.text, name, mark)
    contents = {n: mark for n, mark in marked.marks.items() if mark.role == "content"}
    owned: dict[str, list[Mark]] = {name: [] for name in contents}
    for name, mark in marked.marks.items():
        if mark.role == "content":
            continue
        for owner in _owners(marked, name, mark, contents):
            owned[owner].append(mark)
    quotes = {name: _quote(marked.text, mark, owned[name]) for name, mark in contents.items()}
    for name, outer in _enclosing(contents).items():
        quotes[name]["parent"] = quotes[outer].setdefault("id", str(uuid.uuid4()))
    return checked_line({"text": marked.text, "quotes": sorted(quotes.values(), key=_first)})


def _enclosing(contents: Mapping[str, Mark]) -> dict[str, str]:
    """Give the content around each one that lies inside another; refuse what crosses another."""
    found: dict[str, str] = {}
    around: list[str] = []
    for name, mark in sorted(contents.items(), key=lambda one: (one[1].start, -one[1].end)):
        while around and contents[around[-1]].end <= mark.start:
            around.pop()
        if around:
            outer = contents[around[-1]]
            if outer.end < mark.end or (outer.start, outer.end) == (mark.start, mark.end):
                raise RefusedInput(
                    f"{name} at {mark.start:,} to {mark.end:,} overlaps {around[-1]} at "
                    f"{outer.start:,} to {outer.end:,}. A quote lies beside another or inside it."
                )
            found[name] = around[-1]
        around.append(name)
    return found


def _owners(marked: Marked, name: str, mark: Mark, contents: Mapping[str, Mark]) -> set[str]:
    linked = {other for one, other in marked.links if one == name}
    linked |= {one for one, other in marked.links if other == name}
    if found := linked & contents.keys():
        return found
    line = marked.text.count("\n", 0, mark.start)
    near = [
        (abs(content.start - mark.start), owner)
        for owner, content in contents.items()
        if marked.text.count("\n", 0, content.start) == line
    ]
    return {min(near)[1]} if near else set()


def _check(text: str, name: str, mark: Mark) -> None:
    for start, end in mark.pieces:
        if not 0 <= start < end <= len(text):
            raise RefusedInput(f"{name} at {start:,} to {end:,} lies outside the text.")
    there = " ".join(text[start:end] for start, end in mark.pieces)
    if mark.said is not None and there.split() != mark.said.split():
        raise RefusedInput(
            f"{name} at {mark.start:,} should be “{mark.said[:60]}”, "
            f"but “{there[:60]}” stands there."
        )


def _quote(text: str, content: Mark, others: Iterable[Mark]) -> Fields:
    from quotes.extraction.text import verbatim_spans  # the engine's: loaded on first use
    from quotes.extraction.types import Span

    spans = [Span(start, end) for start, end in _joined(text, content.pieces)]
    quoted = sum(span.end - span.start for span in verbatim_spans(text, spans))
    whole = sum(span.end - span.start for span in spans)
    parts = [_part(text, "content", n, s.start, s.end) for n, s in enumerate(spans)]
    for role in ("source", "cue"):
        pieces = sorted(p for one in others if one.role == role for p in one.pieces)
        parts += [_part(text, role, n, *piece) for n, piece in enumerate(pieces)]
    return {
        "kind": "indirect" if not quoted else "direct" if quoted > whole * MOSTLY else "mixed",
        "status": "confirmed",
        "parts": parts,
    }


def _part(text: str, role: str, ordinal: int, start: int, end: int) -> Fields:
    exact = text[start:end]
    return {"role": role, "ordinal": ordinal, "start": start, "end": end, "exact": exact}


def _joined(text: str, pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join pieces that only space parts: brat splits a stretch at line feeds."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if found and text[found[-1][1] : start].isspace():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _from_utf16(text: str, piece: tuple[int, int]) -> tuple[int, int]:
    units = text.encode("utf-16-le")
    try:
        start, end = (len(units[: 2 * edge].decode("utf-16-le")) for edge in piece)
    except UnicodeDecodeError:
        raise RefusedInput(f"{piece[0]:,} to {piece[1]:,} cuts a character in two.") from None
    return start, end


def _first(quote: Fields) -> int:
    return int(quote["parts"][0]["start"])


def _text_of(data: Mapping[str, Any]) -> str:
    text = data.get("text", data.get("data"))
    if not isinstance(text, str) or not text:
        raise RefusedInput("The key “text” is missing.")
    if UNSTORABLE.search(text):
        raise RefusedInput("The text holds a character that cannot be stored.")
    return text


def _get(data: Any, key: str) -> Any:
    if not isinstance(data, dict) or key not in data:
        raise RefusedInput(f"The key “{key}” is missing.")
    return data[key]


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise RefusedInput("There is no list where one must be.")
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    found = _list(value)
    if not all(isinstance(one, dict) for one in found):
        raise RefusedInput("Each part of a list must be an object here.")
    return found


def _place(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RefusedInput(f"“{str(value)[:40]}” is no place in a text.")
    return value


def tasks_of(data: bytes) -> list[Any]:
    """Give the tasks of a Label Studio export, which is one JSON list."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RefusedInput("Not JSON that can be read.") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RefusedInput("A Label Studio export is a list of tasks.")
    return found


def read_line(data: Mapping[str, Any]) -> Fields:
    """Read one line of JSON by the keys it has; without those of another tool it is our own."""
    if "attributions" in data:
        return polnear(data)
    if "spans" in data or "_task_hash" in data:
        return prodigy(data)
    if "label" in data or "entities" in data or isinstance(data.get("labels"), list):
        return doccano(data)
    return checked_line(data)

"""The engine's result as JSON lines: names instead of indices, spans as pairs."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from quotes.extraction.types import Document, Extraction, Span


class BadLine(ValueError):
    """A line that is not an article; the message says why."""


def read_line(line: str) -> tuple[Any, Document]:
    """Id and document of one input line: ``{"id", "text", "date"?, "outlet"?, "country"?}``."""
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON ({error.msg})") from error
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise BadLine('no "text"')
    date = data.get("date")
    try:
        parsed = dt.date.fromisoformat(date[:10]) if isinstance(date, str) and date else None
    except ValueError as error:
        raise BadLine(f'"date" is not an ISO date: {date!r}') from error
    document = Document(
        data["text"], parsed, str(data.get("outlet") or ""), str(data.get("country") or "")
    )
    return data.get("id"), document


def as_json(identifier: Any, extraction: Extraction) -> dict[str, Any]:
    """One output line, in the form that scorers and other programs read."""
    name = [speaker.name for speaker in extraction.speakers]

    def named(index: int | None) -> str | None:
        return None if index is None else name[index]

    attributions = [
        {
            "content": _pairs(item.content),
            "cue": _pairs(item.cue),
            "source": _pairs(item.source),
            "kind": item.kind,
            "act": item.act,
            "speaker": named(item.speaker),
            "speaker_kind": None
            if item.speaker is None
            else extraction.speakers[item.speaker].kind,
            "candidates": [
                {"speaker": name[c.speaker], "probability": c.probability, "reason": c.reason}
                for c in item.candidates
            ],
            "addressee": named(item.addressee),
            "confidence": item.confidence,
            "rule": item.rule,
            "reason": item.reason,
            "parent": item.parent,
        }
        for item in extraction.attributions
    ]
    corrections = [
        {
            "start": item.start,
            "end": item.end,
            "cue": _pairs(item.cue),
            "kind": item.kind,
            "explicitness": item.explicitness,
            "corrector": named(item.corrector),
            "corrected": named(item.corrected),
            "corrected_quotes": [
                _pairs(extraction.attributions[n].content) for n in item.corrected_quotes
            ],
            "correcting_quotes": [
                _pairs(extraction.attributions[n].content) for n in item.correcting_quotes
            ],
            "retells": item.retells,
            "same_point_as": item.same_point_as,
            "confidence": item.confidence,
            "rule": item.rule,
            "reason": item.reason,
        }
        for item in extraction.corrections
    ]
    return {
        "id": identifier,
        "attributions": attributions,
        "speakers": [
            {
                "name": speaker.name,
                "kind": speaker.kind,
                "aliases": [{"text": alias.text, "kind": alias.kind} for alias in speaker.aliases],
            }
            for speaker in extraction.speakers
        ],
        "corrections": corrections,
        "skipped": [[item.start, item.end, item.reason] for item in extraction.skipped],
        "engine": extraction.engine,
        "model": extraction.model,
        "language": extraction.language,
        "date": extraction.date.isoformat() if extraction.date else None,
        "note": extraction.note,
    }


def _pairs(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]

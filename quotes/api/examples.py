"""Examples for the OpenAPI document, made of one value for each name that fields have.

Bodies and answers are put together from their schemas, so that a new field cannot be left out: a
field that is text and has no value here stops the document from being made.
"""

from __future__ import annotations

from typing import Any, Final

from quotes.api.problems import CONTENT_TYPE, KINDS

_JSON: Final = "application/json"
_ID: Final = "0b7a3a6e-6b0e-4c58-9f0e-3d6f3c1f8a51"
_OTHER_ID: Final = "5d0f2c86-1f6b-4d5e-8a3e-92c1b7a4e660"
_WORDS: Final = "“The wall will hold,”"
_REST: Final = " said Ines Adair on Monday."
_MOMENT: Final = "2031-05-05T08:30:00Z"
_DAY: Final = "2031-05-04"

_QUOTED: Final = {"start": 0, "end": len(_WORDS), "exact": _WORDS}
_CUE: Final = {"start": 22, "end": 26, "exact": "said"}
_SOURCE: Final = {"start": 27, "end": 37, "exact": "Ines Adair"}
_EVIDENCE: Final = {"start": 120, "end": 151, "exact": "It has not held, Wrenfield said"}
_CORRECTOR: Final = {"id": _OTHER_ID, "name": "Tobias Wrenfield"}

_VALUES: Final[dict[str, Any]] = {
    "action": "quote.confirmed",
    "active": True,
    "actor": "uma",
    "address": "https://cms.example/on-record",
    "after": {"status": "confirmed"},
    "answered": 200,
    "articles": [_ID],
    "attempts": 1,
    "before": {"status": "suggested"},
    "begins": "or_7h2k",
    "byline": "By Uma Thole",
    "changed_fields": ["speaker"],
    "checksums": {"quotes.csv": "9f2c…"},
    "claims": [_ID],
    "code": "not-found",
    "addressee": None,
    "confidence": 0.93,
    "context_after": _REST,
    "context_before": "The harbour board met twice. ",
    "count": 1,
    "country": "GB",
    "counts": {"quotes": 412},
    "cue_lemma": "say",
    "decided_by": "uma",
    "description": "Chair of the harbour board.",
    "detail": "There is nothing here.",
    "encoding": "utf-8",
    "ended_at": None,
    "ended_by": None,
    "end": len(_WORDS),
    "engine_version": "1.4.0",
    "error": "",
    "event": "quote.confirmed",
    "exact": _WORDS,
    "expires_at": _MOMENT,
    "external_id": "cms-2114",
    "filters": {"status": "confirmed"},
    "headline": "Harbour wall to stay",
    "imported_by": "uma",
    "into": _OTHER_ID,
    "is_latest": True,
    "language": "en-GB",
    "last_used_from": "192.0.2.0/24",
    "length": len(_WORDS + _REST),
    "merged_into": None,
    "made_by": "uma",
    "message": "",
    "milliseconds": 840,
    "model": "en_core_web_sm 3.8.0",
    "name": "Ines Adair",
    "names": ["the chair"],
    "next": "https://onrecord.example/api/v1/quotes/?cursor=eyJuIjoxfQ",
    "note": "",
    "number": 7,
    "object": _OTHER_ID,
    "occasion": "",
    "ordinal": 0,
    "outlet": "Harbour Gazette",
    "parent": None,
    "payload": {"event": "quote.confirmed", "id": _ID, "version": 4},
    "place": "",
    "previous": None,
    "published_after": "2031-01-01",
    "published_before": "2031-12-31",
    "published_on": _DAY,
    "reason": "",
    "request_id": "8d1f0c52a4be4f0b9d0c6a7f2e51b3c4",
    "retells": None,
    "retorts": [_OTHER_ID],
    "revoked_at": None,
    "rule": "direct",
    "same_point_as": None,
    "secret": "whsec_shown_once",
    "sha256": "3c0f7a…",
    "size": 1_048_576,
    "software": "On Record 1.0.0",
    "start": 0,
    "status": "confirmed",
    "text": _WORDS + _REST,
    "title": "There is nothing here",
    "token": "or_7h2k_shown_once",
    "topic": "",
    "type": "/api/v1/problems/not-found/",
    "url": "https://gazette.example/harbour-wall",
    "valid_from": "2030-01-01",
    "valid_to": None,
    "version": 3,
    "wikidata_id": "Q42",
}
"""By name. Where a field elsewhere means something else, by ``Component.name`` below."""

_ELSEWHERE: Final[dict[str, Any]] = {
    "BulkItemRequest.kind": ...,
    "BulkItemRequest.reason": ...,
    "BulkItemRequest.speaker": ...,
    "BulkResult.problem": None,
    "BulkResult.status": 200,
    "Correction.corrector": _CORRECTOR | {"kind": "person", "wikidata_id": None},
    "Correction.cue": {"start": 147, "end": 151, "exact": "said"},
    "Correction.end": 151,
    "Correction.exact": _EVIDENCE["exact"],
    "Correction.start": 120,
    "CorrectionBodyRequest.corrector": _OTHER_ID,
    "CorrectionBodyRequest.evidence": _EVIDENCE,
    "ImportItem.name": "harbour.txt",
    "NameBodyRequest.text": "the chair",
    "NameGoneBodyRequest.text": "the chair",
    "NewToken.name": "Newsroom CMS",
    "PatchedCorrectionChangeRequest.corrector": _OTHER_ID,
    "PatchedCorrectionChangeRequest.retells": ...,
    "PatchedCorrectionChangeRequest.same_point_as": ...,
    "PatchedQuoteChangeRequest.content": ...,
    "PatchedQuoteChangeRequest.cue": ...,
    "PatchedQuoteChangeRequest.source": ...,
    "PatchedWebhookChangeRequest.name": "CMS",
    "Quote.parts": [{"role": "content", "ordinal": 0, **_QUOTED}],
    "Quote.text": _WORDS,
    "QuoteBodyRequest.content": [_QUOTED],
    "QuoteBodyRequest.cue": [_CUE],
    "QuoteBodyRequest.source": [_SOURCE],
    "ReasonBodyRequest.reason": "A heading, not a quote.",
    "Skipped.reason": "link to another story",
    "SnapshotBodyRequest.addressee": ...,
    "SnapshotBodyRequest.article": ...,
    "SnapshotBodyRequest.corrected": ...,
    "SnapshotBodyRequest.corrector": ...,
    "SnapshotBodyRequest.cue_lemma": ...,
    "SnapshotBodyRequest.distinct": ...,
    "SnapshotBodyRequest.external_id": ...,
    "SnapshotBodyRequest.has_speaker": ...,
    "SnapshotBodyRequest.kind": ...,
    "SnapshotBodyRequest.language": ...,
    "SnapshotBodyRequest.min_confidence": ...,
    "SnapshotBodyRequest.origin": ...,
    "SnapshotBodyRequest.outlet": ...,
    "SnapshotBodyRequest.q": ...,
    "SnapshotBodyRequest.speaker": ...,
    "SnapshotBodyRequest.updated_since": ...,
    "SpeakerName.text": "Ines Adair",
    "SplitBodyRequest.name": "Ines Adair (the younger)",
    "StandsIn.corrector": _CORRECTOR,
    "Statement.parts": [{"role": "content", "ordinal": 0, **_QUOTED}],
    "Statement.text": _WORDS,
    "Token.name": "Newsroom CMS",
    "TokenBodyRequest.name": "Newsroom CMS",
    "Webhook.name": "CMS",
    "WebhookBodyRequest.name": "CMS",
    "WithdrawBodyRequest.reason": "A court has said so.",
    "Withdrawal.reason": "A court has said so.",
    "WebhookWithSecret.name": "CMS",
}
"""``...``: left out of the example, because few requests have it."""

_BY_FORMAT: Final = {"uuid": _ID, "date": _DAY, "date-time": _MOMENT, "uri": _VALUES["next"]}
_BY_TYPE: Final = {"boolean": False, "integer": 1}
_IDS: Final = frozenset({"article", "collection", "corrected", "corrector", "id", "speaker"})


def add_examples(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: bool,  # noqa: FBT001 - the hook's signature
) -> dict[str, Any]:
    """A postprocessing hook: each JSON body, JSON answer and kind of problem has an example."""
    schemas = result["components"]["schemas"]
    for status, response in result["components"]["responses"].items():
        response["content"][CONTENT_TYPE]["examples"] = {
            code: {"value": _problem(code)}
            for code, kind in KINDS.items()
            if status == f"Problem{kind.status}"
        }
    for path in result["paths"].values():
        for operation in path.values():
            answers = [operation["responses"][s] for s in operation["responses"] if s[0] == "2"]
            for described in (operation.get("requestBody", {}), *answers):
                content = described.get("content", {}).get(_JSON)
                if content is not None:
                    content["example"] = _example(content["schema"], schemas, "", "")
    return result


def _problem(code: str) -> dict[str, Any]:
    kind = KINDS[code]
    return {
        "type": f"/api/v1/problems/{code}/",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.meaning,
        "code": code,
        "errors": [],
        "request_id": _VALUES["request_id"],
    }


def _example(schema: dict[str, Any], schemas: dict[str, Any], owner: str, name: str) -> Any:
    """A value that the schema allows; ``owner`` is the component whose field ``name`` it is."""
    key = f"{owner}.{name}"
    if key in _ELSEWHERE:
        return _ELSEWHERE[key]
    if "$ref" in schema:
        component = schema["$ref"].rsplit("/", 1)[1]
        inner = schemas[component]
        return _example(inner, schemas, component if "properties" in inner else owner, name)
    for several in ("allOf", "oneOf"):
        if several in schema:
            return _example(schema[several][0], schemas, owner, name)
    if "enum" in schema:
        known = _VALUES.get(name)
        return known if known in schema["enum"] else schema["enum"][0]
    if "properties" in schema:
        fields = {
            field: _example(inner, schemas, owner, field)
            for field, inner in schema["properties"].items()
        }
        return {field: value for field, value in fields.items() if value is not ...}
    if name in _VALUES and not _is_other(schema, _VALUES[name]):
        return _VALUES[name]
    kind = next((kind for kind in _kinds(schema) if kind != "null"), None)
    if kind == "array":
        return [_example(schema["items"], schemas, owner, name)]
    if name in _IDS:
        return _ID
    if (form := schema.get("format")) in _BY_FORMAT:
        return _BY_FORMAT[form]
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    raise LookupError(f"{key} has no example: give one in quotes/api/examples.py.")


def _is_other(schema: dict[str, Any], value: Any) -> bool:
    """Whether a field of that name is something else here: a list of objects, a number."""
    kinds = _kinds(schema)
    if value is None:
        return "null" not in kinds
    names = {str: "string", int: "integer", bool: "boolean", list: "array", float: "number"}
    of_objects = "$ref" in schema.get("items", {})
    return bool(kinds) and (names.get(type(value), "object") not in kinds or of_objects)


def _kinds(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return kinds if isinstance(kinds, list) else [kinds]

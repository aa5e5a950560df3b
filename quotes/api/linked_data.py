"""Quotes as schema.org's ``Quotation`` in JSON-LD, for who publishes them: confirmed ones only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework.renderers import BaseRenderer

from quotes.api.rendering import as_json
from quotes.exports.formats.linked_data import SCHEMA_CONTEXT, quotation

JSON_LD: Final = "application/ld+json"


class JSONLDRenderer(BaseRenderer):
    """One statement as a ``Quotation``, a page of them as a graph; links go on as ``next``."""

    media_type = JSON_LD
    format = "jsonld"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        if "results" not in data:
            return as_json(linked_quotation(data))
        graph = [as_quotation(statement) for statement in data["results"]]
        return as_json({"@context": SCHEMA_CONTEXT, "@graph": graph, "next": data["next"]})


def linked_quotation(statement: Mapping[str, Any]) -> dict[str, Any]:
    """One statement as a document of its own."""
    return {"@context": SCHEMA_CONTEXT, **as_quotation(statement)}


def as_quotation(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement as the API shows it, in the form that exports give it too."""
    speaker = statement["speaker"]
    article = {**statement["article"], "speakers": [speaker] if speaker else []}
    quote = {
        "id": statement["id"],
        "speaker": speaker["id"] if speaker else None,
        "parts": statement["parts"],
    }
    return quotation(article, quote)

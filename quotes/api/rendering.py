"""JSON as bytes: by orjson, which takes a tenth of the time of the standard library's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework import renderers
from rest_framework.utils.encoders import JSONEncoder

_plain = JSONEncoder().default


def as_json(value: Any) -> bytes:
    """Compact and in UTF-8. Raises ``TypeError`` for what JSON or UTF-8 cannot hold."""
    return orjson.dumps(value, default=_plain)


class JSONRenderer(renderers.JSONRenderer):
    """The framework's own, which still writes for people: `application/json; indent=2`."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None or self.get_indent(accepted_media_type or "", renderer_context or {}):
            text: bytes = super().render(data, accepted_media_type, renderer_context)
            return text
        return as_json(data)

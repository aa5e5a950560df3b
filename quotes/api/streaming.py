"""Streams: any number of rows as NDJSON, one object a line, in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rest_framework.renderers import BaseRenderer

from quotes.api.rendering import as_json

NDJSON: Final = "application/x-ndjson"
BLOCK_BYTES: Final = 32 * 1024


class NDJSONRenderer(BaseRenderer):
    """Names the media type for negotiation; the view streams the lines itself."""

    media_type = NDJSON
    format = "ndjson"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else as_json(data) + b"\n"


def as_lines(rows: Iterable[Any]) -> Iterator[bytes]:
    """The rows as lines, the first at once and the rest in blocks."""
    block: list[bytes] = []
    size = BLOCK_BYTES
    for row in rows:
        line = as_json(row) + b"\n"
        block.append(line)
        size += len(line)
        if size >= BLOCK_BYTES:
            yield b"".join(block)
            block.clear()
            size = 0
    if block:
        yield b"".join(block)

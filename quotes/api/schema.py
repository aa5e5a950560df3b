"""The OpenAPI document: what the framework can read from the views, and what it cannot."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from quotes.api.linked_data import JSON_LD
from quotes.api.problems import CONTENT_TYPE, KINDS
from quotes.api.serializers import ProblemSerializer
from quotes.api.streaming import NDJSON

_METHODS: Final = frozenset({"get", "post", "patch", "put", "delete"})
_READ: Final = ("400", "401", "403", "404", "405", "406", "429", "503")
_WRITE: Final = (*_READ, "409", "413", "415", "422")
_VERSIONED: Final = ("412", "428")


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"schema": {"type": kind}, "description": description}


_HEADERS: Final = {
    "RateLimit": _header("Requests left (`r`) and seconds until they are counted anew (`t`)."),
    "RateLimit-Policy": _header("How many requests (`q`) are allowed in how many seconds (`w`)."),
    "X-Request-Id": _header("Name this when you report something."),
}
_WAIT: Final = {"Retry-After": _header("Seconds after which to ask again.", "integer")}
_OF_PROBLEM: Final = {
    401: {"WWW-Authenticate": _header("How to say who is asking.")},
    405: {"Allow": _header("The methods that there are here.")},
    409: {"Retry-After": _header("With `still-running`: seconds after which to ask.", "integer")},
    429: _WAIT,
    503: _WAIT,
}
_PLACE: Final = {"Location": _header("Where it is read, where it has an address of its own.")}
_REPEAT: Final = {"Idempotent-Replayed": _header("`true`: the first answer to this key, again.")}
_IN_PATH: Final = {
    "public_id": "Its `id`, as lists and other answers give it.",
}
_TAG: Final = {
    "ETag": _header('`"{id}.{version}"`: for `If-None-Match`, and for `If-Match` in writing.'),
}


class Schema(AutoSchema):
    """Tags by resource; summary and description from docstrings."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_summary(self) -> str:
        return self._doc().split("\n\n")[0].replace("\n", " ").rstrip(".")

    def get_description(self) -> str:
        return " ".join(self._doc().split("\n\n")[1:]).replace("\n", " ")

    def _doc(self) -> str:
        handler = getattr(self.view, self.method.lower())
        own = handler.__doc__ if handler.__module__ == type(self.view).__module__ else None
        lines = (own or type(self.view).__doc__ or "").strip().splitlines()
        return "\n".join(line.strip() for line in lines)

    def _is_list_view(self, serializer: Any = None) -> bool:
        return bool(getattr(self.view, "is_list", False)) and self.method == "GET"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[misc] # untyped base
    target_class = "annotations.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made on the API page. Never put it into an address.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[misc] # untyped base
    target_class = "annotations.api.authentication.CsrfSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "As signed in here. Writing also needs `X-CSRFToken`.",
        }


def add_problems(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: bool,  # noqa: FBT001 - the hook's signature
) -> dict[str, Any]:
    """A postprocessing hook: every operation can answer with a problem, and limits are headers."""
    components = result["components"]
    components["schemas"]["Problem"] = _problem_schema()
    components["responses"] = {
        f"Problem{status}": {
            "description": "; ".join(
                f"`{code}`: {kind.title}" for code, kind in KINDS.items() if kind.status == status
            ),
            "headers": _HEADERS | _OF_PROBLEM.get(status, {}),
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({kind.status for kind in KINDS.values()})
    }
    for name, schema in components["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    for path in result["paths"].values():
        for method, operation in path.items():
            if method not in _METHODS:
                continue
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and "description" not in parameter:
                    parameter["description"] = _IN_PATH[parameter["name"]]
            taken = {parameter["name"] for parameter in operation.get("parameters", ())}
            problems = _READ if method == "get" else _WRITE
            for status in (*problems, *(_VERSIONED if "If-Match" in taken else ())):
                reference = {"$ref": f"#/components/responses/Problem{status}"}
                operation["responses"].setdefault(status, reference)
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    response.setdefault("headers", {}).update(_headers(method, status, taken))
            if "If-None-Match" in taken:
                operation["responses"]["304"] = {
                    "description": "Nothing changed since this `ETag`.",
                    "headers": _TAG,
                }
            _describe_streams(operation["responses"])
            _describe_linked_data(operation["responses"])
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _headers(method: str, status: str, taken: set[str]) -> dict[str, Any]:
    """Of an answer that is no problem, to a request with these parameters."""
    has_tag = "If-None-Match" in taken or method == "post" or method == "patch"
    return {
        **_HEADERS,
        **(_TAG if has_tag else {}),
        **(_PLACE if status in {"201", "202"} else {}),
        **(_REPEAT if "Idempotency-Key" in taken else {}),
    }


def _describe_linked_data(responses: dict[str, Any]) -> None:
    for status in ("200", "201"):
        content = responses.get(status, {}).get("content", {})
        if JSON_LD in content:
            content[JSON_LD] = {
                "schema": {
                    "type": "object",
                    "description": "Linked data, as schema.org's `Quotation`, or a graph of them.",
                    "required": ["@context"],
                    "properties": {"@context": {"type": "string"}},
                    "additionalProperties": True,
                }
            }


def _describe_streams(responses: dict[str, Any]) -> None:
    content = responses.get("200", {}).get("content", {})
    if NDJSON in content and "application/json" in content:
        content[NDJSON] = {
            "schema": {
                "type": "string",
                "description": "Everything that matches, one object a line, with the fields of "
                "`results`. Takes neither `limit` nor `cursor` nor `count`.",
            }
        }


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    names = {name: field.help_text or "" for name, field in ProblemSerializer().fields.items()}
    described = {name: {**text, "description": str(words)} for name, words in names.items()}
    described["status"] = {"type": "integer"}
    described["code"] = {**text, "enum": sorted(KINDS), "description": str(names["code"])}
    described["errors"] = {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["pointer", "code", "detail"],
            "properties": {"pointer": text, "code": text, "detail": text},
        },
    }
    described["current"] = {
        "type": "object",
        "description": "With `stale-version` only: the object as it stands, as reading gives it.",
        "additionalProperties": True,
    }
    return {
        "type": "object",
        "description": "An error as RFC 9457 describes it.",
        "required": list(names),
        "properties": described,
    }

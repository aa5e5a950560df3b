"""Settings of Django REST framework and of the OpenAPI document; read by the site's settings.

Dotted paths name what lives above this package: who is asking (tokens, sessions) and how a
refusal of an operation reads are matters of ``annotations``.
"""

from __future__ import annotations

from typing import Any

DESCRIPTION = """\
Who said what in the news, and who corrected whom.

Sign in with a session or send `Authorization: Bearer <token>`. Ids are UUIDs. Offsets are
half-open and count Unicode code points, or UTF-16 units with `offset_unit=utf16`. Lists come in
pages: follow `next` until it is null. Errors are `application/problem+json` (RFC 9457); `code` is
stable. Unknown query parameters and unknown body fields are refused.
"""


def rest_framework(*, trusted_proxies: int = 0) -> dict[str, Any]:
    """``REST_FRAMEWORK``. ``trusted_proxies`` is how many of our own stand before the server.

    With none, a client's ``X-Forwarded-For`` says nothing, and limits go by the peer's address.
    """
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "annotations.api.authentication.BearerAuthentication",
            "annotations.api.authentication.CsrfSessionAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["quotes.api.permissions.HasScope"],
        "DEFAULT_THROTTLE_CLASSES": ["quotes.api.throttling.RateLimit"],
        "DEFAULT_THROTTLE_RATES": {"anonymous": "60/min", "authenticated": "600/min"},
        "NUM_PROXIES": trusted_proxies,
        "DEFAULT_RENDERER_CLASSES": ["quotes.api.rendering.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["quotes.api.parsing.StrictJSONParser"],
        "DEFAULT_CONTENT_NEGOTIATION_CLASS": "rest_framework.negotiation.DefaultContentNegotiation",
        "DEFAULT_METADATA_CLASS": None,
        "DEFAULT_SCHEMA_CLASS": "quotes.api.schema.Schema",
        "DEFAULT_FILTER_BACKENDS": ["quotes.api.filters.StrictFilterBackend"],
        "DEFAULT_PAGINATION_CLASS": "quotes.api.pagination.KeysetPagination",
        "EXCEPTION_HANDLER": "annotations.api.problems.answer",
        "URL_FORMAT_OVERRIDE": None,
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
    }


SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "On Record",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "SORT_OPERATIONS": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "QuoteKind": "quotes.models.quote.QuoteKind",
        "QuoteAct": "quotes.models.quote.QuoteAct",
        "SpanRole": "quotes.models.quote.SpanRole",
        "SpeakerKind": "quotes.models.speaker.SpeakerKind",
        "NameKind": "quotes.models.speaker.NameKind",
        "CorrectionKind": "quotes.models.correction.CorrectionKind",
        "CorrectionSide": "quotes.models.correction.CorrectionSide",
        "Explicitness": "quotes.models.correction.Explicitness",
        "ObjectKind": "annotations.models.ObjectKind",
        "RunState": "quotes.models.run.RunState",
        "ImportState": "quotes.models.intake.ImportState",
        "ItemState": "quotes.models.intake.ItemState",
        "SnapshotState": "annotations.models.SnapshotState",
        "DeliveryState": "annotations.models.DeliveryState",
        "TokenState": "annotations.models.TokenState",
        "WithdrawalKind": "quotes.models.withdrawal.WithdrawalKind",
        "Status": "quotes.models.suggestion.Status",
        "Origin": "quotes.models.speaker.Origin",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "quotes.api.schema.add_problems",
        "quotes.api.examples.add_examples",
    ],
}

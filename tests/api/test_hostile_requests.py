"""Every address of the document takes hostile ids, bodies and parameters as it should."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import yaml
from django.test import Client

from quotes.api.reference import document
from tests.api.conftest import World
from tests.api.test_bodies import HOSTILE

pytestmark = pytest.mark.slow

PATHS: dict[str, Any] = yaml.load(document(), Loader=yaml.CSafeLoader)["paths"]
OPERATIONS = [(path, method) for path, item in PATHS.items() for method in item]
WRITES = [(path, method) for path, method in OPERATIONS if method in {"post", "patch"}]
READS = [path for path, method in OPERATIONS if method == "get"]

BODIES = {
    **{name: HOSTILE[name] for name in HOSTILE.keys() - {"nothing"}},
    "three megabytes, deep": b'{"a":' * 600_000,
    "three megabytes, wide": b"[" + b"1," * 1_500_000 + b"1]",
    "unknown fields": b'{"text__in": 1, "password": "x"}',
}
IDS = ("1" + "0" * 30, "٣٣٣", "0b7a3a6e-6b0e-4c58-9f0e-3d6f3c1f8a5٣", "%00", "..%2f")
VALUES = ("1" + "0" * 30, "٣", "%00", "", "%ed%a0%bd", "%ff", "NaN", "x" * 600, "1e5", "-1")
REACHING = ("speaker__name=x", "collection__memberships__user__password__startswith=a", "id__in=1")


@pytest.fixture
def hostile(api: Client, settings: Any) -> Client:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {}}
    api.raise_request_exception = False
    return api


@pytest.fixture
def ids(world: World) -> dict[str, uuid.UUID]:
    return {
        "articles": world.article.public_id,
        "quotes": world.claim.public_id,
        "speakers": world.ines.public_id,
        "corrections": world.correction.public_id,
    }


def address(path: str, ids: dict[str, uuid.UUID]) -> str:
    known = str(ids.get(path.split("/")[3], uuid.UUID(int=7)))
    filled = path.replace("{public_id}", known).replace("{table}", "quotes")
    return filled.replace("{name}", "jsonl")


def send(client: Client, method: str, where: str, body: bytes, kind: str = "") -> Any:
    tag = f'"{where.split("/")[4]}.1"'
    headers = {"if-match": tag, "idempotency-key": str(uuid.uuid4())}
    kind = kind or "application/json"
    return client.generic(method.upper(), where, body, content_type=kind, headers=headers)


def refused(response: Any, *statuses: int) -> bool:
    return (
        response.status_code in statuses and response["Content-Type"] == "application/problem+json"
    )


@pytest.mark.parametrize(("path", "method"), WRITES)
def test_case_34_no_write_takes_a_hostile_body(
    hostile: Client, ids: dict[str, uuid.UUID], path: str, method: str
) -> None:
    where = address(path, ids)
    for name, body in BODIES.items():
        found = send(hostile, method, where, body)
        assert refused(found, 400), (name, found.status_code, found.content[:200])
    for kind in ("text/plain", "application/json; charset=utf-16", "application/xml"):
        assert refused(send(hostile, method, where, b'{"text": "x"}', kind), 415), kind


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_is_no_id_is_nothing(hostile: Client, path: str, method: str) -> None:
    for one in IDS if "{public_id}" in path else ():
        found = send(hostile, method, path.replace("{public_id}", one), b"{}")
        assert refused(found, 404), (one, found.status_code)


@pytest.mark.parametrize("path", READS)
def test_no_parameter_is_read_in_two_ways(
    hostile: Client, ids: dict[str, uuid.UUID], path: str
) -> None:
    where = address(path, ids)
    said = [p["name"] for p in PATHS[path]["get"].get("parameters", ()) if p["in"] == "query"]
    for query in (*REACHING, *(f"{name}={value}" for name in said for value in VALUES)):
        found = hostile.get(f"{where}?{query}")
        assert found.status_code in {200, 404} or refused(found, 400), (query, found.status_code)
        assert found.status_code != 200 or query not in REACHING, query
    for name in said:
        assert refused(hostile.get(f"{where}?{name}=a&{name}=b"), 400), name

"""The OpenAPI document: checked in, complete, and true of every answer that these tests see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # has no stubs here
import pytest
import yaml
from django.conf import settings
from django.test import Client
from drf_spectacular.validation import validate_schema

from quotes.api.problems import KINDS
from quotes.api.reference import document
from tests.api.conftest import API, World

pytestmark = pytest.mark.slow

PATH = Path(settings.BASE_DIR) / "docs" / "openapi.yml"


@pytest.fixture(scope="module")
def openapi() -> Any:
    return yaml.load(document(), Loader=yaml.CSafeLoader)


def test_the_document_is_checked_in() -> None:
    assert document().decode() == PATH.read_text(encoding="utf-8"), "run `make openapi`"


def test_the_document_is_valid(openapi: Any) -> None:
    validate_schema(openapi)
    assert openapi["openapi"].startswith("3.1")


def test_the_document_is_served_to_everybody(client: Client, db: None) -> None:
    response = client.get(f"{API}/openapi.yml")
    assert response.status_code == 200
    assert response.content == document()


def test_every_parameter_and_operation_is_explained(openapi: Any) -> None:
    for path, item in openapi["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], (path, method)
            assert operation["security"] == [{"token": []}, {"session": []}], (path, method)
            assert {"400", "401", "403", "404", "429"} <= set(operation["responses"])
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (path, parameter["name"])


def test_every_json_body_and_answer_has_an_example_that_its_schema_allows(openapi: Any) -> None:
    shut = closed(openapi)
    seen = 0
    for path, item in openapi["paths"].items():
        for method, operation in item.items():
            answers = [r for s, r in operation["responses"].items() if s.startswith("2")]
            for described in (operation.get("requestBody", {}), *answers):
                content = described.get("content", {})
                if "application/json" not in content:
                    assert not {"text/json", "application/xml"} & set(content), (path, method)
                    continue
                seen += 1
                schema = {
                    **closed(content["application/json"]["schema"]),
                    "components": shut["components"],
                }
                checker = jsonschema.FormatChecker()
                validator = jsonschema.Draft202012Validator(schema, format_checker=checker)
                validator.validate(content["application/json"]["example"])
    assert seen > 80


def test_bodies_take_no_other_fields(openapi: Any) -> None:
    bodies = {n: s for n, s in openapi["components"]["schemas"].items() if n.endswith("Request")}
    assert len(bodies) > 20
    for name, schema in bodies.items():
        assert schema["additionalProperties"] is False, name


def test_what_is_written_is_answered_in_json(openapi: Any) -> None:
    for path, item in openapi["paths"].items():
        for method in item.keys() - {"get"}:
            for status, response in item[method]["responses"].items():
                if status.startswith("2"):
                    types = set(response.get("content", {}))
                    assert types <= {"application/json"}, (path, method)


def test_a_client_learns_when_to_ask_again_and_where_to_look(openapi: Any) -> None:
    problems = openapi["components"]["responses"]
    for name, header in (
        ("Problem401", "WWW-Authenticate"),
        ("Problem405", "Allow"),
        ("Problem409", "Retry-After"),
        ("Problem429", "Retry-After"),
        ("Problem503", "Retry-After"),
    ):
        assert header in problems[name]["headers"]
    for problem in problems.values():
        assert {"RateLimit", "X-Request-Id"} <= set(problem["headers"])
    queued = openapi["paths"]["/api/v1/imports/"]["post"]["responses"]["202"]["headers"]
    assert {"Location", "Idempotent-Replayed"} <= set(queued)
    changed = openapi["paths"]["/api/v1/quotes/{public_id}/"]["patch"]["responses"]["200"]
    assert "ETag" in changed["headers"]
    assert "current" in openapi["components"]["schemas"]["Problem"]["properties"]


def test_a_count_is_one_schema_that_generated_clients_read(openapi: Any) -> None:
    pages = [s for n, s in openapi["components"]["schemas"].items() if n.startswith("Paginated")]
    assert len(pages) > 8
    for page in pages:
        count = page["properties"]["count"]
        assert count["type"] == ["integer", "string"]
        validator = jsonschema.Draft202012Validator(count)
        assert validator.is_valid(7)
        assert validator.is_valid("10000+")
        assert not any(validator.is_valid(value) for value in ("7", "10001+", None))


def test_every_kind_of_problem_has_an_example(openapi: Any) -> None:
    schema = {
        **closed(openapi["components"]["schemas"]["Problem"]),
        "components": openapi["components"],
    }
    shown = set()
    for response in openapi["components"]["responses"].values():
        for code, example in response["content"]["application/problem+json"]["examples"].items():
            jsonschema.Draft202012Validator(schema).validate(example["value"])
            shown.add(code)
    assert shown == set(KINDS)


def test_every_code_is_in_the_document(openapi: Any) -> None:
    assert openapi["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == sorted(
        KINDS
    )


def described(openapi: Any, address: str, world: World) -> Any:
    """The schema of the answer at an address of the world."""
    path = address.partition("?")[0]
    for row in (world.article, world.claim, world.ines, world.correction):
        path = path.replace(str(row.public_id), "{public_id}")
    operation = openapi["paths"][path]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return {**schema, "components": openapi["components"]}


def closed(schema: Any) -> Any:
    """The schema with every object closed, so that a field it does not name is found."""
    if isinstance(schema, dict):
        shut = {name: closed(inner) for name, inner in schema.items()}
        if schema.get("type") == "object" and "properties" in schema:
            shut["additionalProperties"] = False
        return shut
    return [closed(inner) for inner in schema] if isinstance(schema, list) else schema


def test_answers_are_as_described(openapi: Any, api: Client, world: World) -> None:
    shut = closed(openapi)
    for address in (*world.addresses(), *(f"{path}?count=true" for path in world.lists())):
        found = api.get(address).json()
        validator = jsonschema.Draft202012Validator(
            described(shut, address, world), format_checker=jsonschema.FormatChecker()
        )
        validator.validate(found)


def test_problems_are_as_described(openapi: Any, api: Client, client: Client, world: World) -> None:
    schema = {
        **closed(openapi["components"]["schemas"]["Problem"]),
        "components": openapi["components"],
    }
    for response in (
        client.get(f"{API}/quotes/"),
        api.get(f"{API}/quotes/?x=1"),
        api.get(f"{API}/none/"),
        api.post(f"{API}/articles/", json.dumps({"x": 1}), content_type="application/json"),
        api.post(
            f"{API}/quotes/{world.claim.public_id}/confirm/",
            headers={"if-match": f'"{world.claim.public_id}.7"'},
        ),
    ):
        jsonschema.Draft202012Validator(schema).validate(response.json())
        assert response.json()["status"] == response.status_code

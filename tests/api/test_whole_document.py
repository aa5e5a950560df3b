"""Generated requests over the whole document: no 5xx, and every answer is as described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings

from annotations.models import ApiToken
from annotations.operations.tokens import make_token
from quotes.api.reference import document
from tests.api.conftest import API, World

schemathesis = pytest.importorskip("schemathesis", reason="comes with `make check`")

checks = pytest.importorskip("schemathesis.specs.openapi.checks")

pytestmark = pytest.mark.slow

OPERATIONS = [
    (path, method) for path, item in yaml.safe_load(document())["paths"].items() for method in item
]


@pytest.fixture
def connections_stay_open() -> Iterator[None]:
    """A server closes old connections around a request; the test's transaction lives in one."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def api_schema(connections_stay_open: None, db: None) -> Any:
    return schemathesis.openapi.from_wsgi(f"{API}/openapi.yml", get_wsgi_application())


@pytest.fixture
def token(editor: User, world: World, settings: Any) -> str:
    settings.ALLOWED_HOSTS = ["*"]
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {}}
    return make_token(user=editor, name="all", scopes=ApiToken.Scope.values)[1]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_described(api_schema: Any, token: str, path: str, method: str) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=api_schema[path][method].as_strategy())
    def check(case: Any) -> None:
        # What a schema cannot say (a cursor is one of ours, a day exists) is refused with a
        # documented 4xx, so that "valid by the schema" is not "accepted".
        case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"},
            excluded_checks=[checks.positive_data_acceptance],
        )

    check()


def test_the_document_has_operations() -> None:
    assert len(OPERATIONS) > 20

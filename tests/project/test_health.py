"""The probes that operators ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client


@pytest.mark.django_db
def test_a_database_that_answers_is_healthy(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_migrated_database_is_ready(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_missing_migrations_are_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations_pending"] == 1


@pytest.mark.django_db
def test_case_50_what_is_missing_or_unsafe_is_degraded(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database of the tests runs without fsync, which is just what is to be said."""
    monkeypatch.setattr("config.health.LANGUAGE_MODELS", ("no_such_model",))
    monkeypatch.setattr("config.health.WEIGHTS", Path("nowhere"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    said = " ".join(answer.json()["reasons"])
    assert "language model" in said
    assert "weights" in said
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert ("fsync is off" in said) is (cursor.fetchone()[0] == "off")


@pytest.mark.django_db
def test_a_whole_installation_on_a_safe_database_is_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.health._unsafe_in_the_database", list)
    assert client.get("/readyz").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_database_that_is_gone_is_said(
    path: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("no route to the server, password=hunter2")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr("config.health.MigrationExecutor", refuse)
    answer = client.get(path)
    assert answer.status_code == 503
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_only_read(path: str, client: Client) -> None:
    assert client.post(path).status_code == 405

"""What the log may hold: the request's id, never a secret or a story (case 66)."""

from __future__ import annotations

import logging
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client

from config.logs import LineFormatter, RequestIds, without_secrets
from tests.factories import make_article, make_collection


def line(record: logging.LogRecord) -> str:
    RequestIds().filter(record)
    formatter = LineFormatter(settings.LOGGING["formatters"]["line"]["format"])
    return formatter.format(record)


def record(message: str, *args: Any, **more: Any) -> logging.LogRecord:
    return logging.LogRecord("x", logging.ERROR, __file__, 1, message, args, more.get("exc_info"))


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("Not Found: /sign-in/Xk3kQ9secret/", "Xk3kQ9secret"),
        ("Gone: /invitations/abcDEFsecret/ now", "abcDEFsecret"),
        ("GET /account/password/reset/key/1a-c9secret/", "c9secret"),
        ("token onr_abcdefghij_SECRETsecret was sent", "SECRETsecret"),
        ("Authorization: Bearer abc.secret-of-somebody", "secret-of-somebody"),
        ("GET /articles/?q=secret+story", "secret+story"),
    ],
)
def test_case_66_secrets_are_left_out(said: str, secret: str) -> None:
    assert secret not in without_secrets(said)
    assert secret not in line(record("%s", said))


def test_what_is_no_secret_stays() -> None:
    said = "Method Not Allowed (PUT): /articles/7b1e/history/"
    assert without_secrets(said) == said


@pytest.mark.django_db
def test_case_66_the_row_that_the_database_refused_is_left_out() -> None:
    article = make_article(make_collection(), "A secret story.\n\nOf two paragraphs, also secret.")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE quotes_article SET length = -1 WHERE id = %s", [article.pk])
    except IntegrityError:
        said = line(record("It failed", exc_info=sys.exc_info()))
    assert "IntegrityError" in said
    assert "secret" not in said


@pytest.mark.django_db
def test_case_66_the_id_in_the_answer_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "django.request"):
        answer = Client().get("/nothing/here/")
    (logged,) = [entry for entry in caplog.records if entry.name == "django.request"]
    assert f"request={answer['X-Request-Id']}" in line(logged)

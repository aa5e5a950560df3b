"""What `check --deploy` refuses beside Django's own list."""

from __future__ import annotations

from typing import Any

import dj_database_url
from django.conf import settings
from django.core.checks import Error, register
from django.core.checks.messages import CheckMessage

KNOWN_PASSWORDS = frozenset({"postgres", "password", "changeme", "secret", "admin", "on_record"})


@register(deploy=True)
def check_key_is_kept(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a deployment whose key changes with every process."""
    if not settings.SECRET_KEY_IS_TEMPORARY:
        return []
    return [
        Error(
            "SECRET_KEY is not set.",
            hint="Set it, or start with `manage.py serve`, which keeps one in DATA_DIR.",
            id="config.E001",
        )
    ]


@register(deploy=True)
def check_hosts_are_named(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a deployment that answers to any Host header."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS accepts every host.",
            hint="Name the hosts, or set PUBLIC_URL.",
            id="config.E002",
        )
    ]


@register(deploy=True)
def check_database_password_is_not_known(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a database password that stands in examples."""
    password = dj_database_url.parse(settings.DATABASE_URL).get("PASSWORD", "")
    if password not in KNOWN_PASSWORDS:
        return []
    return [Error("DATABASE_URL has a password that everybody knows.", id="config.E003")]

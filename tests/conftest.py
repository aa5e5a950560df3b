"""What all tests share: a real PostgreSQL, and the named people of the tests' world."""

from __future__ import annotations

import importlib.util
import os
import secrets
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

# Set by the process that starts the session, read by the workers of pytest-xdist.
CLUSTER_VARIABLE = "ON_RECORD_TEST_CLUSTER"

# `make test` installs no browser driver; `make check` does and runs these too.
collect_ignore = [] if importlib.util.find_spec("playwright") else ["browser"]


def pytest_configure(config: pytest.Config) -> None:
    """
    Point the embedded PostgreSQL to a throwaway cluster, unless DATABASE_URL names a server.

    It starts with the first connection and stops with the last process that used it, however
    that ended, and then removes its directory (see config/postgres/keeper.py).
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if settings.DATABASE_URL:
        return
    directory = os.environ.get(CLUSTER_VARIABLE)
    if directory is None:
        directory = str(Path(tempfile.gettempdir()) / f"on-record-{secrets.token_hex(6)}")
        os.environ[CLUSTER_VARIABLE] = directory
    settings.EMBEDDED_POSTGRES_DIR = Path(directory)
    settings.EMBEDDED_POSTGRES_THROWAWAY = True


@pytest.fixture(scope="session", autouse=True)
def data_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep tests away from the data directory of a server that somebody runs here."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    return settings.DATA_DIR


# --- The named world -------------------------------------------------------------------------
# `editor`, `researcher`, `outsider`, `seed_article` belong here; other rows come from
# tests/factories.py or from calling operations.

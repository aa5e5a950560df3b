"""What all tests share: a real PostgreSQL, and the named people of the tests' world."""

from __future__ import annotations

import gc
import importlib.util
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from quotes.models import Article, Collection, Membership
from tests.annotations.changed_story import Story, decided_story
from tests.factories import make_article, make_collection
from tests.outside import outside as outside

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# A busy machine is no error of the property that is tested. The same examples each time, so that
# a change is judged by what it changes; `make test-faults` draws others, and many more.
hypothesis_settings.register_profile(
    "patient",
    deadline=None,
    derandomize="FAULT_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("patient")

# Set by the process that starts the session, read by the workers of pytest-xdist.
CLUSTER_VARIABLE = "ON_RECORD_TEST_CLUSTER"

# `make test` installs no browser driver; `make check` does and runs these too.
collect_ignore = [] if importlib.util.find_spec("playwright") else ["browser"]


def pytest_collection_finish() -> None:
    """Nothing that exists by now is garbage: the collector need not look at it test after test."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """
    Point the embedded PostgreSQL to a throwaway cluster, unless DATABASE_URL names a server.

    It starts with the first connection and stops with the last process that used it, however
    that ended, and then removes its directory (see config/postgres/keeper.py).
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True  # else each test client reads all static files
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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Make no permissions of Django's anew each time that a test empties the tables.

    The site has roles of its own; that took half of the time between two such tests.
    """
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


# --- The named world: other rows come from tests/factories.py or from calling operations -------


@pytest.fixture
def collection(db: None) -> Collection:
    """The collection that exists after the first migration."""
    return Collection.objects.get_or_create(slug="newsroom", defaults={"name": "Newsroom"})[0]


@pytest.fixture
def make_member(collection: Collection) -> Callable[..., User]:
    """Make a person with a role in the collection (or in another one)."""

    def make(username: str, role: str, *, of: Collection | None = None) -> User:
        user = get_user_model().objects.create_user(username, password="correct horse battery")
        Membership.objects.create(collection=of or collection, user=user, role=role)
        return user

    return make


@pytest.fixture
def editor(make_member: Callable[..., User]) -> User:
    return make_member("nell", Membership.Role.EDITOR)


@pytest.fixture
def colleague(make_member: Callable[..., User]) -> User:
    """A second editor of the same collection."""
    return make_member("mats", Membership.Role.EDITOR)


@pytest.fixture
def researcher(make_member: Callable[..., User]) -> User:
    return make_member("rosa", Membership.Role.RESEARCHER)


@pytest.fixture
def reader(make_member: Callable[..., User]) -> User:
    return make_member("rune", Membership.Role.READER)


@pytest.fixture
def outsider(make_member: Callable[..., User]) -> User:
    """An editor of another collection."""
    return make_member("otto", Membership.Role.EDITOR, of=make_collection("Other desk"))


@pytest.fixture
def article(collection: Collection) -> Article:
    return make_article(collection)


@pytest.fixture
def story(collection: Collection, editor: User) -> Story:
    """A story that an editor decided: a claim, a retort, and the correction between them."""
    return decided_story(collection, editor)


@pytest.fixture
def count_queries() -> Callable[[Callable[[], object]], int]:
    """How many statements a call sends to the database."""

    def count(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count


@pytest.fixture
def shared_texts() -> Path:
    """The folder of evaluation texts beside the repository; the test is skipped without it."""
    folder = Path(settings.BASE_DIR).parent / "shared"
    if not folder.is_dir():
        pytest.skip("the evaluation texts are not beside this checkout")
    return folder

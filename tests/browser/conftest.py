"""A real Chromium against a real server. Skipped, with the reason, where there is no browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

# The last list counts, so what Playwright turns off and these pages could notice is named again.
# A popup of the address bar, which nobody sees here, takes each context as long as its page does.
OFF = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxPopup",
]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # One site is visited; keeping sites apart would take another process for each context.
    "--disable-site-isolation-trials",
    f"--disable-features={','.join(OFF)}",
]

# How long something may take to appear; a busy machine needs more than Playwright's five seconds.
expect.set_options(timeout=20_000)

# Playwright's event loop runs in this thread; the tests' own queries are not part of it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def chromium() -> str | None:
    """Debian's Chromium, or another one on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            if chromium() is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": FLAGS}


@pytest.fixture(autouse=True)
def plain_http() -> None:
    """The test server speaks http on a port of its own."""
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    return str(live_server.url)


@pytest.fixture
def gunicorn(transactional_db: None) -> Iterator[str]:
    """The site as `make run` serves it, on the tests' database."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        at = connection.settings_dict
        user, password = (quote(at[key] or "", safe="") for key in ("USER", "PASSWORD"))
        host = f"{quote(at['HOST'], safe='')}:{at['PORT'] or 5432}"
        web = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
                *(f"--bind=fd://{listener.fileno()}", "--worker-class=gthread", "--workers=2"),
                *("--threads=4", "--log-level=warning", "--no-control-socket", "--preload"),
            ],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": f"postgresql://{user}:{password}@{host}/{at['NAME']}",
                "SECRET_KEY": settings.SECRET_KEY,
            },
            pass_fds=[listener.fileno()],
        )
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=60) as answer:  # noqa: S310 - own http
            assert answer.status == 200
        yield url
    finally:
        web.terminate()
        web.wait(timeout=20)


class Requests:
    """The requests that the test server is answering."""

    def __init__(self) -> None:
        self.started = self.finished = 0

    def count_start(self, **signal: Any) -> None:
        self.started += 1

    def count_finish(self, **signal: Any) -> None:
        self.finished += 1

    def wait_until_answered(self, seconds: float = 10) -> None:
        deadline, quiet = time.monotonic() + seconds, 0
        while quiet < 3 and time.monotonic() < deadline:
            quiet = quiet + 1 if self.started == self.finished else 0
            time.sleep(0.01)


@pytest.fixture(autouse=True)
def requests_on_the_way(transactional_db: None) -> Iterator[None]:
    """Let the server end what a closed page has asked for before the tables are emptied."""
    requests = Requests()
    request_started.connect(requests.count_start)
    request_finished.connect(requests.count_finish)
    yield
    requests.wait_until_answered()
    request_started.disconnect(requests.count_start)
    request_finished.disconnect(requests.count_finish)


@pytest.fixture
def sign_in(base_url: str) -> Callable[..., None]:
    """Give a browser the session of a signed-in person."""

    def give(context: BrowserContext, user: User, site: str = base_url) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])

    return give


@pytest.fixture
def desk(page: Page, context: BrowserContext, sign_in: Any, editor: User) -> Page:
    """A page of a signed-in editor on which an error of a script fails the test."""
    sign_in(context, editor)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on(
        "console",
        lambda message: (
            failures.append(message.text)
            if "Content Security Policy" in message.text
            or "Content-Security-Policy" in message.text
            else None
        ),
    )
    page.failures = failures  # type: ignore[attr-defined]
    return page


@pytest.fixture(autouse=True)
def no_script_errors(request: pytest.FixtureRequest) -> Any:
    yield
    page = request.node.funcargs.get("desk")
    if page is not None:
        assert page.failures == []

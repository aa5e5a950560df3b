"""Servers that were started before, for the tests that stop and kill them."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.serving import Server, related, status_of


# For the session: pytest-xdist may run other modules between two tests of this one.
@pytest.fixture(scope="session")
def cold_start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Server]]:
    """Start four copies at once on nothing, wait for the one that wins, and stop it."""
    place = tmp_path_factory.mktemp("serve") / "data"
    copies = [Server(place) for _ in range(4)]
    while sum(copy.process.poll() is None for copy in copies) > 1:
        time.sleep(0.1)
    for copy in copies:
        if copy.process.poll() is None:
            copy.wait_until_ready()
            copy.healthy = status_of(f"{copy.url}/healthz") == 200
            copy.process.send_signal(signal.SIGINT)
        copy.finish()
    return place, copies


@pytest.fixture
def served_before(cold_start: tuple[Path, list[Server]], tmp_path: Path) -> Iterator[Path]:
    """Give a data directory that has been served before."""
    place = tmp_path / "data"
    shutil.copytree(cold_start[0], place)
    yield place
    for pid in related(place):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def server(served_before: Path) -> Server:
    """Give a server that is ready."""
    server = Server(served_before)
    server.wait_until_ready()
    return server

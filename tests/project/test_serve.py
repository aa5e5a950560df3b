"""`manage.py serve`: up in words, down without a trace, once per data directory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import processes
from config.postgres.server import Cluster

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]


class Server:
    """One `manage.py serve` on a data directory."""

    def __init__(self, data_directory: Path, **variables: str) -> None:
        unset = {"DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "HOST"}
        environment = {key: value for key, value in os.environ.items() if key not in unset}
        environment |= {"DATA_DIR": str(data_directory), "PORT": "0", **variables}
        self.lines: list[str] = []
        self.url = ""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(r"Ready after .*: (http://\S+)/", line):
                self.url = found[1]
                return
        pytest.fail("it ended before it was ready:\n" + "".join(self.lines))

    def finish(self, seconds: float = 40) -> int:
        """Wait for the end and give the exit status."""
        rest, _ = self.process.communicate(timeout=seconds)
        self.lines.append(rest)
        return self.process.returncode

    @property
    def said(self) -> str:
        return "".join(self.lines)


@pytest.fixture
def data_directory(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "data"
    yield place
    for pid in related(place):
        os.kill(pid, signal.SIGKILL)


def related(data_directory: Path) -> dict[int, str]:
    """Give the living processes that have the data directory in command or environment."""
    needle = str(data_directory).encode()
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        command = processes.command_of(int(entry.name))
        if needle in text and command is not None:
            found[int(entry.name)] = command
    return found


def wait_until_gone(data_directory: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while left := related(data_directory):
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.1)


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own http
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def assert_nothing_left(data_directory: Path) -> None:
    assert related(data_directory) == {}
    names = {path.name for path in data_directory.iterdir()}
    assert names == {"postgres", "secret_key"}
    assert {path.name for path in (data_directory / "postgres").iterdir()} == {"data", "log"}
    assert not (data_directory / "postgres" / "data" / "postmaster.pid").exists()


def test_it_serves_keeps_its_data_and_leaves_nothing_behind(data_directory: Path) -> None:
    first = Server(data_directory)
    first.wait_until_ready()
    assert status_of(f"{first.url}/healthz") == 200
    assert status_of(f"{first.url}/readyz") == 200
    key = (data_directory / "secret_key").read_text()
    assert (data_directory / "secret_key").stat().st_mode & 0o777 == 0o600
    cluster = Cluster(data_directory / "postgres")
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("INSERT INTO django_content_type (app_label, model) VALUES ('a', 'b')")

    second = Server(data_directory)
    assert second.finish() == 1
    assert first.url in second.said

    first.process.send_signal(signal.SIGINT)
    assert first.finish() == 0
    assert_nothing_left(data_directory)

    again = Server(data_directory)
    again.wait_until_ready()
    assert "migrations" not in again.said
    assert (data_directory / "secret_key").read_text() == key
    with psycopg.connect(cluster.url()) as connection:
        query = "SELECT count(*) FROM django_content_type WHERE app_label = 'a'"
        assert connection.execute(query).fetchone() == (1,)
    again.process.send_signal(signal.SIGTERM)
    assert again.finish() == 0
    assert_nothing_left(data_directory)


def test_four_copies_at_once_become_one_server(data_directory: Path) -> None:
    copies = [Server(data_directory) for _ in range(4)]
    while sum(copy.process.poll() is None for copy in copies) > 1:
        time.sleep(0.1)
    (winner,) = [copy for copy in copies if copy.process.poll() is None]
    winner.wait_until_ready()
    for copy in copies:
        if copy is not winner:
            assert copy.finish() == 1
            assert "already runs" in copy.said
            assert str(data_directory) in copy.said
    assert status_of(f"{winner.url}/healthz") == 200
    winner.process.send_signal(signal.SIGINT)
    assert winner.finish() == 0
    assert_nothing_left(data_directory)


def test_when_the_web_server_dies_everything_stops(data_directory: Path) -> None:
    server = Server(data_directory)
    server.wait_until_ready()
    arbiter = min(pid for pid, command in related(data_directory).items() if "gunicorn" in command)
    os.kill(arbiter, signal.SIGKILL)
    assert server.finish() == 1
    assert "the web server ended" in server.said
    assert_nothing_left(data_directory)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_when_it_is_killed_nothing_goes_on(data_directory: Path) -> None:
    server = Server(data_directory)
    server.wait_until_ready()
    server.process.kill()
    server.process.wait()
    wait_until_gone(data_directory)
    again = Server(data_directory)
    again.wait_until_ready()
    again.process.send_signal(signal.SIGINT)
    assert again.finish() == 0
    assert_nothing_left(data_directory)


def test_ctrl_c_while_it_starts_stops_it(data_directory: Path) -> None:
    server = Server(data_directory)
    while not (data_directory / "postgres").exists():
        assert server.process.poll() is None
        time.sleep(0.01)
    server.process.send_signal(signal.SIGINT)
    assert server.finish() == 0
    assert related(data_directory) == {}
    assert not (data_directory / "serving").exists()


def test_a_database_that_comes_back_serves_again(data_directory: Path) -> None:
    server = Server(data_directory)
    server.wait_until_ready()
    lines = (data_directory / "postgres" / "data" / "postmaster.pid").read_text().split()
    os.kill(int(lines[0]), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while server.process.poll() is None and status_of(f"{server.url}/healthz") != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert server.process.poll() is None
    server.process.send_signal(signal.SIGINT)
    assert server.finish() == 0
    assert_nothing_left(data_directory)


def test_a_taken_port_is_said_in_words(data_directory: Path) -> None:
    first = Server(data_directory)
    first.wait_until_ready()
    port = first.url.rpartition(":")[2]
    second = Server(data_directory.with_name("other"), PORT=port)
    assert second.finish() == 1
    assert f"PORT={int(port) + 1}" in second.said
    first.process.send_signal(signal.SIGINT)
    assert first.finish() == 0

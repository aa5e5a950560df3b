"""`manage.py serve`: up in words, down without a trace, once per data directory."""

from __future__ import annotations

import http.client
import os
import re
import shutil
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
    # One worker of pytest-xdist: the others would make their own cold start.
    pytest.mark.xdist_group("serve"),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]


class Server:
    """One `manage.py serve` on a data directory."""

    def __init__(self, data_directory: Path, **variables: str) -> None:
        unset = {"DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "HOST"}
        environment = {key: value for key, value in os.environ.items() if key not in unset}
        environment |= {"DATA_DIR": str(data_directory), "PORT": "0", "SAMPLES": "0", **variables}
        self.data_directory = data_directory
        self.healthy = False
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
            if line.startswith("Ctrl-C stops everything"):
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


def stop(server: Server, number: int = signal.SIGINT) -> None:
    server.process.send_signal(number)
    assert server.finish() == 0, server.said
    assert_nothing_left(server.data_directory)


def test_four_cold_starts_at_once_become_one_server(
    cold_start: tuple[Path, list[Server]],
) -> None:
    place, copies = cold_start
    (winner,) = [copy for copy in copies if copy.process.returncode == 0]
    assert winner.healthy
    for copy in copies:
        if copy is not winner:
            assert copy.process.returncode == 1
            assert f"A server already runs on {place}" in copy.said
    assert_nothing_left(place)


def test_the_key_is_kept_for_its_owner_alone(cold_start: tuple[Path, list[Server]]) -> None:
    key = cold_start[0] / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text().strip()) >= 50


def test_a_second_start_keeps_key_and_data(served_before: Path) -> None:
    key = (served_before / "secret_key").read_text()
    cluster = Cluster(served_before / "postgres")
    cluster.ensure_running()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("INSERT INTO django_content_type (app_label, model) VALUES ('a', 'b')")
    cluster.release()
    server = Server(served_before)
    server.wait_until_ready()
    assert status_of(f"{server.url}/readyz") == 200
    assert "migrations" not in server.said
    assert (served_before / "secret_key").read_text() == key
    with psycopg.connect(cluster.url()) as connection:
        query = "SELECT count(*) FROM django_content_type WHERE app_label = 'a'"
        assert connection.execute(query).fetchone() == (1,)
    stop(server, signal.SIGTERM)


def test_a_connection_that_rests_is_not_closed_under_a_client(server: Server) -> None:
    client = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
    connections = set()
    for _ in range(2):
        client.request("GET", "/healthz")
        assert client.getresponse().read()
        connections.add(client.sock)
        time.sleep(6)
    assert len(connections) == 1
    client.close()
    stop(server)


def test_later_copies_say_where_the_server_is_or_that_the_port_is_taken(server: Server) -> None:
    same = Server(server.data_directory)
    port = server.url.rpartition(":")[2]
    other = Server(server.data_directory.with_name("other"), PORT=port)
    assert same.finish() == 1
    assert server.url in same.said
    assert other.finish() == 1
    assert f"PORT={int(port) + 1}" in other.said
    stop(server)


def test_when_the_web_server_dies_everything_stops(server: Server) -> None:
    processes_now = related(server.data_directory)
    arbiter = min(pid for pid, command in processes_now.items() if "gunicorn" in command)
    os.kill(arbiter, signal.SIGKILL)
    assert server.finish() == 1
    assert "the web server ended" in server.said
    assert_nothing_left(server.data_directory)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_when_it_is_killed_nothing_goes_on_and_it_starts_again(server: Server) -> None:
    server.process.kill()
    server.process.wait()
    wait_until_gone(server.data_directory)
    again = Server(server.data_directory)
    again.wait_until_ready()
    stop(again)


def test_a_killed_worker_is_started_again(server: Server) -> None:
    def workers() -> set[int]:
        found = related(server.data_directory).items()
        return {pid for pid, name in found if " worker " in name}

    before = workers()
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while killed in workers() or len(workers()) < len(before):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    stop(server)
    assert "ended with status -9; it is started again" in server.said


def test_ctrl_c_while_it_starts_stops_it(served_before: Path) -> None:
    server = Server(served_before)
    while not (served_before / "postgres" / "in-use").exists():
        assert server.process.poll() is None
        time.sleep(0.01)
    stop(server)


def postmaster(server: Server) -> int:
    """The pid of PostgreSQL's first process; 0 while it has none."""
    pid_file = server.data_directory / "postgres" / "data" / "postmaster.pid"
    words = pid_file.read_text().split() if pid_file.exists() else []
    return int(words[0]) if words else 0


def kill_the_database(server: Server) -> int:
    """Kill PostgreSQL and give the pid that it had."""
    killed = postmaster(server)
    os.kill(killed, signal.SIGKILL)
    return killed


def test_a_killed_database_comes_back(server: Server) -> None:
    killed = kill_the_database(server)
    deadline = time.monotonic() + 30
    while postmaster(server) in {0, killed} or status_of(f"{server.url}/healthz") != 200:
        status_of(f"{server.url}/healthz")
        assert time.monotonic() < deadline
        time.sleep(0.2)
    stop(server)


def test_a_stop_right_after_the_database_was_killed_leaves_nothing(server: Server) -> None:
    kill_the_database(server)
    server.process.send_signal(signal.SIGINT)
    server.finish()
    wait_until_gone(server.data_directory)
    assert not (server.data_directory / "postgres" / "in-use").exists()

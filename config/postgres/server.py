"""A private PostgreSQL in a directory: made, started, shared and stopped without any care."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config import filelock, processes
from config.postgres.binaries import (
    INSTEAD,
    Binaries,
    Launcher,
    PostgresUnavailable,
    find_binaries,
    find_launcher,
)

PROJECT = Path(__file__).resolve().parents[2]
PORT = 5432
START_SECONDS = 120.0
# The kernel's limit for the path of a socket is 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_DIRECTORY = 85
LARGEST_LOG = 4_000_000

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Neither a failed statement nor the row it was about reaches the log: no article text there.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "max_connections": "100",
}
MEGABYTE = 2**20
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
}


def buffers() -> str:
    """What PostgreSQL may keep of its tables: a quarter of memory, as its manual advises, but at
    least its default and at most a gigabyte. Only what is used is taken.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(max(memory // 4 // MEGABYTE, 128), 1024)}MB"


_guard = threading.Lock()
_held: dict[Path, int] = {}


@dataclass(frozen=True)
class Cluster:
    """
    One PostgreSQL data directory and the server on it.

    Call `ensure_running()` before each connection; it is cheap while the server answers. The
    server stops when the last process that called it has ended or called `release()`. A
    throwaway cluster trades safety for speed and removes its directory when it stops.
    """

    directory: Path
    throwaway: bool = False
    database: str = "on_record"
    superuser: str = "on_record"

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "log"

    @property
    def socket_directory(self) -> Path:
        """Where the socket is: beside the data, or in the runtime directory for long paths."""
        if len(os.fsencode(self.directory)) <= LONGEST_SOCKET_DIRECTORY:
            return self.directory
        name = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        return Path(runtime) / f"on-record-{os.geteuid()}-{name}"

    @property
    def in_use(self) -> Path:
        return self.directory / "in-use"

    def url(self, database: str | None = None) -> str:
        """Give the connection URL of a database, the application's by default."""
        name = database or self.database
        return f"postgresql://{self.superuser}@/{name}?host={self.socket_directory}&port={PORT}"

    def ensure_running(self) -> None:
        """Start the server unless it runs, and keep it until this process ends or releases it."""
        with _guard:
            if self.directory in _held and self.listens():
                return
            self._make_directories()
            with filelock.exclusive(self.directory / "starting"):
                if self.directory not in _held:
                    # Waits while a keeper that nobody needed any more stops its server.
                    descriptor = filelock.acquire(self.in_use, shared=True)
                    assert descriptor is not None  # noqa: S101 - waiting always ends with one
                    _held[self.directory] = descriptor
                if not self._answers():
                    self._start()
                self._make_database()

    def release(self) -> bool:
        """
        Say that this process is done; wait for the server's end, or return False if others use it.
        """
        with _guard:
            descriptor = _held.pop(self.directory, None)
            if descriptor is None:
                return True
            os.close(descriptor)
        try:
            probe = os.open(self.in_use, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            for _ in range(20):
                # The keeper waits for the whole lock and has it at once if we were the last.
                time.sleep(0.05)
                try:
                    fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    # It stops the server now, and lets go of the lock when that is done.
                    fcntl.flock(probe, fcntl.LOCK_SH)
                    return True
                fcntl.flock(probe, fcntl.LOCK_UN)
            if self.listens():
                return False
            self._clear_after_a_crash(probe)
            return True
        finally:
            os.close(probe)

    def _clear_after_a_crash(self, probe: int) -> None:
        """Remove the file in the place of the keeper, which ended with a killed server."""
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(probe), self.in_use.stat()):
                self.in_use.unlink()

    def listens(self) -> bool:
        """Tell whether something accepts connections on the socket; costs microseconds."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self.socket_directory / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def _answers(self) -> bool:
        if not self.listens():
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_directories(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = self.socket_directory
        place.mkdir(exist_ok=True, mode=0o700)
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise PostgresUnavailable(f"{place} is not a directory; remove it")
        if place != self.directory and (found.st_uid != os.geteuid() or found.st_mode & 0o077):
            # Under a shared temporary directory somebody else may have made it first.
            raise PostgresUnavailable(f"{place} belongs to somebody else; set a shorter DATA_DIR")

    def _start(self) -> None:
        binaries = find_binaries()
        launcher = find_launcher(binaries)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries, launcher)
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(binaries.version):
            raise PostgresUnavailable(
                f"The data in {self.data} was written by PostgreSQL {made_by}, and the programs "
                f"found are of version {binaries.version}. Dump the data with the old version and "
                f"restore it into an empty DATA_DIR, {INSTEAD}."
            )
        self._clear_stale_locks()
        launcher.own(self.directory)
        if self.socket_directory != self.directory:
            launcher.own(self.socket_directory)
        keeper = self._spawn_keeper(binaries, launcher)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if keeper.poll() is not None:
                raise PostgresUnavailable(f"PostgreSQL did not start:\n{self._end_of_log()}")
            if time.monotonic() > deadline:
                keeper.terminate()
                raise PostgresUnavailable(f"PostgreSQL does not answer; its log is {self.log}")
            time.sleep(0.02)

    def _initialise(self, binaries: Binaries, launcher: Launcher) -> None:
        """Make the data under another name, so that a half-made directory is never used."""
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        launcher.own(self.directory)
        locale = (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if binaries.version >= 17
            else ["--locale=C.UTF-8"]
        )
        command = [
            *launcher.prefix,
            binaries.program("initdb"),
            f"--pgdata={new}",
            f"--username={self.superuser}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-instructions",
            *locale,
            *(["--no-sync"] if self.throwaway else []),
        ]
        made = subprocess.run(  # noqa: S603 - our own command line
            command,
            capture_output=True,
            text=True,
            check=False,
            # Away from the terminal: Ctrl-C is for the caller, who lets this finish.
            start_new_session=True,
            **launcher.options(),
        )
        if made.returncode != 0:
            raise PostgresUnavailable(f"initdb failed:\n{made.stderr.strip()}")
        new.rename(self.data)

    def _clear_stale_locks(self) -> None:
        """Remove lock files of a killed server: their pid is dead, a zombie, or another program."""
        for lock in (
            self.data / "postmaster.pid",
            self.socket_directory / f".s.PGSQL.{PORT}.lock",
        ):
            deadline = time.monotonic() + 10
            while (pid := self._owner(lock)) is not None:
                if time.monotonic() > deadline:
                    raise PostgresUnavailable(
                        f"A PostgreSQL (process {pid}) holds {self.data} and does not answer"
                    )
                time.sleep(0.1)
            lock.unlink(missing_ok=True)
        (self.socket_directory / f".s.PGSQL.{PORT}").unlink(missing_ok=True)

    def _owner(self, lock: Path) -> int | None:
        """Give the pid of the living server that a lock file names."""
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(lock.read_text().split()[0])
            command = processes.command_of(pid) or ""
            if "postgres" in command and str(self.data) in command:
                return pid
        return None

    def _spawn_keeper(self, binaries: Binaries, launcher: Launcher) -> subprocess.Popen[bytes]:
        settings = SETTINGS | {"unix_socket_directories": str(self.socket_directory)}
        settings |= THROWAWAY_SETTINGS if self.throwaway else {"shared_buffers": buffers()}
        command = [
            sys.executable,
            "-m",
            "config.postgres.keeper",
            f"--in-use={self.in_use}",
        ]
        if self.throwaway:
            command.append(f"--remove={self.directory}")
        if self.socket_directory != self.directory:
            command.append(f"--remove-empty={self.socket_directory}")
        if launcher.account is not None:
            command += [f"--uid={launcher.account.pw_uid}", f"--gid={launcher.account.pw_gid}"]
        command += ["--", *launcher.prefix, binaries.program("postgres"), "-D", str(self.data)]
        command += [f"--{name}={value}" for name, value in settings.items()]
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_name("log.old"))
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own command line
                command,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Away from the terminal: Ctrl-C reaches the users, whose end stops the server.
                start_new_session=True,
            )

    def _end_of_log(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        return f"(no log in {self.log})"

    def _make_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [self.database]).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database))
                )

"""`manage.py serve` as a process of its own, for tests of what it survives."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from config import processes

PROJECT = Path(__file__).resolve().parents[2]


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
        self.ready = threading.Event()
        # Read to the end: whoever writes to a full pipe waits.
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(r"Ready after .*: (http://\S+)/", line):
                self.url = found[1]
            if line.startswith("Ctrl-C stops everything"):
                self.ready.set()

    def wait_until_ready(self) -> None:
        while not self.ready.wait(0.05):
            if not self.reader.is_alive() and not self.ready.is_set():
                pytest.fail("it ended before it was ready:\n" + self.said)

    def finish(self, seconds: float = 40) -> int:
        """Wait for the end and give the exit status."""
        status = self.process.wait(seconds)
        self.reader.join(seconds)
        return status

    @property
    def said(self) -> str:
        return "".join(self.lines)


def manage(data_directory: Path, *words: str) -> str:
    """What a command of `manage.py` says on a data directory; it must end well."""
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "SECRET_KEY"}}
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=environment | {"DATA_DIR": str(data_directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


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


def stop(server: Server, number: int = signal.SIGINT) -> None:
    server.process.send_signal(number)
    assert server.finish() == 0, server.said
    assert_nothing_left(server.data_directory)

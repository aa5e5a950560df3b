"""
The parent of an embedded PostgreSQL: runs it for as long as anybody uses it.

Each process that uses the server holds a shared lock on the file `in-use`. The keeper waits for
the whole lock, which the kernel gives it when the last holder has ended, in whatever way it
ended; then it stops PostgreSQL. So no server outlives its users, not even killed ones.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config import filelock

PR_SET_PDEATHSIG = 1
PATIENCE = 60.0


class ServerEnded(Exception):
    """PostgreSQL ended by itself."""


class AskedToStop(Exception):
    """Somebody asked the keeper to stop."""


def main() -> int:
    """Run one server until nobody uses it; the command comes after `--`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--in-use", type=Path, required=True)
    parser.add_argument("--remove", type=Path, action="append", default=[])
    parser.add_argument("--remove-empty", type=Path, action="append", default=[])
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    signal.signal(signal.SIGCHLD, _child_ended)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _asked_to_stop)
    server: subprocess.Popen[bytes] | None = None
    try:
        server = subprocess.Popen(  # noqa: S603 - the command line made by Cluster
            options.command,
            user=options.uid,
            group=options.gid,
            extra_groups=None if options.uid is None else [],
            preexec_fn=_die_with_parent,  # this process has no threads
        )
        filelock.acquire(options.in_use)
    except (ServerEnded, AskedToStop):
        pass
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    code = _stop(server, fast=bool(options.remove)) if server else 1
    for path in options.remove:
        shutil.rmtree(path, ignore_errors=True)
    for path in options.remove_empty:
        with contextlib.suppress(OSError):
            path.rmdir()
    options.in_use.unlink(missing_ok=True)
    return code


def _child_ended(number: int, frame: FrameType | None) -> NoReturn:
    raise ServerEnded


def _asked_to_stop(number: int, frame: FrameType | None) -> NoReturn:
    raise AskedToStop


def _die_with_parent() -> None:
    """Have Linux stop PostgreSQL when the keeper itself is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() == 1:
            os._exit(1)


def _stop(server: subprocess.Popen[bytes], *, fast: bool) -> int:
    """Stop the server: SIGINT ends sessions and writes everything, SIGQUIT just ends."""
    server.send_signal(signal.SIGQUIT if fast else signal.SIGINT)
    try:
        return server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
    try:
        return server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


if __name__ == "__main__":
    sys.exit(main())

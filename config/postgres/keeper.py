"""
The parent of an embedded PostgreSQL: runs it for as long as anybody uses it.

Each process that uses the server holds a shared lock on the file `in-use`. The keeper waits for
the whole lock, which the kernel gives it when the last holder has ended, in whatever way it
ended; then it stops PostgreSQL. So no server outlives its users, not even killed ones.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config import filelock, processes

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
    unused = False
    try:
        server = subprocess.Popen(  # noqa: S603 - the command line made by Cluster
            options.command,
            user=options.uid,
            group=options.gid,
            extra_groups=None if options.uid is None else [],
            preexec_fn=processes.ending_with_parent(signal.SIGINT),
        )
        filelock.acquire(options.in_use)
        unused = True
    except (ServerEnded, AskedToStop):
        pass
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    code = _stop(server, fast=bool(options.remove)) if server else 1
    if unused:
        # Otherwise users are still there, who may start another server on the same files.
        _clean_up(options.remove, options.remove_empty, options.in_use)
    return code


def _clean_up(trees: list[Path], empty: list[Path], in_use: Path) -> None:
    for path in trees:
        shutil.rmtree(path, ignore_errors=True)
    for path in empty:
        with contextlib.suppress(OSError):
            path.rmdir()
    in_use.unlink(missing_ok=True)


def _child_ended(number: int, frame: FrameType | None) -> NoReturn:
    raise ServerEnded


def _asked_to_stop(number: int, frame: FrameType | None) -> NoReturn:
    raise AskedToStop


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

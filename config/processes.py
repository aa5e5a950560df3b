"""What the kernel knows of processes: whether one lives, and what ends it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def command_of(pid: int) -> str | None:
    """Give the command line of a living process; None for a dead one or a zombie."""
    proc = Path("/proc") / str(pid)
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            # The name in parentheses may hold spaces: the state follows the last one.
            state = (proc / "stat").read_text().rpartition(")")[2].split()[0]
            if state not in {"Z", "X"}:
                return (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return None
    answer = subprocess.run(  # noqa: S603 - fixed program, a number as argument
        ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, command = answer.stdout.strip().partition(" ")
    return command if command and not state.startswith("Z") else None


def ending_with_parent(number: int) -> Callable[[], None]:
    """
    Give a `preexec_fn` that has Linux send the signal when the starting thread's process ends.

    It covers a parent that was killed and cannot stop its children; other systems lack it.
    """
    parent = os.getpid()
    # Loaded before the fork: little is safe between fork and exec.
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def prepare() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:
                os._exit(1)

    return prepare

"""What the kernel says about a process that a lock file names."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path


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


def is_alive(pid: int) -> bool:
    """Tell whether the process still runs; a zombie does not."""
    return pid == os.getpid() or command_of(pid) is not None

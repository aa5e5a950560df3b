"""Programs run in the foreground by `serve`: none of them outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config import processes


@dataclass(frozen=True)
class Child:
    """One running program and the words that name it."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def signal_group(self, number: int) -> None:
        """Send a signal to the program and what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def start(
    name: str, command: list[str], environment: Mapping[str, str], *, inherit: Iterable[int] = ()
) -> Child:
    """
    Start a program in a session of its own.

    Ctrl-C in the terminal then reaches `serve` alone, which stops its children in good order.
    """
    process = subprocess.Popen(  # noqa: S603 - our own command line
        command,
        env=dict(environment),
        pass_fds=tuple(inherit),
        stdin=subprocess.DEVNULL,
        # What there is to say is logged to stderr; chatter on stdout would cut into our lines.
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=processes.ending_with_parent(signal.SIGTERM),
    )
    return Child(name, process)


def stop_all(children: list[Child], *, patience: float) -> list[str]:
    """Ask all children to stop, wait, then kill; give the names of those that had to be killed."""
    for child in children:
        if child.running:
            child.process.terminate()
    deadline = time.monotonic() + patience
    killed = []
    for child in children:
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            killed.append(child.name)
        # What a killed program had started may still be there.
        child.signal_group(signal.SIGKILL)
        child.process.wait()
    return killed

"""Locks between processes on a file, which the kernel drops when the holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def acquire(path: Path, *, shared: bool = False, wait: bool = True) -> int | None:
    """
    Lock the file and return its descriptor; None when it is taken and `wait` is off.

    The descriptor is not inherited by programs started later. A holder may remove the file
    while it has the lock alone: whoever waited then finds out and locks the new file.
    """
    flags = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, flags)
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock alone, waiting for it, and remove the file at the end."""
    descriptor = acquire(path)
    assert descriptor is not None  # noqa: S101 - acquire() with wait always returns one
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)

"""One server per data directory: who has it, and where it listens."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from config import filelock


class AlreadyServed(Exception):
    """Another server runs on this data directory; the message says where."""


@dataclass
class Claim:
    """The right to serve a data directory, held until `release()` or the process's end."""

    path: Path
    descriptor: int

    def announce(self, address: str) -> None:
        """Write down where the server listens, for those who come later."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{address} (process {os.getpid()})\n".encode(), 0)

    def release(self) -> None:
        """Give the data directory free."""
        self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def claim(directory: Path) -> Claim:
    """Claim a data directory or raise AlreadyServed."""
    path = directory / "serving"
    descriptor = filelock.acquire(path, wait=False)
    if descriptor is None:
        where = path.read_text(encoding="utf-8").strip() if path.exists() else ""
        raise AlreadyServed(
            f"A server already runs on {directory}: {where or 'it is just starting'}.\n"
            "Use that one, stop it first, or set DATA_DIR and PORT for another."
        )
    return Claim(path, descriptor)

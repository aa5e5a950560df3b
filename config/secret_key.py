"""The key that signs sessions and links: never a known one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

LENGTH = 64


def read_key(path: Path) -> str:
    """Read the key kept in a file; empty when there is none."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def keep_key(path: Path) -> str:
    """Give the key kept in the file and make one, readable by its owner alone, if there is none."""
    if key := read_key(path):
        return key
    key = secrets.token_urlsafe(LENGTH)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with open(new, "x", encoding="ascii", opener=_owner_only) as file:
        file.write(key + "\n")
    try:
        # Whole or not at all, and never in place of a key that another process made meanwhile.
        os.link(new, path)
    except FileExistsError:
        return read_key(path)
    finally:
        new.unlink()
    return key


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

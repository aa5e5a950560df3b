"""Typed readers for environment variables; a value that makes no sense stops the start."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


def read_text(name: str, default: str = "") -> str:
    """Read a variable; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def read_flag(name: str, *, default: bool) -> bool:
    """Read a yes or no; anything else is refused rather than taken for no."""
    value = read_text(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of 1, 0, true, false, on, off")


def read_integer(name: str, default: int, *, minimum: int = 0) -> int:
    """Read a whole number of at least `minimum`."""
    value = read_text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < minimum:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a number from {minimum} up")
    return int(value)


def read_list(name: str, default: list[str] | None = None) -> list[str]:
    """Read values separated by commas."""
    values = [part.strip() for part in read_text(name).split(",")]
    return [value for value in values if value] or list(default or [])


def read_path(name: str, default: Path) -> Path:
    """Read a path and make it absolute."""
    value = read_text(name)
    return (Path(value).expanduser() if value else default).absolute()

"""The scorers and annotated articles that lie in a folder beside the repository."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


class TextsMissing(RuntimeError):
    """The annotated articles are not on this machine."""


def folder(shared: Path = SHARED) -> Path:
    """The folder with scorers and annotated articles."""
    found = shared / "eval"
    if not found.is_dir():
        raise TextsMissing(f"no annotated articles in {found}: nothing can be measured here")
    return found


def scorer(name: str, shared: Path = SHARED) -> ModuleType:
    """One of the scorers, loaded from its file."""
    spec = importlib.util.spec_from_file_location(name, folder(shared) / f"{name}.py")
    assert spec is not None and spec.loader is not None  # noqa: S101 a path ending in .py has both
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def articles(name: str, shared: Path = SHARED) -> dict[str, dict[str, Any]]:
    """Annotated articles by id."""
    return {row["id"]: row for row in rows(name, shared)}


def rows(name: str, shared: Path = SHARED) -> Iterator[dict[str, Any]]:
    """The lines of a file of the folder, plain or compressed."""
    path = folder(shared) / name
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())

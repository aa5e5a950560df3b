"""Rules of CONTRIBUTING.md that a machine can check and no linter does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

# Beside ruff and the import contracts in `make check`: a rule for those who write, no behaviour.
pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
ROOTS = ("config", "quotes", "annotations", "tests", "tools")
SOURCES = sorted(
    path
    for root in ROOTS
    for path in (PROJECT / root).rglob("*.py")
    if "migrations" not in path.parts
)
LIBRARY = [path for path in SOURCES if "tests" not in path.relative_to(PROJECT).parts]
FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "signals.py"}
# About 400 is where a file is split; here the build says no.
LONGEST_FILE = 600
# The expressions of constraints, which Django writes into migrations by their names.
IN_MIGRATIONS = {"quotes.models.quote.Int4Range"}


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_there_are_sources_to_check() -> None:
    assert len(LIBRARY) > 20


def test_no_file_is_a_drawer_for_anything() -> None:
    assert [named(path) for path in SOURCES if path.name in FORBIDDEN_NAMES] == []


def test_no_signals_carry_the_control_flow() -> None:
    receiver = re.compile(r"@receiver\b|\b(?:pre|post)_(?:save|delete|migrate|init)\b|m2m_changed")
    found = [named(path) for path in LIBRARY if receiver.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_a_file_says_its_topic_first() -> None:
    trees = {named(path): ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []


def test_files_are_split_before_they_grow_long() -> None:
    long = {
        named(path): lines
        for path in LIBRARY
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_serializers_never_write() -> None:
    found = [
        f"{named(path)}: {node.name}"
        for path in LIBRARY
        if path.name == "serializers.py" or path.parent.name == "serializers"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name in {"create", "update", "save"}
        and not all(isinstance(statement, ast.Raise) for statement in node.body)
    ]
    assert found == []


def test_migrations_use_nothing_of_the_project_that_may_change() -> None:
    plain_import = re.compile(r"^from (?:quotes|annotations|config)\b", re.MULTILINE)
    used = re.compile(r"(?<![\w\".])((?:quotes|annotations|config)(?:\.\w+)+)(?=\()")
    for root in ROOTS:
        for path in (PROJECT / root).rglob("migrations/*.py"):
            text = path.read_text(encoding="utf-8")
            assert not plain_import.search(text), named(path)
            assert set(used.findall(text)) <= IN_MIGRATIONS, named(path)

"""The lock files: complete, hashed, in agreement, and free of any index's address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-dev.txt")
ALL_LOCKS = (*LOCKS, "requirements-faults.txt", "requirements-installer.txt")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)(?: ; .*?)?( \\)?$")


def text_of(lock: str) -> str:
    return (PROJECT / lock).read_text(encoding="utf-8")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, str]:
    found = (PINNED.match(line) for line in text_of(lock).splitlines())
    return {canonical(match[1]): match[2] for match in found if match}


@pytest.mark.parametrize("lock", ALL_LOCKS)
def test_a_lock_names_no_index_and_no_host(lock: str) -> None:
    assert "://" not in text_of(lock)
    assert not re.search(r"--(?:extra-)?(?:index-url|find-links|trusted-host)", text_of(lock))


@pytest.mark.parametrize("lock", ALL_LOCKS)
def test_each_pin_has_hashes(lock: str) -> None:
    lines = [
        line for line in text_of(lock).splitlines() if line and not line.lstrip().startswith("#")
    ]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith(" "):
            assert PINNED.match(line), line
            assert following.startswith("    --hash=sha256:"), line


@pytest.mark.parametrize("lock", ALL_LOCKS)
def test_a_lock_holds_what_its_source_asks_for(lock: str) -> None:
    source = (PROJECT / lock).with_suffix(".in").read_text(encoding="utf-8")
    asked = re.findall(r"^(\w[\w.-]*)(?:\[.*?\])?(?:==([^\s*]+))?", source, re.MULTILINE)
    assert asked
    for name, version in asked:
        assert canonical(name) in pins(lock), f"{name}: run `make lock`"
        if version:
            assert pins(lock)[canonical(name)].startswith(version), f"{name}: run `make lock`"


@pytest.mark.parametrize("larger", LOCKS[1:])
def test_what_is_tested_is_what_runs(larger: str) -> None:
    tested = pins(larger)
    assert {name: tested.get(name) for name in pins(LOCKS[0])} == pins(LOCKS[0])


def test_running_needs_no_test_tool() -> None:
    assert not {"pytest", "playwright", "mypy", "schemathesis"} & set(pins("requirements.txt"))
    assert not {"playwright", "mypy", "schemathesis"} & set(pins("requirements-test.txt"))

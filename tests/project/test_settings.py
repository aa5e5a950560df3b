"""The environment is read strictly, and each variable is described."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from annotations.permissions import role_table
from config import environment

PROJECT = Path(__file__).resolve().parents[2]
READER = re.compile(r"""\bread_(?:text|flag|integer|list|path)\(\s*["']([A-Z_]+)["']""")


def variables_read() -> set[str]:
    """Collect the names that the code gives to the readers of config.environment."""
    return {
        name
        for root in ("config", "quotes", "annotations")
        for path in (PROJECT / root).rglob("*.py")
        for name in READER.findall(path.read_text(encoding="utf-8"))
    }


def test_each_variable_is_described_in_the_install_guide() -> None:
    guide = (PROJECT / "docs" / "install.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", guide, flags=re.MULTILINE))
    assert "DATABASE_URL" in variables_read()
    assert described == variables_read()


def test_the_install_guide_has_the_table_of_roles() -> None:
    guide = (PROJECT / "docs" / "install.md").read_text(encoding="utf-8")
    for about, cells in role_table():
        row = " | ".join("yes" if may else "" for may in cells)
        assert f"| {about} | {row} |" in guide


def test_settings_stay_one_readable_file() -> None:
    lines = (PROJECT / "config" / "settings.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 220


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), ("off", False), ("", True), (" no ", False)]
)
def test_a_flag_is_read(text: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAG", text)
    assert environment.read_flag("FLAG", default=True) is value


def test_an_unknown_word_for_a_flag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAG", "ja")
    with pytest.raises(ImproperlyConfigured, match="FLAG is 'ja'"):
        environment.read_flag("FLAG", default=False)


@pytest.mark.parametrize("text", ["eight", "-1", "0", "1.5", "٣"])
def test_a_number_that_makes_no_sense_is_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBER", text)
    with pytest.raises(ImproperlyConfigured, match="NUMBER"):
        environment.read_integer("NUMBER", 5, minimum=1)


def test_a_list_is_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIST", " a, b ,,")
    assert environment.read_list("LIST") == ["a", "b"]


def test_a_relative_path_becomes_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "here")
    assert environment.read_path("PLACE", PROJECT) == Path.cwd() / "here"


def test_connections_have_time_limits_and_are_checked() -> None:
    database: dict[str, Any] = settings.DATABASES["default"]
    assert database["CONN_HEALTH_CHECKS"] is True
    assert re.search(r"statement_timeout=\d+ .*lock_timeout=\d+", database["OPTIONS"]["options"])


def test_pages_allow_no_inline_script_or_style() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["script-src"] == directives["style-src"] == ["'self'"]

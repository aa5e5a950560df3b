"""What the pages promise elsewhere stays true: keys, vendored files, the one script, fragments."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPT = ROOT / "static/annotations/annotate.js"
VENDOR = ROOT / "static/vendor"


def keys_on_buttons() -> set[str]:
    """Every key that a button of any page carries; digits and names are filled in by cards."""
    found: set[str] = set()
    for template in TEMPLATES:
        found |= set(re.findall(r'data-key="([^"{]+)"', template.read_text(encoding="utf-8")))
    return found


def test_the_pages_have_keys():
    assert {"a", "x", "Space", "/", "u", "Shift+U", "?", "Enter", "Escape"} <= keys_on_buttons()


@pytest.mark.parametrize("key", sorted(keys_on_buttons() | {"n", "←", "→", "Shift", "Alt"}))
def test_every_key_is_in_the_editor_guide(key):
    guide = (ROOT / "docs/editing.md").read_text(encoding="utf-8")
    rows = [line for line in guide.splitlines() if line.startswith("| `")]
    digits = key in {"1", "2"}
    assert any(f"`{key}`" in row for row in rows) or (digits and "`1` to `9`" in guide)


@pytest.mark.parametrize("key", sorted(keys_on_buttons() - {"1", "2"}))
def test_every_key_is_in_the_list_that_the_page_shows(key):
    listed = (ROOT / "templates/annotations/_key_map.html").read_text(encoding="utf-8")
    shown = key.replace("Shift+", "⇧").replace("Escape", "Esc")
    assert f"<kbd>{shown}</kbd>" in listed


def test_the_script_holds_no_keys_of_its_own_for_decisions():
    """A key only ever clicks the button that carries it, so the script names no letters."""
    code = SCRIPT.read_text(encoding="utf-8")
    named = set(re.findall(r'key === "([^"]+)"', code))
    assert named <= {" ", "ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp", "Enter", "Space"} | {
        "Escape",
        "n",
    }


def test_the_pages_have_one_script_of_at_most_400_lines():
    assert list((ROOT / "static/annotations").rglob("*.js")) == [SCRIPT]
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_script_evaluates_nothing_and_writes_no_markup():
    code = SCRIPT.read_text(encoding="utf-8")
    for word in ("eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML"):
        assert word not in code.replace('"morph:outerHTML"', "")


@pytest.mark.parametrize("entry", json.loads((VENDOR / "VENDOR.json").read_text()))
def test_vendored_files_are_what_they_say(entry):
    data = (VENDOR / entry["file"]).read_bytes()
    assert base64.b64encode(hashlib.sha384(data).digest()).decode() == entry["sha384"]
    assert (VENDOR / entry["licence_file"]).is_file()


def test_nothing_is_vendored_that_is_not_listed():
    listed = json.loads((VENDOR / "VENDOR.json").read_text())
    known = {VENDOR / entry[key] for entry in listed for key in ("file", "licence_file")}
    assert {p for p in VENDOR.rglob("*") if p.is_file()} == known | {VENDOR / "VENDOR.json"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_nothing_inline(template):
    """The content security policy would stop it, silently for the reader."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|\shx-on", text)
    assert "javascript:" not in text
    assert not re.search(r'(?:src|href)="https?://', text)


@pytest.mark.parametrize(
    "template", [t for t in TEMPLATES if t.name.startswith("_")], ids=lambda path: path.name
)
def test_a_fragment_says_what_it_needs(template):
    first = template.read_text(encoding="utf-8").splitlines()[0]
    assert re.match(r"\{# .+ Inputs: .+ #\}", first)

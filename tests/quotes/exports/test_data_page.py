"""docs/data.md: its analysis runs on an export, and its list of formats is the code's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from quotes.exports.formats.all import FORMATS
from quotes.exports.tables import TABLES
from tests.factories import make_article, make_correction, make_quote, make_speaker

PAGE = (Path(settings.BASE_DIR) / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_analysis_counts_what_is_confirmed(collection, tmp_path):
    article = make_article(collection, outlet="Osk Courier")
    ines, tobias = make_speaker(collection), make_speaker(collection, "Tobias Wrenfield")
    make_quote(article, "“It has held for ninety winters,”", speaker=ines, status="confirmed")
    make_quote(article, "“The figure is forty million,”", speaker=ines, status="confirmed")
    make_quote(article, "“It has not held since March,”", speaker=tobias)
    told = {"corrector": tobias, "corrected": ines, "status": "confirmed"}
    first = make_correction(article, "correcting the minister", **told)
    make_correction(article, "told the board", retells=first, **told)
    call_command("export_quotes", out=tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "Osk Courier  2026-02  Ines Adair: 2",
        "Tobias Wrenfield corrects Ines Adair: 1",
    ]


def test_the_analysis_in_r_names_columns_that_exist():
    (code,) = re.findall(r"```r\n(.*?)```", PAGE, re.S)
    known = set(TABLES["quotes"].header) | set(TABLES["corrections"].header)
    named = set(re.findall(r"\b[a-z]+_[a-z_]+\b", code))
    assert named - {"read_csv", "col_types", "col_character", "keep_all"} <= known


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_and_what_it_loses_is_in_the_page(name):
    chosen = FORMATS[name]
    assert f"| `{name}` | {chosen.title} | {chosen.loses} |" in PAGE

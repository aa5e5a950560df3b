"""What an installation is made of: each part with a licence that we know, and its hash."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from tools import audit, sbom

pytestmark = pytest.mark.slow

LICENCES = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "OFL-1.1",
    "PSF-2.0",
    "PostgreSQL",
    "Unlicense",
    "ZPL-2.1",
    "Zlib",
}
"""All may be run, and given on with their notices, by anybody; none asks it of our own code."""

NOT_CHOSEN = {"GPL-2.0-only", "MPL-1.1"}
"""May stand beside another one of ours, after “OR”."""


@pytest.fixture(scope="module")
def parts() -> list[sbom.Part]:
    return sbom.parts(sbom.ROOT / "requirements.txt")


def test_each_part_has_a_licence_that_we_know(parts):
    wrong = {}
    for part in parts:
        choices = re.split(r" OR ", part.licence)
        known = [set(re.findall(r"[\w.-]+", one)) - {"AND", "OR"} for one in choices]
        if not any(names and names <= LICENCES for names in known):
            wrong[part.name] = part.licence
        if not set().union(*known) <= LICENCES | NOT_CHOSEN:
            wrong[part.name] = part.licence
    assert wrong == {}


def test_the_list_of_licences_is_what_is_installed(parts):
    """Run `make sbom` after `make lock`."""
    assert sbom.DOCS.read_text(encoding="utf-8") == sbom.as_markdown(parts)


def test_the_list_of_parts_is_cyclonedx_with_a_hash_for_each(parts):
    made = sbom.cyclonedx(parts)
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.5")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", made["serialNumber"])
    components = made["components"]
    assert len({one["bom-ref"] for one in components}) == len(components) > 60
    assert [one["name"] for one in components if not one["hashes"]] == []
    named = {one["name"].lower() for one in components}
    assert {"django", "spacy", "psycopg", "htmx.org"} <= named
    assert sbom.cyclonedx(parts) == made


def test_what_is_locked_but_not_installed_is_said(tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("no-such-part==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(SystemExit, match="no-such-part is not installed"):
        sbom.parts(lock)


def test_a_known_hole_is_left_until_its_day():
    text = "# why\nGHSA-a until 2031-05-04: Not reached.\nGHSA-b until 2031-05-03: Nor this.\n"
    assert audit.allowed(text, dt.date(2031, 5, 4)) == ["GHSA-a"]
    with pytest.raises(SystemExit, match="not “ID until"):
        audit.allowed("GHSA-a: for ever\n", dt.date(2031, 5, 4))


def test_the_list_of_known_holes_can_be_read():
    audit.allowed(audit.KNOWN.read_text(encoding="utf-8"), dt.date.min)

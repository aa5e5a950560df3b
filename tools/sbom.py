"""What this product is made of: a CycloneDX list, and docs/licences.md, from what is installed.

python -m tools.sbom [--requirements requirements.txt] [--out .cache/sbom.cdx.json] [--docs]
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs/licences.md"
VENDORED: Final = ROOT / "static/vendor/VENDOR.json"
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)(?: ; (.*?))?(?: \\)?$")
HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")

# Trove classifiers and free words, to the names of https://spdx.org/licenses (no address is asked).
SPDX: Final = {
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
}


NO_NAMES: Final = ("OSI Approved", "Other/Proprietary License")
"""Classifiers that name no licence."""


@dataclass(frozen=True, slots=True)
class Part:
    """One package or vendored file."""

    name: str
    version: str
    licence: str
    hashes: tuple[tuple[str, str], ...]
    purl: str


def pinned(requirements: Path) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Name, version, marker and hashes of each locked package."""
    blocks = re.split(r"\n(?=\S)", requirements.read_text(encoding="utf-8"))
    for block in blocks:
        if match := PIN.match(block.splitlines()[0] if block else ""):
            yield match[1], match[2], match[3] or "", tuple(HASH.findall(block))


def parts(requirements: Path) -> list[Part]:
    """All that is installed of the locked packages, and the vendored files."""
    found = []
    for name, version, marker, hashes in pinned(requirements):
        try:
            about = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if marker:
                continue  # for another platform
            raise SystemExit(f"{name} is not installed: run `make install`.") from None
        if about.version != version:
            continue  # locked once for each platform
        purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
        sums = tuple(("SHA-256", one) for one in hashes)
        found.append(Part(name, about.version, licence_of(about), sums, purl))
    files: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for entry in json.loads(VENDORED.read_text(encoding="utf-8")):
        of = (entry["name"], entry["version"], entry["licence"])
        sha384 = base64.b64decode(entry["sha384"]).hex()
        files.setdefault(of, []).append(("SHA-384", sha384))
    for (name, version, licence), sums_of in files.items():
        purl = f"pkg:generic/{name}@{version}"
        found.append(Part(name, version, licence, tuple(sums_of), purl))
    return sorted(found, key=lambda part: part.name.lower())


def licence_of(about: metadata.Distribution) -> str:
    """The licence as an SPDX expression where the package gives one; empty where it says none."""
    said = about.metadata
    if "License-Expression" in said:
        return str(said["License-Expression"])
    classes = [
        line.rsplit(" :: ", 1)[1]
        for line in said.get_all("Classifier") or ()
        if line.startswith("License :: ") and not line.endswith(NO_NAMES)
    ]
    words = classes or [
        line for line in (str(said.json.get("license", ""))).splitlines()[:1] if line
    ]
    named = " OR ".join(dict.fromkeys(SPDX.get(word, word) for word in words))
    return named.replace("BSD 3-Clause", "BSD-3-Clause")


def cyclonedx(found: list[Part]) -> dict[str, Any]:
    """The list as CycloneDX 1.5 has it."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{_serial(found)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "on-record"}},
        "components": [
            {
                "type": "library",
                "bom-ref": part.purl,
                "name": part.name,
                "version": part.version,
                "purl": part.purl,
                "licenses": [{"expression": part.licence}]
                if " " in part.licence
                else [{"license": {"name": part.licence}}],
                "hashes": [{"alg": alg, "content": value} for alg, value in part.hashes],
            }
            for part in found
        ],
    }


def _serial(found: list[Part]) -> uuid.UUID:
    """The same parts are the same list."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(part.purl for part in found))


def as_markdown(found: list[Part]) -> str:
    rows = "".join(f"| {part.name} | {part.version} | {part.licence} |\n" for part in found)
    return (
        "# Licences\n\n"
        "What an installation holds, by `make sbom` from `requirements.txt` and the vendored\n"
        "files. "
        "Each keeps its own licence; On Record itself is under Apache 2.0.\n\n"
        f"| package | version | licence |\n|---|---|---|\n{rows}"
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="List what this product is made of.")
    parser.add_argument("--requirements", type=Path, default=ROOT / "requirements.txt")
    parser.add_argument("--out", type=Path, default=ROOT / ".cache/sbom.cdx.json")
    parser.add_argument("--docs", action="store_true", help="write docs/licences.md too")
    given = parser.parse_args(arguments)
    found = parts(given.requirements)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(cyclonedx(found), indent=1) + "\n", encoding="utf-8")
    if given.docs:
        DOCS.write_text(as_markdown(found), encoding="utf-8")
    sys.stdout.write(f"{len(found)} parts: {given.out}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

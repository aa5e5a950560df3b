"""Ask for known holes in what is locked, where a network exists: `make audit`.

What is knowingly left stands in tools/known-holes.txt, each with the day until which it may.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
KNOWN: Final = ROOT / "tools/known-holes.txt"
LINE: Final = re.compile(r"^(\S+) until (\d{4}-\d{2}-\d{2}): (\S.*)$")
TOOL: Final = "pip-audit==2.9.0"
LOCKS: Final = ("requirements.txt", "requirements-installer.txt")


def allowed(text: str, today: dt.date) -> list[str]:
    """The holes that are knowingly left today; a line that nobody could read is an error."""
    found = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.match(line)
        if match is None:
            raise SystemExit(f"{KNOWN.name}: not “ID until YYYY-MM-DD: why”: {line}")
        if dt.date.fromisoformat(match[2]) >= today:
            found.append(match[1])
    return found


def main() -> int:
    uv = Path(sys.executable).with_name("uv")
    left = allowed(KNOWN.read_text(encoding="utf-8"), dt.datetime.now(dt.UTC).date())
    ignored = [option for hole in left for option in ("--ignore-vuln", hole)]
    status = 0  # strict: what could not be asked about has not been found to be whole
    for lock in LOCKS:
        asked = ("--requirement", str(ROOT / lock), "--require-hashes", "--disable-pip", "--strict")
        command = [str(uv), "tool", "run", TOOL, *asked, *ignored]
        status |= subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 our own
    return status


if __name__ == "__main__":
    sys.exit(main())

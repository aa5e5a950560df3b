"""
Make `.venv` and install one of the hash-locked requirement files into it.

    python3 tools/install.py requirements.txt

Needs nothing but Python's standard library. Doing it again costs milliseconds, and doing it
several times at once does it once.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
UV = ENVIRONMENT / "bin" / "uv"
INSTALLER_LOCK = PROJECT / "requirements-installer.txt"


def main(lock: Path) -> None:
    """Install what the lock file names, unless that has been done."""
    if sys.version_info < (3, 11):  # noqa: UP036 - run by whatever python3 is on the PATH
        sys.exit("On Record needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")
    with _alone():
        if not _runs(PYTHON):
            _make_environment()
        stamp = ENVIRONMENT / f".installed-{lock.stem}"
        wanted = _fingerprint(lock)
        if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
            _install(lock)
            stamp.write_text(wanted, encoding="ascii")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait for another installation in this directory to end."""
    with PROJECT.joinpath("Makefile").open("rb") as anchor:
        try:
            fcntl.flock(anchor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Waiting for another installation to finish …")
            fcntl.flock(anchor, fcntl.LOCK_EX)
        yield


def _make_environment() -> None:
    _say(f"Making .venv with Python {sys.version.split()[0]} …")
    command = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
    made = subprocess.run(command, check=False)  # noqa: S603 - our own command line
    if made.returncode != 0:
        sys.exit("Python's venv module failed; on Debian and Ubuntu: apt-get install python3-venv")


def _install(lock: Path) -> None:
    count = len(re.findall(r"^\S+==", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))
    _say(f"Installing {count} packages named in {lock.name} …")
    begun = time.monotonic()
    if not (_install_uv() and _uv_install(lock)):
        _say("uv does not work here; pip takes over and needs a minute or two …")
        if not _pip_install(lock):
            sys.exit(f"The packages of {lock.name} could not be installed; see above.")
    _say(f"Installed in {time.monotonic() - begun:.0f} s.")


def _install_uv() -> bool:
    stamp = ENVIRONMENT / ".installed-uv"
    wanted = _fingerprint(INSTALLER_LOCK)
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted and _runs(UV):
        return True
    if not _pip_install(INSTALLER_LOCK) or not _runs(UV):
        return False
    stamp.write_text(wanted, encoding="ascii")
    return True


def _uv_install(lock: Path) -> bool:
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    place = f"--python={PYTHON}"
    return _run(UV, "pip", "install", place, *quiet, "--require-hashes", "-r", str(lock))


def _pip_install(lock: Path) -> bool:
    options = ["--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    return _run(PYTHON, "-m", "pip", *options, "-r", str(lock))


def _run(program: Path, *arguments: str) -> bool:
    command = [str(program), *arguments]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own command


def _runs(program: Path) -> bool:
    try:
        answer = subprocess.run([str(program), "--version"], capture_output=True, check=False)  # noqa: S603
    except OSError:
        return False
    return answer.returncode == 0


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(PROJECT / sys.argv[1])

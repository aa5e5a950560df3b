"""Backups: one file with the database and the snapshots, checked before it replaces anything."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.postgres.binaries import find_binaries

DUMP: Final = "database.dump"
MANIFEST: Final = "manifest.json"
SNAPSHOTS: Final = "snapshots"


class BadBackup(Exception):
    """The file is no backup, or not a whole one; the message says which."""


def connection_facts() -> dict[str, str]:
    """Where the database is, as the environment variables of PostgreSQL's programs."""
    connection.ensure_connection()
    params = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    facts = {variable: str(params[key]) for key, variable in names.items() if params.get(key)}
    for key in ("sslmode", "sslrootcert"):
        if params.get(key):
            facts[f"PG{key.upper()}"] = str(params[key])
    return {**facts, "PGDATABASE": str(params["dbname"])}


def write_backup(file: Path, facts: Mapping[str, str]) -> dict[str, Any]:
    """Write the whole backup beside its name, then give it the name: there is no half one."""
    with tempfile.TemporaryDirectory(dir=file.parent) as place:
        dump = Path(place) / DUMP
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", facts=facts)
        manifest = {
            "made_at": timezone.now().isoformat(timespec="seconds"),
            "sha256": _sha256(dump),
            "rows": rows_of(facts),
        }
        part = Path(place) / file.name
        with tarfile.open(part, "w:gz") as archive:
            _add_bytes(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
            archive.add(dump, DUMP)
            if (settings.DATA_DIR / SNAPSHOTS).is_dir():
                archive.add(settings.DATA_DIR / SNAPSHOTS, SNAPSHOTS)
        part.chmod(0o600)
        part.replace(file)
    return manifest


def restore_backup(file: Path, facts: Mapping[str, str]) -> dict[str, Any]:
    """Put a backup in the place of whatever the database holds, or change nothing.

    Raises ``BadBackup`` before anything is touched where the file is not a whole backup, and after
    it where the rows are not those that the manifest counts.
    """
    with tempfile.TemporaryDirectory() as place:
        try:
            with tarfile.open(file, "r:gz") as archive:
                archive.extractall(place, filter="data")
            manifest: dict[str, Any] = json.loads((Path(place) / MANIFEST).read_bytes())
        except (OSError, tarfile.TarError, EOFError, ValueError) as error:
            raise BadBackup(f"{file.name} is not a backup, or not a whole one: {error}") from error
        dump = Path(place) / DUMP
        if not dump.is_file() or _sha256(dump) != manifest["sha256"]:
            raise BadBackup(f"{file.name} is damaged: the database in it is not the one dumped.")
        script = Path(place) / "restore.sql"
        _run(
            "pg_restore", "--no-owner", "--no-comments", f"--file={script}", str(dump), facts=facts
        )
        empty = Path(place) / "empty.sql"
        empty.write_text("DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n", encoding="ascii")
        # One transaction: where a statement fails, the database is what it was.
        _run(
            *("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--output=/dev/null"),
            *("--set=ON_ERROR_STOP=1", f"--file={empty}", f"--file={script}"),
            facts=facts,
        )
        if (found := rows_of(facts)) != manifest["rows"]:
            raise BadBackup(f"Not all rows are there: {found}, not {manifest['rows']}.")
        _restore_snapshots(Path(place) / SNAPSHOTS)
    return manifest


def rows_of(facts: Mapping[str, str]) -> dict[str, int]:
    """How many rows each table of ours holds."""
    tables = _asked(
        "SELECT quote_ident(table_name) FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_name ~ '^(quotes|annotations|auth)_' ORDER BY 1",
        facts,
    )
    counts = " UNION ALL ".join(
        f"SELECT '{table}', count(*) FROM {table}"  # noqa: S608 names that the database quoted
        for table in tables
    )
    lines = _asked(counts, facts) if tables else []
    return {name: int(number) for name, number in (line.split(",") for line in lines)}


def _asked(query: str, facts: Mapping[str, str]) -> list[str]:
    answer = _run("psql", "--no-psqlrc", "-At", "-F,", f"--command={query}", facts=facts)
    return [line for line in answer.splitlines() if line]


def _restore_snapshots(kept: Path) -> None:
    target = settings.DATA_DIR / SNAPSHOTS
    for path in sorted(kept.glob("*")) if kept.is_dir() else []:
        target.mkdir(parents=True, exist_ok=True)
        (target / path.name).write_bytes(path.read_bytes())


def _run(name: str, *arguments: str, facts: Mapping[str, str]) -> str:
    answer = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [find_binaries().program(name), *arguments],
        env={**os.environ, **facts, "PGOPTIONS": "-c statement_timeout=0 -c lock_timeout=30000"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise BadBackup(f"{name} failed: {answer.stderr.strip()[:1000]}")
    return answer.stdout


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

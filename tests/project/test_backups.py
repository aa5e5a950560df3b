"""A backup restores everything, a damaged one nothing (case 62), and tokens can be ended (63)."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from annotations.models import ApiToken
from annotations.operations.quotes import confirm_quote
from annotations.operations.tokens import authenticate_token, make_token
from config.backups import BadBackup, connection_facts, restore_backup, rows_of, write_backup
from tests.factories import make_article, make_quote

COPY = "on_record_restored"
CONTENT = """
SELECT string_agg(t::text, E'\n' ORDER BY t::text) FROM (
    SELECT 'a', id, public_id, text, sha256 FROM quotes_article UNION ALL
    SELECT 'e', id, object_id, action, after::text FROM annotations_edit UNION ALL
    SELECT 's', id, NULL, exact, start::text || '-' || "end" FROM quotes_quotespan
) t
"""


def opened(facts: dict[str, str], database: str) -> psycopg.Connection:
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    given = {name: facts[variable] for name, variable in names.items() if variable in facts}
    return psycopg.connect(**given, dbname=database, autocommit=True)  # type: ignore[arg-type]


def checksum(facts: dict[str, str], database: str) -> str:
    with opened(facts, database) as connection:
        row = connection.execute(CONTENT).fetchone()
        return hashlib.sha256(str(row).encode()).hexdigest()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_case_62_a_backup_restores_every_row(collection, editor, tmp_path: Path) -> None:
    quote = make_quote(make_article(collection))
    confirm_quote(public_id=quote.public_id, version=1, user=editor)
    kept = settings.DATA_DIR / "snapshots" / "kept.zip"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"a snapshot")
    facts = connection_facts()
    file = tmp_path / "backup.tar.gz"
    manifest = write_backup(file, facts)
    assert manifest["rows"]["quotes_quote"] == 1
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [file.name]

    there = {**facts, "PGDATABASE": COPY}
    with opened(facts, facts["PGDATABASE"]) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {COPY}")
        connection.execute(f"CREATE DATABASE {COPY}")
    try:
        kept.unlink()
        restore_backup(file, there)
        assert rows_of(there) == rows_of(facts) == manifest["rows"]
        assert checksum(there, COPY) == checksum(facts, facts["PGDATABASE"])
        assert kept.read_bytes() == b"a snapshot"
        with opened(there, COPY) as connection:
            last = connection.execute("SELECT max(id) FROM annotations_edit").fetchone()
            value = connection.execute("SELECT last_value FROM annotations_edit_id_seq").fetchone()
            assert last == value
            # What the application may never do, the restored database refuses too.
            with pytest.raises(psycopg.Error):
                connection.execute("UPDATE annotations_edit SET action = 'x'")

        damaged = tmp_path / "damaged.tar.gz"
        damaged.write_bytes(file.read_bytes()[:-200])
        with pytest.raises(BadBackup):
            restore_backup(damaged, there)
        with tarfile.open(damaged, "w:gz") as archive:
            archive.add(kept, "database.dump")
        with pytest.raises(BadBackup):
            restore_backup(damaged, there)
        assert rows_of(there) == manifest["rows"]
    finally:
        with opened(facts, facts["PGDATABASE"]) as connection:
            connection.execute(f"DROP DATABASE {COPY} WITH (FORCE)")


@pytest.mark.django_db
def test_case_63_all_tokens_and_sessions_can_be_ended(editor, client: Client) -> None:
    _, plain = make_token(user=editor, name="stolen", scopes=["read"])
    client.force_login(editor)
    with pytest.raises(CommandError, match="--all"):
        call_command("revoke_tokens")
    assert authenticate_token(plain) is not None
    call_command("revoke_tokens", "--all")
    assert authenticate_token(plain) is None
    assert ApiToken.objects.filter(revoked_at=None).count() == 0
    assert client.get("/articles/").status_code == 302

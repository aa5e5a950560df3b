"""No known key, no key for everybody to read, no deployment without one."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from config import secret_key

pytestmark = pytest.mark.slow  # each starts processes of its own

PROJECT = Path(__file__).resolve().parents[2]
GOOD_KEY = secrets.token_urlsafe(64)
DEPLOYED = {
    "PUBLIC_URL": "https://quotes.example.org",
    "DATABASE_URL": "postgresql://somebody@localhost/nowhere",
    "SECRET_KEY": GOOD_KEY,
}


Answer = subprocess.CompletedProcess[str]


def run(data_directory: Path, *arguments: str, **variables: str) -> Answer:
    """Run Python in an environment that holds these settings alone."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_directory), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def check_deployment(data_directory: Path, **variables: str) -> Answer:
    command = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return run(data_directory, *command, **(DEPLOYED | variables))


def test_case_60_a_deployment_with_everything_set_passes(tmp_path: Path) -> None:
    answer = check_deployment(tmp_path)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "changeme"}, "security.W009"),
        ({"SECRET_KEY": "django-insecure-" + GOOD_KEY}, "security.W009"),
        ({"DEBUG": "1"}, "security.W018"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS accepts every host"),
        ({"ALLOWED_HOSTS": "quotes.example.org,*"}, "ALLOWED_HOSTS accepts every host"),
        ({"DATABASE_URL": "postgresql://u:postgres@db/on_record"}, "password that everybody knows"),
        ({"PUBLIC_URL": "http://quotes.example.org"}, "security.W012"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_case_60_an_unsafe_deployment_is_refused(
    tmp_path: Path, variables: dict[str, str], told: str
) -> None:
    answer = check_deployment(tmp_path, **variables)
    assert answer.returncode != 0
    assert told in answer.stderr


def test_case_60_the_web_server_does_not_start_without_a_key(tmp_path: Path) -> None:
    answer = run(tmp_path, "-c", "import config.wsgi")
    assert answer.returncode != 0
    assert "Set SECRET_KEY" in answer.stderr


def test_the_key_of_the_data_directory_is_used(tmp_path: Path) -> None:
    key = secret_key.keep_key(tmp_path / "secret_key")
    code = "from config import settings; print(settings.SECRET_KEY)"
    assert run(tmp_path, "-c", code).stdout.strip() == key


def test_the_environment_wins_over_the_kept_key(tmp_path: Path) -> None:
    secret_key.keep_key(tmp_path / "secret_key")
    code = "from config import settings; print(settings.SECRET_KEY)"
    assert run(tmp_path, "-c", code, SECRET_KEY=GOOD_KEY).stdout.strip() == GOOD_KEY


def test_each_process_without_a_key_makes_up_its_own(tmp_path: Path) -> None:
    code = "from config import settings; print(settings.SECRET_KEY)"
    keys = {run(tmp_path, "-c", code).stdout.strip() for _ in range(2)}
    assert len(keys) == 2
    assert min(map(len, keys)) >= 50


def test_a_kept_key_stays_and_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    key = secret_key.keep_key(path)
    assert secret_key.keep_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret_key"]


def test_a_key_made_meanwhile_by_another_process_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret_key"
    path.write_text("made by the other process\n")
    answers = iter(["", "made by the other process"])
    monkeypatch.setattr(secret_key, "read_key", lambda _: next(answers))
    assert secret_key.keep_key(path) == "made by the other process"
    assert path.read_text() == "made by the other process\n"

"""Twenty people write while something is killed: what was answered is there (44, 46, 53)."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config import processes
from config.postgres.server import Cluster
from tests.project.serving import Server, manage, related, stop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("serve"),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]

WRITERS = 20
# `make test-faults` writes for longer.
SECONDS = float(os.environ.get("FAULT_SECONDS", "3"))
TOKENS = f"""
from django.contrib.auth.models import User
from annotations.models import ApiToken
from annotations.operations.tokens import make_token
from quotes.models import Collection, Membership
desk = Collection.objects.order_by("pk").first()
print("made", desk.public_id)
for number in range({WRITERS}):
    user = User.objects.create_user(f"writer-{{number}}")
    Membership.objects.create(user=user, collection=desk, role="manager")
    print(make_token(user=user, name="writer", scopes=ApiToken.Scope.values)[1])
"""


@dataclass
class Crowd:
    """Writers who each make one speaker after another, and note what was answered."""

    url: str
    collection: str
    tokens: list[str]
    """One a writer: each has a rate of their own."""
    sent: set[str] = field(default_factory=set)
    made: dict[str, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        self.threads = [
            threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(WRITERS)
        ]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()

    def wait_for(self, more: int) -> None:
        """Until so many more were answered."""
        wanted = len(self.made) + more
        deadline = time.monotonic() + 120
        while len(self.made) < wanted:
            assert time.monotonic() < deadline, self.answers
            time.sleep(0.02)

    def _write(self, number: int) -> None:
        turn = 0
        while not self.over.is_set():
            turn += 1
            name = f"Writer {number} turn {turn}"
            with self.lock:
                self.sent.add(name)
            outcome = self._post(name, self.tokens[number])
            with self.lock:
                self.answers[outcome] += 1
            if outcome == "refused":  # nobody listens: it was not even sent
                time.sleep(0.1)

    def _post(self, name: str, token: str) -> str:
        there = HTTPConnection(urlsplit(self.url).netloc, timeout=50)
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        body = json.dumps({"collection": self.collection, "name": name})
        try:
            there.connect()
        except OSError:
            return "refused"
        try:
            there.request("POST", "/api/v1/speakers/", body, headers)
            answer = there.getresponse()
            said = json.loads(answer.read())
        except (OSError, HTTPException, ValueError):
            return "cut"
        finally:
            there.close()
        if answer.status == 201:
            with self.lock:
                self.made[said["id"]] = name
        elif answer.headers.get_content_type() != "application/problem+json":
            return f"{answer.status} as {answer.headers.get_content_type()}"
        return str(answer.status)


def crowd_at(server: Server) -> Crowd:
    said = manage(server.data_directory, "shell", "-v", "0", "-c", TOKENS).split()
    _, collection, *tokens = said[said.index("made") :]
    return Crowd(server.url, collection, tokens)


def stored(place: Path) -> dict[str, str]:
    """Speakers with their names, each with its one name and its one history row."""
    cluster = Cluster(place / "postgres")
    with psycopg.connect(cluster.url()) as connection:
        rows = connection.execute(
            """
            SELECT s.public_id::text, s.name,
                   (SELECT count(*) FROM quotes_speakername n WHERE n.speaker_id = s.id),
                   (SELECT count(*) FROM annotations_edit e WHERE e.object_id = s.public_id),
                   (SELECT count(*) FROM annotations_idempotencyrecord i
                    WHERE i.body LIKE '%' || s.public_id || '%')
            FROM quotes_speaker s
            """
        ).fetchall()
    for _, name, *parts in rows:
        assert parts == [1, 1, 1], f"{name} is half done: {parts}"
    return {public_id: name for public_id, name, *_ in rows}


def all_answered_is_there(crowd: Crowd, place: Path, *, cut: int) -> None:
    """Every 2xx is a row; beside them only what was cut off before its answer."""
    there = stored(place)
    lost = crowd.made.keys() - there.keys()
    assert not lost, f"{len(lost)} of {len(crowd.made)} answered with 201 are gone"
    more = {public_id: name for public_id, name in there.items() if public_id not in crowd.made}
    assert set(more.values()) <= crowd.sent
    assert len(more) <= cut
    assert "invariants hold" in manage(place, "check_data")


def write_for_a_while(crowd: Crowd) -> None:
    crowd.wait_for(WRITERS)
    time.sleep(SECONDS * random.uniform(0.5, 1))  # noqa: S311 a moment like any other


def test_case_44_what_was_answered_is_there_after_the_web_server_was_killed(
    server: Server,
) -> None:
    crowd = crowd_at(server)
    crowd.begin()
    write_for_a_while(crowd)
    for pid, command in related(server.data_directory).items():
        if "gunicorn" in command:
            os.kill(pid, signal.SIGKILL)
    crowd.end()
    assert server.finish(120) == 1
    again = Server(server.data_directory)
    again.wait_until_ready()
    assert set(crowd.answers) <= {"201", "cut", "refused"}, crowd.answers
    all_answered_is_there(crowd, server.data_directory, cut=crowd.answers["cut"])
    stop(again)


def test_case_46_writes_are_refused_in_words_while_the_database_is_down_and_go_on_then(
    server: Server,
) -> None:
    crowd = crowd_at(server)
    crowd.begin()
    write_for_a_while(crowd)
    pid_file = server.data_directory / "postgres" / "data" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)  # pg_ctl stop -m immediate
    crowd.wait_for(3 * WRITERS)
    crowd.end()
    assert set(crowd.answers) <= {"201", "503"}, crowd.answers
    assert crowd.answers["503"] > 0
    assert any("gunicorn" in command for command in related(server.data_directory).values())
    # A transaction may be committed whose answer says that the connection was lost.
    all_answered_is_there(crowd, server.data_directory, cut=crowd.answers["503"])
    stop(server)


def test_case_53_requests_are_finished_when_it_is_told_to_stop(server: Server) -> None:
    crowd = crowd_at(server)
    crowd.begin()
    write_for_a_while(crowd)
    server.process.send_signal(signal.SIGTERM)
    status = server.finish(120)
    crowd.end()
    assert status == 0, server.said
    assert set(crowd.answers) <= {"201", "refused", "cut"}, crowd.answers
    place = server.data_directory
    again = Server(place)
    again.wait_until_ready()
    # What had begun was finished and answered: no row is there whose writer does not know of it.
    all_answered_is_there(crowd, place, cut=0)
    stop(again)
    assert all(processes.command_of(pid) is None for pid in related(place))

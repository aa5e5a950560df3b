"""Fifty readers and ten writers on the whole site at once: `make bench-load`.

Starts `manage.py serve` on DATA_DIR, which `make_benchmark_data` filled. Beside them one client
walks all quotes, again and again: what was there from the start and stays must come exactly once.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import httpx  # noqa: E402 - after django.setup()
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from annotations.models import ApiToken  # noqa: E402
from annotations.operations.tokens import make_token  # noqa: E402
from benchmarks.bars import say, verdict  # noqa: E402
from quotes.models import Collection, CorrectionQuote, Membership, Quote, Speaker  # noqa: E402

READERS, WRITERS = 50, 10
HARMLESS = {429}
WORDS = ("council", '"harbour wall"', "nosuchword", "budget school")


class Load:
    """What all clients share: the address, the end, and what has been seen."""

    def __init__(self, base: str, seconds: int) -> None:
        self.base, self.end = base, time.monotonic() + seconds
        self.answers: Counter[str] = Counter()
        self.taken: defaultdict[str, list[float]] = defaultdict(list)
        self.lock = threading.Lock()

    def client(self, token: str) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.Client(base_url=f"{self.base}/api/v1/", headers=headers, timeout=60)

    def ask(self, kind: str, request: Callable[[], httpx.Response]) -> httpx.Response | None:
        """One request; counted by its status, or by what broke."""
        begun = time.monotonic()
        response = None
        try:
            response = request()
            outcome = str(response.status_code)
            if response.status_code >= 400 and response.status_code not in HARMLESS:
                outcome += f" {response.text[:300]}"
        except httpx.HTTPError as error:
            outcome = type(error).__name__
        with self.lock:
            self.answers[f"{kind} {outcome}"] += 1
            self.taken[kind].append(time.monotonic() - begun)
        if response is not None and response.status_code in HARMLESS:
            time.sleep(min(1.0, float(response.headers.get("retry-after", "1"))))
        return response

    def goes_on(self) -> bool:
        return time.monotonic() < self.end


def read(load: Load, token: str, speakers: list[str], seed: int, *, pause: float = 0) -> None:
    """Ask for lists again and again; ``pause`` is the mean of seconds in between."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    with load.client(token) as client:
        while load.goes_on():
            time.sleep(chance.uniform(0, 2) * pause)
            address, query = chance.choice(
                (
                    ("quotes/", {}),
                    ("quotes/", {"q": chance.choice(WORDS)}),
                    ("quotes/", {"status": "confirmed", "limit": "20"}),
                    (f"speakers/{chance.choice(speakers)}/statements/", {}),
                    ("corrections/", {"limit": "20"}),
                    ("articles/", {"limit": "20"}),
                )
            )
            load.ask("read", lambda a=address, q=query: client.get(a, params=q))  # type: ignore[misc]


def write(load: Load, token: str, mine: list[tuple[str, int]], number: int) -> None:
    """Decide and undecide quotes that no other writer has, and import articles in between."""
    with load.client(token) as client:
        versions, confirmed = dict(mine), set()
        for turn in itertools.count():
            for public_id in versions:
                if not load.goes_on():
                    return
                act = "reopen" if public_id in confirmed else "confirm"
                tag = {"if-match": f'"{public_id}.{versions[public_id]}"'}
                response = load.ask(
                    "write",
                    lambda i=public_id, a=act, h=tag: client.post(  # type: ignore[misc]
                        f"quotes/{i}/{a}/", headers=h, json={}
                    ),
                )
                if response is not None and response.status_code == 200:
                    versions[public_id] = response.json()["version"]
                    confirmed ^= {public_id}
            text = f"“Number {number}, turn {turn}, is open again,” said Mara Quillon.\n" * 3
            load.ask("write", lambda t=text: client.post("articles/", json={"text": t}))  # type: ignore[misc]


def walk(load: Load, token: str, there: set[str]) -> list[str]:
    """Full walks until the end; what was wrong with them."""
    wrong, walks = [], 0
    with load.client(token) as client:
        while load.goes_on() or not walks:
            seen: Counter[str] = Counter()
            address: str | None = "quotes/?limit=200"
            while address:
                page = load.ask("read", lambda a=address: client.get(a))  # type: ignore[misc]
                if page is None or page.status_code in HARMLESS:
                    continue
                if page.status_code != 200:
                    return [*wrong, f"a page answered {page.status_code}"]
                seen.update(row["id"] for row in page.json()["results"])
                address = page.json()["next"]
            walks += 1
            lost = there - set(seen)
            twice = [public_id for public_id, n in seen.items() if n > 1]
            wrong += [f"walk {walks}: {len(lost)} lost, {len(twice)} twice"] * bool(lost or twice)
    sys.stdout.write(f"{'':<12} {walks} full walks past {len(there):,} quotes\n")
    return wrong


@contextmanager
def site() -> Iterator[tuple[str, int]]:
    """Serve the whole site, as `make run` does; give its address and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    manage = Path(__file__).resolve().parent.parent / "manage.py"
    command = [sys.executable, str(manage), "serve", "--port", str(port)]
    environment = {**os.environ, "SAMPLES": "0", "LOG_LEVEL": "ERROR"}
    connection.close()
    started = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base, started)
        yield base, started.pid
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(60)


def _wait_for(base: str, started: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        try:
            if httpx.get(f"{base}/readyz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if started.poll() is not None:
            break
        time.sleep(0.5)
    raise SystemExit("The site does not start: is DATA_DIR filled by make_benchmark_data?")


def member(username: str, role: Membership.Role) -> User:
    """Somebody with this role in every collection."""
    user, _ = User.objects.get_or_create(username=username)
    for collection in Collection.objects.all():
        Membership.objects.update_or_create(
            collection=collection, user=user, defaults={"role": role}
        )
    return user


def reopenable() -> QuerySet[Quote]:
    """Suggested quotes that can be decided again and again: what stands in no correction."""
    rows = Quote.objects.on_record().shown().suggested()
    return rows.exclude(pk__in=CorrectionQuote.objects.values("quote"))


def tokens(number: int) -> Iterator[str]:
    user = member("load", Membership.Role.MANAGER)
    for n in range(number):
        scopes = [ApiToken.Scope.READ, ApiToken.Scope.ANNOTATE, ApiToken.Scope.IMPORT]
        yield make_token(user=user, name=f"load {n}", scopes=scopes)[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    logging.disable(logging.WARNING)
    parser.add_argument("--seconds", type=int, default=120)
    seconds = parser.parse_args().seconds
    keys = list(tokens(READERS + WRITERS + 1))
    shown = Quote.objects.on_record().shown()
    there = {str(public_id) for public_id in shown.values_list("public_id", flat=True)}
    speakers = [str(s.public_id) for s in Speaker.objects.order_by("pk")[:50]]
    rows = reopenable().order_by("pk").values_list("public_id", "version")[: WRITERS * 20]
    free_quotes = [(str(public_id), version) for public_id, version in rows]
    if len(free_quotes) < WRITERS * 20:
        raise SystemExit("Too few suggested quotes: fill DATA_DIR by make_benchmark_data first.")
    with site() as (base, _):
        load = Load(base, seconds)
        with ThreadPoolExecutor(READERS + WRITERS + 1) as pool:
            walking = pool.submit(walk, load, keys[0], there)
            clients = [
                *(pool.submit(read, load, keys[1 + n], speakers, n) for n in range(READERS)),
                *(
                    pool.submit(write, load, keys[1 + READERS + n], free_quotes[n::WRITERS], n)
                    for n in range(WRITERS)
                ),
            ]
            for client in clients:
                client.result()
            wrong = walking.result()
    report(load, wrong, seconds)
    return verdict()


def report(load: Load, wrong: list[str], seconds: int) -> None:
    fine = {*(f"read {n}" for n in (200, 429)), *(f"write {n}" for n in (200, 201, 429))}
    errors = {name: n for name, n in load.answers.items() if name not in fine}
    times: dict[str, Any] = {
        kind: f"median {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s"
        for kind, taken in load.taken.items()
        if taken
    }
    sys.stdout.write(f"{'':<12} {json.dumps(dict(load.answers), sort_keys=True)}; {times}\n")
    say(
        f"{READERS} readers and {WRITERS} writers for {seconds} s",
        f"{errors or 'no error'}, {wrong or 'no row lost or repeated'}",
        "no error but 429, no row lost or repeated",
        holds=not errors and not wrong,
    )


if __name__ == "__main__":
    sys.exit(main())

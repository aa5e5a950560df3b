"""Fifty editors at their pages and two hundred readers of the API (case 58): `make bench-newsroom`.

Starts `manage.py serve` on DATA_DIR, which `make_benchmark_data` filled. Everybody waits a while
between two requests, as people and programs do: an editor decides every ten seconds and the open
page asks every four seconds who else is there, as it does in a browser.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import random
import re
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import httpx  # noqa: E402 - after django.setup()
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Exists, OuterRef  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.bars import say, verdict  # noqa: E402
from benchmarks.load import Load, member, read, reopenable, site, tokens  # noqa: E402
from config import secret_key  # noqa: E402
from quotes.models import Article, Membership, Speaker  # noqa: E402

EDITORS, READERS = 50, 200
EDITOR_PAUSE, READER_PAUSE, PULSE = 10.0, 10.0, 4.0
"""Seconds: between two decisions, two reads of a program, two questions of an open page."""

ARTICLES_EACH = 4
WARM_SECONDS = 60
"""Then memory is looked at for the first time: a process grows until it has done each thing."""

LOCKS = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0)
    FROM pg_stat_activity WHERE wait_event_type = 'Lock'
"""


@dataclass(slots=True)
class Desk:
    """An editor's session and the articles that nobody else works on."""

    session: str
    articles: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    """Ids, each with the versions of its quotes."""


def edit(load: Load, desk: Desk, seed: int) -> None:
    """Open an article, decide its quotes one by one, go on to the next; undecide them next time."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    time.sleep(chance.uniform(0, EDITOR_PAUSE))
    with httpx.Client(base_url=load.base, timeout=60) as client:
        client.cookies.set(settings.SESSION_COOKIE_NAME, desk.session)
        for turn in itertools.count():
            act = ("confirm", "reopen")[turn // len(desk.articles) % 2]
            public_id, versions = desk.articles[turn % len(desk.articles)]
            page = load.ask("page", partial(client.get, f"/articles/{public_id}/"))
            if page is None or page.status_code != 200:
                if not load.goes_on():
                    return
                time.sleep(1)
                continue
            pulse = re.search(r'hx-get="(/articles/[^"]+/pulse/\?since=\d+)"', page.text)
            headers = {"HX-Request": "true", "X-CSRFToken": client.cookies["csrftoken"]}
            for quote in versions:
                end = time.monotonic() + chance.uniform(0.5, 1.5) * EDITOR_PAUSE
                while (left := end - time.monotonic()) > 0:
                    time.sleep(min(left, PULSE))
                    if left > PULSE and pulse:
                        load.ask("pulse", partial(client.get, pulse[1], headers=headers))
                if not load.goes_on():
                    return
                answer = load.ask(
                    "decision",
                    partial(
                        client.post,
                        f"/quotes/{quote}/{act}/",
                        data={"version": versions[quote]},
                        headers=headers,
                    ),
                )
                if answer is not None and answer.status_code == 200:
                    versions[quote] += 1
                load.ask("card", partial(client.get, f"/quotes/{quote}/card/", headers=headers))


def desks() -> list[Desk]:
    """A desk for each editor, with articles of their own."""
    # An earlier measurement has decided what was suggested in the first articles.
    with_work = Article.objects.filter(Exists(reopenable().filter(article=OuterRef("pk"))))
    found: dict[str, dict[str, int]] = {}
    for article, quote, version in (
        reopenable()
        .filter(article__in=with_work.order_by("pk")[: EDITORS * ARTICLES_EACH])
        .order_by("article_id", "start")
        .values_list("article__public_id", "public_id", "version")
    ):
        found.setdefault(str(article), {})[str(quote)] = version
    articles = list(found.items())
    if len(articles) < EDITORS * ARTICLES_EACH:
        raise SystemExit("Too few suggested quotes: fill DATA_DIR by make_benchmark_data first.")
    made = []
    for number in range(EDITORS):
        client = Client()
        client.force_login(member(f"editor-{number}", Membership.Role.EDITOR))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        made.append(Desk(session, articles[number::EDITORS][:ARTICLES_EACH]))
    return made


def watch_locks(load: Load, longest: list[float]) -> None:
    """Look five times a second for how long somebody has been waiting for a lock."""
    while load.goes_on():
        with connection.cursor() as cursor:
            cursor.execute(LOCKS)
            longest.append(float(cursor.fetchone()[0]))
        time.sleep(0.2)
    connection.close()


def site_mib(of: int) -> float:
    """Memory of a process and all that it started, each shared page counted once."""
    total = 0
    for pid in (of, *_started_by(of)):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"gunicorn" in command or b"manage.py" in command:
            total += int(re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[0])
    return total / 1024


def _started_by(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text(encoding="utf-8").split():
            yield int(child)
            yield from _started_by(int(child))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    logging.disable(logging.WARNING)
    parser.add_argument("--seconds", type=int, default=600)
    seconds = parser.parse_args().seconds
    if settings.SECRET_KEY_IS_TEMPORARY:  # the editors sign in before the site has first started
        settings.SECRET_KEY = secret_key.keep_key(settings.SECRET_KEY_FILE)
    keys, tables = list(tokens(READERS)), desks()
    speakers = [str(s.public_id) for s in Speaker.objects.order_by("pk")[:50]]
    with site() as (base, pid):
        load = Load(base, seconds)
        waits: list[float] = [0.0]
        with ThreadPoolExecutor(EDITORS + READERS + 1) as pool:
            busy = [pool.submit(watch_locks, load, waits)]
            busy += [pool.submit(edit, load, desk, n) for n, desk in enumerate(tables)]
            busy += [
                pool.submit(read, load, key, speakers, n, pause=READER_PAUSE)
                for n, key in enumerate(keys)
            ]
            time.sleep(min(WARM_SECONDS, seconds / 2))
            before = site_mib(pid)
            for client in busy:
                client.result()
        after = site_mib(pid)
    report(load, waits, before, after)
    return verdict()


def report(load: Load, waits: list[float], before: float, after: float) -> None:
    fine = re.compile(r"\w+ (200|429)")
    errors = {name: n for name, n in load.answers.items() if not fine.fullmatch(name)}
    n_all = sum(load.answers.values())
    say(f"errors among {n_all:,} requests", str(errors or "none"), "none but 429", holds=not errors)
    for kind, taken in load.taken.items():
        if len(taken) > 20:
            p95 = statistics.quantiles(taken, n=20)[18]
            middle = statistics.median(taken)
            say(
                f"{kind}: {len(taken):,}",
                f"median {middle * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms",
                "p95 < 500 ms",
                holds=p95 < 0.5,
            )
    say("longest wait for a lock", f"{max(waits):.2f} s", "≤ 1 s", holds=max(waits) <= 1)
    say(
        "memory of the site's processes, after the first minute and at the end",
        f"{before:.0f} and {after:.0f} MiB",
        "flat: at most a tenth more",
        holds=after <= before * 1.1,
    )


if __name__ == "__main__":
    threading.stack_size(512 * 1024)
    sys.exit(main())

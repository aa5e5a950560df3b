"""Measures exports and imports on made-up data: `make bench`. Ratios are of one run on one machine.

Needs a database made by `make_benchmark_data`. The table goes through a web process as it is served
(gunicorn, over HTTP), the record into an empty database on the same server.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 - after django.setup()
from psycopg import sql  # noqa: E402

from annotations.operations.tokens import make_token  # noqa: E402
from benchmarks.bars import say, verdict  # noqa: E402
from quotes.exports.csv import select, snapshot  # noqa: E402
from quotes.exports.filters import ExportFilters  # noqa: E402
from quotes.exports.jsonl import stream_jsonl  # noqa: E402
from quotes.exports.tables import TABLES  # noqa: E402
from quotes.importing.annotated import AnnotatedFiles  # noqa: E402
from quotes.models import Collection, Membership, Quote  # noqa: E402
from quotes.operations.restoring import restore_lines  # noqa: E402

EVERYTHING = ExportFilters(within=None)
ADDRESS = "/api/v1/exports/quotes.csv"
ARTICLES = 10_000
BLOCK = 64 * 1024


def token() -> str:
    from django.contrib.auth.models import User

    user, _ = User.objects.get_or_create(username="benchmark")
    for collection in Collection.objects.all():
        Membership.objects.update_or_create(
            collection=collection, user=user, defaults={"role": Membership.Role.RESEARCHER}
        )
    _, plain = make_token(user=user, name="benchmark", scopes=["read", "export"])
    return plain


# --- The table over HTTP against COPY to a file --------------------------------------------------


@contextmanager
def web_process() -> Iterator[tuple[int, int]]:
    """Serve with one web process, as `manage.py serve` does; give its port and process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "gunicorn", "config.wsgi:application", f"--bind=127.0.0.1:{port}",
         "--workers=1", "--threads=4", "--timeout=600", "--preload", "--log-level=error"],
        env={**os.environ, "ALLOWED_HOSTS": "127.0.0.1", "DEBUG": "1"},
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not (workers := _children(server.pid)) or not _answers(port):
            if time.monotonic() > deadline or server.poll() is not None:
                raise SystemExit("The web process did not start.")
            time.sleep(0.2)
        yield port, workers[0]
    finally:
        server.terminate()
        server.wait(30)


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in children.split()]


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


def memory_mib(pid: int, line: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.findall(rf"^{line}:\s+(\d+) kB", status, re.MULTILINE)[0]) / 1024


def download(
    port: int, plain: str, out: IO[bytes], *, only: int | None = None
) -> tuple[float, int]:
    """Take the table (or its first bytes); give the seconds to the first byte, and the rows."""
    begun = time.perf_counter()
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    web.request("GET", ADDRESS, headers={"Authorization": f"Bearer {plain}"})
    answer = web.getresponse()
    if answer.status != 200:
        raise SystemExit(f"{ADDRESS}: {answer.status} {answer.read(300)!r}")
    first, rows = 0.0, 0
    while block := answer.read1(BLOCK):
        first = first or time.perf_counter() - begun
        rows += block.count(b"\r\n")
        out.write(block)
        if only is not None and rows >= only:
            break
    web.close()
    return first, rows


def raw_copy(path: Path) -> float:
    """COPY the same SELECT to a file, with nothing in between; give the seconds it took."""
    within = ExportFilters(within=tuple(Collection.objects.values_list("pk", flat=True)))
    query = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')").format(
        select(TABLES["quotes"], within)
    )
    begun = time.perf_counter()
    with (
        path.open("wb") as out,
        snapshot(),
        connection.cursor() as cursor,
        cursor.copy(query) as copy,
    ):
        for row in copy:
            out.write(row)
    return time.perf_counter() - begun


def measure_csv(directory: Path) -> None:
    plain = token()
    before_it = raw_copy(directory / "raw.csv")
    with web_process() as (port, pid):
        with (directory / "first.csv").open("wb") as out:
            download(port, plain, out, only=1000)  # what a process loads once
        before = memory_mib(pid, "VmRSS")
        begun = time.perf_counter()
        with (directory / "quotes.csv").open("wb") as out:
            first, lines = download(port, plain, out)
        served = time.perf_counter() - begun
        grown = memory_mib(pid, "VmHWM") - before
    copied = min(before_it, raw_copy(directory / "raw.csv"))
    size = (directory / "quotes.csv").stat().st_size / 2**20
    say(
        f"quotes.csv of {lines - 1:,} rows ({size:,.0f} MB) over HTTP, against the faster of two"
        " raw COPYs to a file, before and after",
        f"{copied / served:.2f} × ({lines / served:,.0f} rows/s against {lines / copied:,.0f})",
        "≥ 0.8 ×",
        holds=copied / served >= 0.8,
    )
    say("memory of the web process meanwhile", f"+{grown:.1f} MiB", "≤ +20 MiB", holds=grown <= 20)
    say("its first byte", f"{first:.2f} s", "≤ 0.5 s", holds=first <= 0.5)


# --- The record into an empty database -----------------------------------------------------------


def measure_jsonl(directory: Path) -> None:
    path = directory / "record.jsonl"
    with path.open("wb") as out:
        out.writelines(islice(_lines(), ARTICLES))
    # A process that is started loads the main module first: `manage.py` is short, this is not.
    vars(sys.modules["__main__"]).update(__spec__=None, __file__=None)
    own = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        connection.ensure_connection()
        ours, theirs = time.process_time(), _server_seconds()
        begun = time.perf_counter()
        report = restore_lines(
            collection=Collection.objects.get(), lines=AnnotatedFiles((path,)), alone=True
        )
        taken = time.perf_counter() - begun
        ours, theirs = time.process_time() - ours, _server_seconds() - theirs
        equal = _digest(_lines()) == _digest(path.open("rb"))
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)
    stored = report.counts["quotes"]
    rate = stored / taken
    say(
        f"JSONL of {report.states['stored']:,} articles back into an empty database",
        f"{'all equal' if equal else 'NOT EQUAL'}, {rate:,.0f} quotes/s ({stored:,}"
        f" in {taken:.1f} s, of which {ours:.1f} s here and {theirs:.1f} s in the database)",
        "all equal, ≥ 5,000 quotes/s",
        holds=equal and rate >= 5000,
    )


def _lines() -> Iterator[bytes]:
    rest = b""
    for block in stream_jsonl(EVERYTHING):
        *lines, rest = (rest + block).split(b"\n")
        yield from (line + b"\n" for line in lines)


def _digest(lines: Any) -> str:
    found = hashlib.sha256()
    for line in lines:
        found.update(line)
    return found.hexdigest()


def _server_seconds() -> float:
    """Processor time of the database's process for this connection."""
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text(encoding="utf-8")
    fields = stat.rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / cast(int, os.sysconf("SC_CLK_TCK"))


MEASURES = {"csv": measure_csv, "jsonl": measure_jsonl}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "only", nargs="*", choices=[*MEASURES, []], help="all, unless some are named"
    )
    only = parser.parse_args().only or list(MEASURES)
    if not Quote.objects.exists():
        raise SystemExit("There is nothing to measure on: run `make bench`.")
    load = os.getloadavg()[0]
    sys.stdout.write(f"{Quote.objects.count():,} quotes, {os.cpu_count()} cores, load {load:.1f}\n")
    with tempfile.TemporaryDirectory(prefix="on-record-bench-") as directory:
        for name in only:
            MEASURES[name](Path(directory))
    return verdict()


if __name__ == "__main__":
    sys.exit(main())

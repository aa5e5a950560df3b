"""Everything `serve` runs: the database, the workers, the web server, from start to stop."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import NoReturn

from django.conf import settings
from django.db import connections

from annotations.operations.sign_in import make_sign_in_link
from config import secret_key
from config.postgres.server import Cluster
from config.serving import children, claim, database, listener, samples
from quotes.tasks import load_engine

PATIENCE = 20.0
GRACE = 10
START_SECONDS = 60.0
SAMPLE_SECONDS = 180.0
# A worker that ends more often than this has a reason that starting it again does not mend.
MOST_RESTARTS = 5
RESTART_SECONDS = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartFailed(Exception):
    """The server could not be started; the message is for the person who started it."""


class StopRequested(Exception):
    """Somebody asked the server to stop, with this signal."""


@dataclass
class Supervisor:
    """
    Run the site until a signal comes or the web server ends.

    `say` shows a line to the person at the terminal. `run()` returns the exit status, with
    everything stopped that it started.
    """

    host: str
    port: int
    web_processes: int
    with_samples: bool
    say: Callable[[str], None]
    events: SimpleQueue[int] = field(default_factory=SimpleQueue)
    running: list[children.Child] = field(default_factory=list)
    start_again: dict[int, Callable[[], None]] = field(default_factory=dict)
    restarts: list[float] = field(default_factory=list)

    def run(self) -> int:
        """Start everything, wait, stop everything."""
        # Others may pass through, not look in: the database may have to run as another account.
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o711)
        with (
            self._signals_as_events(),
            self._claimed() as claimed,
            listener.bind(self.host, self.port) as bound,
        ):
            claimed.announce(listener.local_url(bound))
            try:
                self._start(bound)
                self._watch()
            except StopRequested:
                return 0
            finally:
                self._stop()

    @contextmanager
    def _claimed(self) -> Iterator[claim.Claim]:
        claimed = claim.claim(settings.DATA_DIR)
        try:
            yield claimed
        finally:
            claimed.release()

    @contextmanager
    def _signals_as_events(self) -> Iterator[None]:
        """Queue signals: they are looked at between steps, never in the middle of one."""
        numbers = (*SIGNALS, signal.SIGCHLD)
        before = {number: signal.getsignal(number) for number in numbers}
        for number in numbers:
            signal.signal(number, lambda received, frame: self.events.put(received))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    # --- start ---------------------------------------------------------------------------

    def _start(self, bound: socket.socket) -> None:
        begun = time.monotonic()
        self._keep_secret_key()
        self._start_database()
        self._start_workers()
        self._start_web(bound)
        self._load_samples()
        self._check_events()
        url = settings.PUBLIC_URL or listener.local_url(bound)
        self.say(f"Ready after {time.monotonic() - begun:.1f} s: {url}/")
        self._offer_sign_in(url)
        self.say("Ctrl-C stops everything.")

    def _keep_secret_key(self) -> None:
        if settings.SECRET_KEY_IS_TEMPORARY:
            settings.SECRET_KEY = secret_key.keep_key(settings.SECRET_KEY_FILE)
            settings.SECRET_KEY_IS_TEMPORARY = False

    def _start_database(self) -> None:
        if settings.DATABASE_URL:
            self.say("Connecting to the database of DATABASE_URL …")
        elif (settings.EMBEDDED_POSTGRES_DIR / "data").exists():
            self.say("Starting PostgreSQL …")
        else:
            self.say(f"Making a PostgreSQL database in {settings.EMBEDDED_POSTGRES_DIR} …")
        database.wait_until_reachable(seconds=START_SECONDS)
        self._check_events()
        if pending := database.pending_migrations():
            self.say(f"Preparing the database ({pending} migrations) …")
        database.migrate()
        connections.close_all()
        self._check_events()

    def _start_workers(self) -> None:
        for queues, concurrency in worker_queues():
            name = f"the worker for {', '.join(queues)}"
            self.say(f"Starting {name} …")
            self._start_worker(name, queues, concurrency)
        # Before any article waits for it: the language model takes seconds to load.
        load_engine.defer()

    def _start_worker(self, name: str, queues: list[str], concurrency: int) -> None:
        command = [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "procrastinate",
            "worker",
            f"--queues={','.join(queues)}",
            f"--concurrency={concurrency}",
            f"--shutdown-graceful-timeout={GRACE}",
            "--delete-jobs=successful",
        ]
        worker = children.start(name, command, _environment(web=False))
        self.running.append(worker)
        self.start_again[worker.process.pid] = lambda: self._start_worker(name, queues, concurrency)

    def _start_web(self, bound: socket.socket) -> None:
        self.say("Starting the web server …")
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi:application",
            f"--bind=fd://{bound.fileno()}",
            "--worker-class=gthread",
            f"--workers={self.web_processes}",
            "--threads=4",
            # Longer than clients keep a connection that rests: who sends into one that the server
            # is just closing gets no answer. It costs no thread.
            "--keep-alive=75",
            f"--graceful-timeout={GRACE}",
            "--timeout=60",
            "--log-level=warning",
            "--no-control-socket",
            "--preload",
            f"--chdir={settings.BASE_DIR}",
        ]
        web = children.start(
            "the web server", command, _environment(web=True), inherit=[bound.fileno()]
        )
        self.running.append(web)
        deadline = time.monotonic() + START_SECONDS
        while not listener.is_healthy(bound):
            self._check_events()
            if time.monotonic() > deadline:
                raise StartFailed(f"{web.name} does not answer /healthz; see the lines above.")
            time.sleep(0.1)

    def _load_samples(self) -> None:
        if not self.with_samples:
            return
        self.say("Looking for new sample stories …")
        since = samples.load()
        left = samples.unfinished(since)
        if left:
            self.say("Finding quotes in the sample stories …")
        deadline = time.monotonic() + SAMPLE_SECONDS
        while left and time.monotonic() < deadline:
            self._check_events()
            time.sleep(0.25)
            before, left = left, samples.unfinished(since)
            if 0 < left < before:
                self.say(f"  {left} still to be read")
        if left:
            self.say(f"{left} sample stories are still to be read; the site shows when they are.")

    def _offer_sign_in(self, url: str) -> None:
        self.say(f"Sign in once as an editor: {make_sign_in_link(base_url=url)}")
        connections.close_all()

    # --- wait and stop ---------------------------------------------------------------------

    def _check_events(self) -> None:
        """Look at what happened: stop when asked to or when a program has ended."""
        while True:
            try:
                self._handle(self.events.get_nowait())
            except Empty:
                break
        for child in list(self.running):
            if not child.running:
                self._replace(child)

    def _replace(self, child: children.Child) -> None:
        """Start a worker again: one article or a database that went away may have ended it."""
        status = f"{child.name} ended with status {child.process.returncode}"
        again = self.start_again.pop(child.process.pid, None)
        now = time.monotonic()
        self.restarts = [moment for moment in self.restarts if now - moment < RESTART_SECONDS]
        if again is None or len(self.restarts) >= MOST_RESTARTS:
            raise StartFailed(f"{status}; see above.")
        self.say(f"{status}; it is started again.")
        self.restarts.append(now)
        self.running.remove(child)
        # The database may need the moment.
        time.sleep(1)
        again()

    def _handle(self, number: int) -> None:
        if number != signal.SIGCHLD:
            raise StopRequested(number)

    def _watch(self) -> NoReturn:
        while True:
            self._handle(self.events.get())
            self._check_events()

    def _stop(self) -> None:
        self.say("Stopping …")
        for name in children.stop_all(self.running, patience=PATIENCE):
            self.say(f"{name} did not stop in time and was killed.")
        connections.close_all()
        if not settings.DATABASE_URL and not Cluster(settings.EMBEDDED_POSTGRES_DIR).release():
            self.say("PostgreSQL goes on for another command that uses it, and stops with that.")
        self.say("Stopped.")


def worker_queues() -> list[tuple[list[str], int]]:
    """
    Give the queues of each worker process and how many jobs it does at once.

    Extraction has a process of its own: it holds the language model and fills one core.
    """
    from procrastinate.contrib.django import app

    names = {task.queue for task in app.tasks.values() if not task.name.startswith("builtin:")}
    others = sorted(names - {"extract"})
    workers = [(["extract"], 1)] if "extract" in names else []
    return workers + ([(others, 2)] if others else [])


def _environment(*, web: bool) -> dict[str, str]:
    environment = dict(os.environ)
    environment["SECRET_KEY"] = settings.SECRET_KEY
    if web:
        # manage.py lifts the time limit on statements; web requests keep it.
        environment.pop("STATEMENT_TIMEOUT_MS", None)
    return environment

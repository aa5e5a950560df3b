"""A client of On Record's REST API: pages, streams, writing that is safe to repeat.

    from on_record import OnRecord

    with OnRecord("https://quotes.example.org", token) as record:
        for quote in record.rows("quotes", status="confirmed"):
            print(quote["speaker"], quote["text"])

One file: copy it, or install it from this folder. It needs httpx.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Self

import httpx

Row = dict[str, Any]
Filter = str | int | float | bool | None

RETRIED: Final = frozenset({429, 503})
LONGEST_WAIT: Final = 60.0
"""Between two tries where the server does not say how long; it may ask for more."""


class Refused(Exception):
    """The server refused: ``code`` is stable, ``problem`` the whole answer (RFC 9457)."""

    def __init__(self, problem: Row) -> None:
        super().__init__(f"{problem.get('status')} {problem.get('code')}: {problem.get('detail')}")
        self.problem = problem
        self.code = str(problem.get("code", ""))
        self.status = int(problem.get("status", 0))


class StillRunning(Refused):
    """The first request with this key is not done yet."""


class OnRecord:
    """One server and one token. Waits and asks again where the server is busy (429, 503).

    It never asks sooner than ``Retry-After`` says; a server that wants more than ``patience``
    seconds is refused to the caller at once.

    A POST gets an idempotency key of its own unless one is given, so that asking again after a
    cut connection does nothing twice.
    """

    def __init__(
        self,
        server: str,
        token: str,
        *,
        tries: int = 6,
        patience: float = 600.0,
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tries = tries
        self._patience = patience
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=f"{server.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # --- Reading ---------------------------------------------------------------------------------

    def get(self, path: str, **filters: Filter) -> Row:
        """One object, or one page of a list: ``get("quotes/…")``."""
        found: Row = self._ask("GET", _path(path), params=_query(filters)).json()
        return found

    def pages(self, path: str, **filters: Filter) -> Iterator[list[Row]]:
        """A list, page by page; nothing is lost or repeated while rows are being added."""
        page = self.get(path, **{"limit": 200, **filters})
        yield page["results"]
        while page["next"]:
            # Of the link only the query: the token goes to this server and no other.
            query = dict(httpx.URL(page["next"]).params)
            page = self._ask("GET", _path(path), params=query).json()
            yield page["results"]

    def rows(self, path: str, **filters: Filter) -> Iterator[Row]:
        """A list, row by row, for as many pages as there are."""
        for page in self.pages(path, **filters):
            yield from page

    def stream(self, path: str, **filters: Filter) -> Iterator[Row]:
        """Everything that matches, from one state of the database, in one answer.

        Raises ``httpx.RemoteProtocolError`` where the answer is cut off: begin again then.
        """
        for left in reversed(range(self._tries)):
            with self._http.stream(
                "GET",
                _path(path),
                params=_query(filters),
                headers={"Accept": "application/x-ndjson"},
                timeout=httpx.Timeout(30.0, read=300.0),
            ) as response:
                if response.is_error:
                    response.read()
                    refusal = _refused(response)
                    if response.status_code not in RETRIED or not left:
                        raise refusal
                    self._wait(self._tries - left, response, refusal)
                    continue
                for line in response.iter_lines():
                    if line:
                        yield json.loads(line)
                return

    def statements(self, speaker: str, **filters: Filter) -> Iterator[Row]:
        """What a speaker said, newest first: confirmed quotes with a little of the article."""
        return self.rows(f"speakers/{speaker}/statements", **filters)

    def changes(self, path: str, since: str) -> Iterator[Row]:
        """What changed at this time or later, oldest change first, with what went."""
        return self.rows(path, updated_since=since)

    # --- Writing ---------------------------------------------------------------------------------

    def post(
        self, path: str, body: Any = None, *, seen: Row | None = None, key: str | None = None
    ) -> Row:
        """Add something or decide something; ``seen`` is the object as you looked at it."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), **_if_match(seen)}
        answer: Row = self._ask("POST", _path(path), body=body, headers=headers).json()
        return answer

    def patch(self, path: str, body: Mapping[str, Any], *, seen: Row) -> Row:
        """Change an object, as long as it still is as ``seen``."""
        answer: Row = self._ask("PATCH", _path(path), body=body, headers=_if_match(seen)).json()
        return answer

    def import_articles(
        self, articles: list[Row], *, collection: str | None = None, key: str | None = None
    ) -> list[Row]:
        """Import many articles and wait until each has its result; these, in the order sent."""
        body: Row = {"articles": articles}
        if collection is not None:
            body["collection"] = collection
        batch = self.post("imports", body, key=key)
        pause = 0.5
        while batch["state"] != "done":
            self._sleep(pause)
            pause = min(pause * 1.5, 10.0)
            batch = self.get(f"imports/{batch['id']}")
        return list(self.rows(f"imports/{batch['id']}/items"))

    # --- One request -----------------------------------------------------------------------------

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        # A PATCH has no key: asked again after a cut connection it might find its own change.
        is_safe = method == "GET" or "Idempotency-Key" in (headers or {})
        for attempt in range(1, self._tries + 1):
            is_last = attempt == self._tries
            try:
                response = self._http.request(
                    method, path, params=params, json=body, headers=headers
                )
            except httpx.TransportError:
                if is_last or not is_safe:
                    raise
                self._wait(attempt)
                continue
            if not response.is_error:
                return response
            refusal = _refused(response)
            is_busy = response.status_code in RETRIED or isinstance(refusal, StillRunning)
            if is_last or not is_busy:
                raise refusal
            self._wait(attempt, response, refusal)
        raise AssertionError("tries is at least one")

    def _wait(
        self,
        attempt: int,
        response: httpx.Response | None = None,
        refusal: Refused | None = None,
    ) -> None:
        """As long as the server says, else twice as long each time."""
        told = None if response is None else _told(response.headers.get("Retry-After", ""))
        if told is None:
            # Not all clients at the same moment: nothing here has to be unguessable.
            apart = random.uniform(0.5, 1.0)  # noqa: S311
            self._sleep(min(2.0**attempt / 4, LONGEST_WAIT) * apart)
        elif told > self._patience and refusal is not None:
            raise refusal
        else:
            self._sleep(told)


def _told(retry_after: str) -> float | None:
    """Seconds to wait: given as such or, as servers in front may, as the time of day."""
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def _path(path: str) -> str:
    return path if path.endswith("/") else f"{path}/"


def _query(filters: Mapping[str, Filter]) -> dict[str, str]:
    spelled = {True: "true", False: "false"}
    return {
        name: spelled[value] if isinstance(value, bool) else str(value)
        for name, value in filters.items()
        if value is not None
    }


def _if_match(seen: Row | None) -> dict[str, str]:
    return {} if seen is None else {"If-Match": f'"{seen["id"]}.{seen["version"]}"'}


def _refused(response: httpx.Response) -> Refused:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"status": response.status_code, "detail": response.text[:300]}
    kind = StillRunning if problem.get("code") == "still-running" else Refused
    return kind(problem)

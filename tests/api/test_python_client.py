"""The Python client: its page in the docs is run, and it waits where it is told to."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application

from annotations.operations.tokens import make_token
from quotes.models import Collection, Import
from quotes.operations import run_import
from tests.api.test_pages import DATES, make_many
from tests.api.test_whole_document import connections_stay_open  # noqa: F401 - a fixture

httpx = pytest.importorskip("httpx", reason="comes with `make check`")

pytestmark = pytest.mark.slow

DOCS = Path(settings.BASE_DIR) / "docs" / "python-client.md"
SERVER = "http://testserver"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(settings.BASE_DIR) / "clients" / "python"))


@pytest.fixture
def token(editor: User, connections_stay_open: None) -> str:  # noqa: F811 - the fixture
    return make_token(user=editor, name="py", scopes=["read", "annotate", "import"])[1]


@pytest.fixture
def client_of(token: str) -> Iterator[Callable[..., Any]]:
    from on_record import OnRecord

    made = []

    def make(transport: Any = None, **options: Any) -> Any:
        transport = transport or httpx.WSGITransport(app=get_wsgi_application())
        made.append(OnRecord(SERVER, token, transport=transport, **options))
        return made[-1]

    yield make
    for record in made:
        record.close()


def test_every_cell_of_the_page_runs(
    token: str, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    import on_record

    def worker(seconds: float) -> None:
        for batch in Import.objects.filter(state="queued"):
            run_import(import_id=str(batch.public_id))

    original = on_record.OnRecord.__init__

    def against_this_server(self: Any, server: str, token: str) -> None:
        transport = httpx.WSGITransport(app=get_wsgi_application())
        original(self, server, token, transport=transport, sleep=worker)

    monkeypatch.setattr(on_record.OnRecord, "__init__", against_this_server)
    cells = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    assert len(cells) >= 7
    names = {"SERVER": SERVER, "TOKEN": token}
    for cell in cells:
        exec(compile(cell, str(DOCS), "exec"), names)  # noqa: S102 - our own page


def test_pages_and_streams_give_the_same_rows(
    client_of: Callable[..., Any], collection: Collection
) -> None:
    expected = make_many(collection, DATES)
    record = client_of()
    assert [row["id"] for row in record.rows("articles", limit=4)] == expected
    assert [row["id"] for row in record.stream("articles")] == expected


class Busy:
    """A server that is busy for some requests, then answers."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.keys: list[str | None] = []

    def __call__(self, request: Any) -> Any:
        self.keys.append(request.headers.get("idempotency-key"))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        return httpx.Response(status, headers=headers, content=json.dumps(body))


def test_it_waits_as_long_as_it_is_told(client_of: Callable[..., Any]) -> None:
    slept: list[float] = []
    busy = (429, {"Retry-After": "7"}, {"code": "too-many-requests", "status": 429})
    down = (503, {}, {"code": "busy", "status": 503})
    server = Busy(busy, down, httpx.ConnectError("cut"), (200, {}, {"id": "x"}))
    record = client_of(httpx.MockTransport(server), sleep=slept.append)
    assert record.post("speakers", {"name": "Orla"}) == {"id": "x"}
    assert slept[0] == 7
    assert 0 < slept[1] < slept[2] * 4
    assert len(set(server.keys)) == 1
    assert server.keys[0]


def test_it_waits_for_a_time_of_day_and_never_less_than_told(
    client_of: Callable[..., Any],
) -> None:
    from on_record import Refused

    slept: list[float] = []
    at = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90), usegmt=True)
    busy = {"code": "busy", "status": 503}
    server = Busy((503, {"Retry-After": at}, busy), (200, {}, {}))
    client_of(httpx.MockTransport(server), sleep=slept.append).get("quotes")
    assert 80 < slept.pop() <= 90
    server = Busy((503, {"Retry-After": "200"}, busy), (200, {}, {}))
    client_of(httpx.MockTransport(server), sleep=slept.append).get("quotes")
    assert slept == [200]
    server = Busy((503, {"Retry-After": "601"}, busy), (503, {"Retry-After": "601"}, busy))
    impatient = client_of(httpx.MockTransport(server), sleep=slept.append)
    for ask in (impatient.get, lambda path: list(impatient.stream(path))):
        with pytest.raises(Refused, match="busy"):
            ask("quotes")
    assert slept == [200]


def test_the_token_goes_to_the_one_server_whatever_a_link_says(
    client_of: Callable[..., Any],
) -> None:
    asked: list[str] = []
    pages = [
        {"results": [{"id": "a"}], "next": "http://elsewhere.example/api/v1/quotes/?cursor=c&x=1"},
        {"results": [{"id": "b"}], "next": None},
    ]

    def server(request: Any) -> Any:
        asked.append(str(request.url))
        return httpx.Response(200, json=pages.pop(0))

    record = client_of(httpx.MockTransport(server))
    assert [row["id"] for row in record.rows("quotes")] == ["a", "b"]
    assert asked[1] == f"{SERVER}/api/v1/quotes/?cursor=c&x=1"


def test_it_gives_up_and_says_why(client_of: Callable[..., Any]) -> None:
    from on_record import Refused

    busy = (503, {"Retry-After": "1"}, {"code": "busy", "status": 503})
    record = client_of(httpx.MockTransport(Busy(busy, busy)), tries=2, sleep=lambda s: None)
    with pytest.raises(Refused) as refusal:
        record.get("quotes")
    assert refusal.value.code == "busy"


def test_a_change_is_never_sent_twice_by_itself(client_of: Callable[..., Any]) -> None:
    server = Busy(httpx.ReadError("cut"))
    record = client_of(httpx.MockTransport(server), sleep=lambda s: None)
    with pytest.raises(httpx.ReadError):
        record.patch("quotes/x", {"note": "n"}, seen={"id": "x", "version": 1})
    assert server.answers == []
    assert "on_record" in sys.modules

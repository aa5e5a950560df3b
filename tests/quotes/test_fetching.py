"""The one way out asks nothing inside, and ends (cases 25 to 29). A real server, a known resolver.

The rules are never loosened for a test: names lead to public numbers, and only the last step, the
connection to such a number, goes to a server of the test instead.
"""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator

import pytest

from quotes import fetching
from quotes.fetching import Limits, NotFetched, RefusedAddress, fetch, is_public
from tests.outside import ANOTHER, PAGE, PUBLIC, Outside


def redirect(target: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_page_is_fetched(outside: Outside) -> None:
    answer = fetch("http://paper.example/straße?q=a b".replace(" ", "%20"))
    assert (answer.status, answer.body, answer.content_type) == (200, b"hello", "text/html")
    assert outside.connected == [(PUBLIC, 80)]
    assert outside.requests[0].startswith(b"GET /stra%C3%9Fe?q=a%20b HTTP/1.1\r\n")
    assert b"\r\nHost: paper.example\r\n" in outside.requests[0]


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 an address to refuse, not one to listen on
        "192.0.0.8",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fd00::1",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "not a number",
    ],
)
def test_case_25_numbers_inside_are_not_public(outside: Outside, number: str) -> None:
    assert not is_public(number)
    outside.names["inside.example"] = [number]
    with pytest.raises(RefusedAddress):
        fetch("http://inside.example/")
    assert outside.connected == []


@pytest.mark.parametrize("number", [PUBLIC, ANOTHER, "8.8.8.8", "::ffff:8.8.8.8"])
def test_numbers_outside_are_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(
    "address",
    [
        "http://0x7f.1/",
        "http://2130706433/",
        "http://127.1/",
        "http://017700000001/",
        "http://0x08080808/",
        "http://8.8.8.010/",
        "http://example.0x7f./",
        "http://someone@paper.example/",
        "http://a@127.0.0.1/",
        "http://paper.example:22/",
        "http://paper.example:443/",
        "https://paper.example:80/",
        "http://paper.example:99999/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http:///path",
        "http://",
        "//paper.example/",
        "paper.example",
        "file:///etc/passwd",
        "gopher://paper.example/",
        "ftp://paper.example/",
        "javascript:alert(1)",
        "http://paper.example/a\r\nX: y",
        "http://paper.example/a b",
        "http://paper.example\\@inside.example/",
        "http://paper.example/" + "a" * 2000,
        "http://" + "a" * 70 + ".example/",
    ],
)
def test_case_25_addresses_of_another_shape_are_not_looked_up(
    outside: Outside, address: str
) -> None:
    with pytest.raises(RefusedAddress) as refusal:
        fetch(address)
    assert str(refusal.value) == fetching.REFUSED
    assert (outside.looked_up, outside.connected) == ([], [])


def test_case_25_this_machine_is_refused_by_the_real_resolver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "connect", None)  # calling it would fail the test
    for address in ("http://localhost./", "http://localhost/", "http://127.0.0.1/", "http://[::1]"):
        with pytest.raises(RefusedAddress):
            fetch(address)


def test_case_26_each_hop_is_checked(outside: Outside) -> None:
    outside.names["inside.example"] = ["10.0.0.7"]
    for target in ("http://inside.example/", "http://127.0.0.1/", "file:///etc/passwd", "//x@y/"):
        outside.answer = lambda request, target=target: redirect(target)
        with pytest.raises(RefusedAddress):
            fetch("http://paper.example/")
    assert {address for address, _ in outside.connected} == {PUBLIC}


def test_case_26_five_redirects_and_no_more(outside: Outside) -> None:
    def answer(request: bytes) -> bytes:
        step = int(request.split(b" ")[1].strip(b"/") or 0)
        return redirect(f"/{step + 1}") if step < last else PAGE

    outside.answer = answer
    last = 5
    assert fetch("http://paper.example/").url == "http://paper.example/5"
    last = 6
    with pytest.raises(NotFetched, match="more than 5 times"):
        fetch("http://paper.example/")


def test_case_26_a_safe_address_does_not_lead_to_an_unsafe_one(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS itself is left out here: the hop is refused before the next host is looked up."""
    outside.answer = lambda request: redirect("http://paper.example/plain")
    monkeypatch.setattr(fetching.ssl.SSLContext, "wrap_socket", lambda self, sock, **_: sock)
    with pytest.raises(RefusedAddress):
        fetch("https://paper.example/")
    assert outside.connected == [(PUBLIC, 443)]


def test_a_server_without_a_right_certificate_is_not_believed(outside: Outside) -> None:
    with pytest.raises(NotFetched, match="could not be read"):
        fetch("https://paper.example/", limits=Limits(seconds=2))
    assert outside.connected == [(PUBLIC, 443)]
    assert not any(request.startswith(b"GET") for request in outside.requests)


def test_case_27_a_name_is_looked_up_once_and_the_checked_number_is_used(outside: Outside) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    class Rebinding(dict):
        def get(self, host, default=None):
            return next(answers)

    outside.names = Rebinding()
    assert fetch("http://paper.example/").body == b"hello"
    assert outside.looked_up == ["paper.example"]
    assert outside.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize("numbers", [[PUBLIC, "127.0.0.1"], ["fd00::1", ANOTHER]])
def test_case_27_one_number_inside_refuses_the_name(outside: Outside, numbers: list[str]) -> None:
    outside.names["paper.example"] = numbers
    with pytest.raises(RefusedAddress):
        fetch("http://paper.example/")
    assert outside.connected == []


def test_the_next_number_is_tried_where_one_does_not_answer(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.names["paper.example"] = [ANOTHER, PUBLIC]
    there = fetching.connect

    def first_is_down(address: str, port: int, seconds: float) -> socket.socket:
        if address == ANOTHER:
            raise ConnectionRefusedError
        return there(address, port, seconds)

    monkeypatch.setattr(fetching, "connect", first_is_down)
    assert fetch("http://paper.example/").body == b"hello"


def forever(part: bytes, pause: float = 0) -> Iterator[bytes]:
    while True:
        yield part
        time.sleep(pause)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
BOMB = gzip.compress(b"\0" * 20_000_000)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: [HEAD + b"\r\n", *[b"x" * 65_536] * 40], "larger than"),
        (lambda: [HEAD + b"Content-Length: 10737418240\r\n\r\n"], "larger than"),
        (lambda: [HEAD + b"Content-Encoding: gzip\r\n\r\n" + BOMB], "larger than"),
        (lambda: itertools.chain([HEAD + b"\r\n"], forever(b"x", 0.05)), "no whole answer"),
        (lambda: forever(b"H", 0.05), "no whole answer"),
        (lambda: (part for part in (HEAD, *[b"X: y\r\n"] * 200)), "could not be read"),
        (lambda: [HEAD + b"Content-Length: 100\r\n\r\nshort"], "could not be read"),
        (lambda: [HEAD + b"Content-Encoding: br\r\n\r\nxx"], "could not be read"),
        (lambda: [HEAD + b"Content-Encoding: gzip\r\n\r\nnot packed"], "could not be read"),
        (lambda: [HEAD + b"Content-Encoding: gzip\r\n\r\n" + BOMB[:50]], "could not be read"),
        (lambda: [b"SSH-2.0-OpenSSH\r\n"], "could not be read"),
        (lambda: [b""], "could not be read"),
    ],
)
def test_case_28_what_never_ends_is_ended(
    outside: Outside, answer: Callable[[], Iterable[bytes]], said: str
) -> None:
    outside.answer = lambda request: iter(answer())
    started = time.monotonic()
    with pytest.raises(NotFetched, match=said):
        fetch("http://paper.example/", limits=Limits(bytes=1_000_000, seconds=0.4))
    assert time.monotonic() - started < 2


def test_case_28_a_packed_page_is_unpacked(outside: Outside) -> None:
    packed = gzip.compress(b"a story") + b"trailing bytes are not read"
    outside.answer = lambda request: HEAD + b"Content-Encoding: gzip\r\n\r\n" + packed
    assert fetch("http://paper.example/").body == b"a story"
    assert zlib.crc32(fetch("http://paper.example/").body) == zlib.crc32(b"a story")


def test_a_chunked_page_is_joined(outside: Outside) -> None:
    outside.answer = lambda request: (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
    )
    assert fetch("http://paper.example/").body == b"hello"


def test_a_name_server_that_does_not_answer_is_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = threading.Event()
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: [waits.wait(10)][:0])
    started = time.monotonic()
    with pytest.raises(NotFetched):
        fetch("http://paper.example/", limits=Limits(seconds=0.2))
    assert time.monotonic() - started < 2
    waits.set()


def test_a_name_that_nobody_has_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(fetching.socket, "getaddrinfo", unknown)
    with pytest.raises(RefusedAddress):
        fetch("http://nowhere.example/")


def test_case_29_nothing_of_ours_is_sent(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    outside.names["other.example"] = [ANOTHER]

    def answer(request: bytes) -> bytes:
        if b"Host: other.example" in request:
            return PAGE
        return redirect("http://other.example/").replace(
            b"Content-Length", b"Set-Cookie: a=b\r\nContent-Length"
        )

    outside.answer = answer
    fetch("http://paper.example/", headers={"X-Signature": "ours"})
    names = [
        sorted(line.split(b":")[0].lower() for line in request.split(b"\r\n")[1:] if line)
        for request in outside.requests
    ]
    usual = [b"accept", b"accept-encoding", b"connection", b"host", b"user-agent"]
    assert names == [sorted([*usual, b"x-signature"]), usual]


def test_a_post_sends_its_body_and_follows_nothing(outside: Outside) -> None:
    outside.answer = lambda request: redirect("http://127.0.0.1/")
    answer = fetch("http://paper.example/hook", method="POST", body=b'{"a": 1}')
    assert answer.status == 302
    assert outside.requests[0].endswith(b'\r\n\r\n{"a": 1}')
    assert b"Content-Length: 8" in outside.requests[0]

"""A server of the test that stands for the network outside, and the names that lead to it.

The rules are never loosened: names lead to public numbers, and only the last step, the connection
to such a number, goes to this server instead.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from quotes import fetching

PUBLIC = "93.184.215.14"
ANOTHER = "2606:4700::6810:84e5"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"


@dataclass
class Outside:
    """A server, the names that lead to it, and what was asked of it."""

    answer: Callable[[bytes], bytes | Iterator[bytes]] = lambda request: PAGE
    names: dict[str, list[str]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)


def whole_request(there: socket.socket) -> bytes:
    """What was sent, with its body: that may come after the head."""
    request = b""
    while part := there.recv(65_536):
        request += part
        if not request[:1].isalpha():
            break  # not HTTP: somebody begins with TLS
        head, end, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        if end and len(body) >= (int(length[1]) if length else 0):
            break
    return request


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    world = Outside()
    listener = socket.create_server(("127.0.0.1", 0))
    connect = fetching.connect

    def serve() -> None:
        while True:
            try:
                there, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(there,), daemon=True).start()

    def talk(there: socket.socket) -> None:
        with there:
            request = whole_request(there)
            world.requests.append(request)
            answer = world.answer(request)
            try:
                for part in [answer] if isinstance(answer, bytes) else answer:
                    there.sendall(part)
            except OSError:
                return  # who asked went away, as it should

    def look_up(host: str, port: int, seconds: float) -> list[str]:
        world.looked_up.append(host)
        # A number is its own address, as with the real resolver.
        return world.names.get(host, [host] if host[-1].isdigit() else [])

    def connect_here(address: str, port: int, seconds: float) -> socket.socket:
        world.connected.append((address, port))
        return connect("127.0.0.1", listener.getsockname()[1], seconds)

    monkeypatch.setattr(fetching, "look_up", look_up)
    monkeypatch.setattr(fetching, "connect", connect_here)
    world.names["paper.example"] = [PUBLIC]
    threading.Thread(target=serve, daemon=True).start()
    yield world
    listener.close()

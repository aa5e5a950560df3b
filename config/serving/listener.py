"""The address the site listens on, taken before anything slow begins."""

from __future__ import annotations

import errno
import http.client
import socket
import time

from django.conf import settings


class AddressTaken(Exception):
    """The address cannot be used; the message says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """
    Take the address without listening yet.

    Until gunicorn listens on the socket a visitor is refused instead of kept waiting.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressTaken(
            f"HOST={host} is no address of this machine: {error.strerror}"
        ) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressTaken(
                f"Port {port} is taken by another program. Set another one: PORT={port + 1}"
            ) from error
        raise AddressTaken(f"Cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def local_url(listener: socket.socket) -> str:
    """Give the URL by which a browser on this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def is_healthy(listener: socket.socket) -> bool:
    """Ask /healthz once."""
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - as above
    connection = http.client.HTTPConnection(reachable, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": _accepted_host()})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _accepted_host() -> str:
    first = str(settings.ALLOWED_HOSTS[0])
    return "localhost" if first == "*" else first.removeprefix(".")


def wait_until_healthy(listener: socket.socket, *, seconds: float, step: float = 0.1) -> bool:
    """Ask /healthz until it answers 200; False when it does not within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_healthy(listener):
            return True
        time.sleep(step)
    return False

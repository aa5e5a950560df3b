"""The one way out: an HTTP request to an address that somebody typed, and to nothing inside.

Used for articles imported by address and for whatever else calls out. No Django, no database. Every
address a name leads to is looked up once and checked, and the one connected to is the one that was
checked, so that a second answer of the name server changes nothing; each hop of a redirect goes the
same way. No proxy, cookie or token of ours is ever sent, and time and size have an end.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

REFUSED: Final = "There is no public server at this address."
"""One sentence for all reasons, unknown names too: which one it is would map the network inside."""
UNREADABLE: Final = "The address could not be read."

USER_AGENT: Final = "OnRecord/1.0"
PORTS: Final = {"http": 80, "https": 443}
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

# `is_global` says yes to these, or did in some version of Python.
DENIED: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
NUMBER: Final = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.I)
UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\]")
KEPT_IN_ADDRESS: Final = "%/:=&?~+!$,;'@()*[]"


class NotFetched(Exception):
    """The request brought nothing; ``str()`` is a sentence for the person who asked."""


class RefusedAddress(NotFetched):
    """The address may not be asked at all. Says the same for every reason."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a request ends, whatever the other side does. ``bytes`` counts what is unpacked."""

    bytes: int = 5 * 1024 * 1024
    seconds: float = 10
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. ``url`` is where the last redirect led."""

    url: str
    status: int
    content_type: str
    body: bytes = field(repr=False)


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Fetched:
    """Ask an address from outside and give its answer, whatever its status.

    Raises ``RefusedAddress`` where the address, or one that it redirects to, is not a public one,
    and ``NotFetched`` where nothing came back in time and size. ``headers`` go to the first host
    only. Anything but a GET follows no redirect: its answer is the redirect.
    """
    limits = limits or Limits()
    deadline = time.monotonic() + limits.seconds
    sent = dict(headers or {})
    for _ in range(limits.redirects + 1):
        parts = checked_parts(url)
        answer, target = _ask(parts, method, body, sent, limits, deadline)
        if method != "GET" or not target:
            return answer
        url = urljoin(url, target)
        if parts.scheme == "https" and not url.lower().startswith("https:"):
            raise RefusedAddress
        if urlsplit(url).netloc != parts.netloc:
            sent = {}
    raise NotFetched(f"The address redirects more than {limits.redirects} times.")


def checked_parts(url: str) -> SplitResult:
    """The parts of an address that may be looked up: http or https, usual port, no user name.

    Raises ``RefusedAddress``, for a number inside too. Says nothing yet of where a name leads.
    """
    if UNSAFE.search(url) or len(url) > 2000:
        raise RefusedAddress
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise RefusedAddress from None
    known = parts.scheme in PORTS and host and port in {None, PORTS[parts.scheme]}
    if not known or "@" in parts.netloc or "%" in host:
        raise RefusedAddress
    # Shorter, octal and hexadecimal forms of an IPv4 address too: no name ends in a number.
    last = host.rstrip(".").rpartition(".")[2]
    is_number = ":" in host or NUMBER.fullmatch(last)
    if is_number and not is_public(host):
        raise RefusedAddress
    if last.lower() == "localhost":
        raise RefusedAddress
    return parts


def is_public(address: str) -> bool:
    """Whether a number is one of the outside network, where anybody may ask."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        ip = ip.ipv4_mapped or ip
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not any(ip.version == network.version and ip in network for network in DENIED)
    )


def _ask(
    parts: SplitResult,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    limits: Limits,
    deadline: float,
) -> tuple[Fetched, str]:
    """One request to one host: its answer, and where it redirects to."""
    host = _ascii_host(parts)
    connection = http.client.HTTPConnection(host)
    try:
        addresses = _checked_addresses(host, PORTS[parts.scheme], deadline)
        sock = _connected(addresses, parts, host, deadline)
    except TimeoutError:
        raise _too_slow(limits) from None
    except OSError:
        raise NotFetched(UNREADABLE) from None
    try:
        # Given a socket, the library connects nowhere itself and asks no proxy.
        connection.sock = _TimedSocket(sock, deadline)  # type: ignore[assignment] # all that it uses
        connection.putrequest(method, _target(parts), skip_host=True, skip_accept_encoding=True)
        ours = {
            "Host": f"[{host}]" if ":" in host else host,
            "User-Agent": USER_AGENT,
            "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.1",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        if body is not None:
            ours["Content-Length"] = str(len(body))
        for name, value in {**ours, **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        target = (answer.getheader("Location") or "") if answer.status in REDIRECTS else ""
        content = b"" if target else _body(answer, limits.bytes)
    except TimeoutError:
        raise _too_slow(limits) from None
    except (OSError, http.client.HTTPException, ValueError, zlib.error):
        raise NotFetched(UNREADABLE) from None
    finally:
        sock.close()
    content_type = answer.getheader("Content-Type") or ""
    return Fetched(parts.geturl(), answer.status, content_type, content), target


def _too_slow(limits: Limits) -> NotFetched:
    return NotFetched(f"The address gave no whole answer in {limits.seconds:g} s.")


def _ascii_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        return host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise RefusedAddress from None


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=KEPT_IN_ADDRESS)
    return f"{path}?{quote(parts.query, safe=KEPT_IN_ADDRESS)}" if parts.query else path


def _checked_addresses(host: str, port: int, deadline: float) -> list[str]:
    """Every address of the name; one that is not public refuses them all."""
    found = look_up(host, port, _left(deadline))
    if not found or not all(is_public(address) for address in found):
        raise RefusedAddress
    return found


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a name, asked once; none where it has none or the answer takes too long.

    The system's resolver knows no time limit, so it runs beside and is left behind.
    """
    found: list[str] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            return
        found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    beside = threading.Thread(target=ask, daemon=True)
    beside.start()
    beside.join(max(0.0, seconds))
    return list(found)


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to this very number."""
    return socket.create_connection((address, port), timeout=seconds)


def _connected(
    addresses: list[str], parts: SplitResult, host: str, deadline: float
) -> socket.socket:
    """A connection to the first of the checked addresses that answers."""
    last: OSError = OSError("no address")
    for address in addresses[:3]:
        try:
            plain = connect(address, PORTS[parts.scheme], _left(deadline))
        except OSError as error:
            last = error
            continue
        if parts.scheme == "http":
            return plain
        plain.settimeout(_left(deadline))
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
    raise last


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _TimedSocket:
    """A socket whose every wait ends at the deadline, so that a drip does not last for ever."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock = sock
        self.deadline = deadline

    def sendall(self, data: bytes) -> None:
        self.sock.settimeout(_left(self.deadline))
        self.sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self.sock, self.deadline))

    def close(self) -> None:
        """Nothing: the library closes here before it reads the body. `_ask` closes the socket."""


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock = sock
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stub names every buffer
        self.sock.settimeout(_left(self.deadline))
        return self.sock.recv_into(buffer)


def _body(answer: http.client.HTTPResponse, limit: int) -> bytes:
    """The body, unpacked, or a refusal as soon as it is known to be over the limit."""
    too_large = NotFetched(f"The answer is larger than {limit / 2**20:.1f} MB.")
    if answer.length is not None and answer.length > limit:
        raise too_large
    body = bytearray()
    for part in _unpacked(answer, limit):
        body += part
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _unpacked(answer: http.client.HTTPResponse, limit: int) -> Iterator[bytes]:
    """The body in parts; each is at most one byte more than the limit, however it was packed."""
    packing = (answer.getheader("Content-Encoding") or "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip"}:
        raise ValueError(packing)
    unpacker = zlib.decompressobj(wbits=31) if packing != "identity" else None
    while packed := answer.read1(65_536):
        while unpacker is not None and packed:
            yield unpacker.decompress(packed, limit + 1)
            packed = unpacker.unconsumed_tail
        if packed:
            yield packed
        if unpacker is not None and unpacker.eof:
            return
    if answer.length or unpacker is not None:
        raise ValueError("cut short")

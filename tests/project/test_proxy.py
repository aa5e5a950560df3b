"""Case 59: the proxy of docs/operations.md in front of the whole site, asked by hostile clients."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.project.serving import PROJECT, Server

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HOST = "quotes.example.org"
CONFIG = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    server {{
        listen 127.0.0.1:{port};
        {example}
    }}
}}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("serve"),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: nginx-light)"),
]


@dataclass
class Proxy:
    """Where it listens; ``ask`` sends a path as it is given, which no client library would."""

    port: int

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str):
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        there.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            there.putheader(name, value)
        if body:
            there.putheader("Content-Length", str(len(body)))
        there.endheaders()
        try:
            if body:
                there.send(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was taken
        answer = there.getresponse()
        content = answer.read()
        there.close()
        return answer, content


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    variables = {"PUBLIC_URL": f"http://{HOST}", "BEHIND_PROXY": "1"}
    server = Server(folder / "data", **variables)
    try:
        port = free_port()
        server.wait_until_ready()
        inner = re.search(r"127\.0\.0\.1:\d+", (folder / "data/serving").read_text())
        assert inner, "it does not say where it listens"
        example = the_example().replace("127.0.0.1:8000", inner[0])
        user = "user root;" if os.geteuid() == 0 else ""
        config = folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=folder, port=port, example=example, user=user))
        nginx = subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(config)])
        try:
            wait_for_port(port)
            yield Proxy(port)
        finally:
            nginx.terminate()
            nginx.wait(20)
    finally:
        server.process.terminate()
        server.finish()


def the_example() -> str:
    """The block of the document, as it stands there."""
    text = (PROJECT / "docs/operations.md").read_text(encoding="utf-8")
    found = re.search(r"^ {4}location / \{\n.*?^ {4}\}\n", text, re.MULTILINE | re.DOTALL)
    assert found, "docs/operations.md has no example of a proxy"
    return found[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("nginx does not listen")


def test_case_59_the_site_is_reached_through_the_example(proxy: Proxy):
    answer, content = proxy.ask("/sign-in/")
    assert answer.status == 200 and b"csrfmiddlewaretoken" in content
    sheet = re.search(rb'href="(/static/[^"]+\.css[^"]*)"', content)
    assert sheet and proxy.ask(sheet[1].decode())[0].status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static../config/settings.py",
        "/static/../config/settings.py",
        "/static/%2e%2e/config/settings.py",
        "/static/..%2fconfig/settings.py",
        "/static/%252e%252e/config/settings.py",
        "/static/....//config/settings.py",
        "/static//etc/passwd",
        "/media/../manage.py",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/../../etc/passwd",
        "/.data/secret_key",
        "/static/..\\config\\settings.py",
    ],
)
def test_case_59_no_path_leads_out_of_the_static_files(proxy: Proxy, path: str):
    answer, content = proxy.ask(path)
    assert answer.status in {400, 404}
    assert b"SECRET_KEY" not in content and b"root:" not in content


@pytest.mark.parametrize(
    "host", ["evil.example", f"{HOST}.evil.example", "evil.example:80", "", "@"]
)
def test_case_59_another_host_is_refused(proxy: Proxy, host: str):
    answer, content = proxy.ask("/sign-in/", Host=host)
    assert answer.status == 400
    assert b"evil" not in content


def test_case_59_a_client_cannot_say_that_it_came_by_https_or_from_elsewhere(proxy: Proxy):
    answer, _ = proxy.ask(
        "/account/password/reset/", X_Forwarded_Proto="https", X_Forwarded_Host="evil.example"
    )
    assert "evil" not in str(answer.headers) and answer.status in {200, 302}


def test_case_59_forged_addresses_do_not_evade_the_limit(proxy: Proxy):
    """Each request says that it comes from another address: they count as one client's."""
    statuses = [
        proxy.ask("/api/v1/quotes/", X_Forwarded_For=f"198.51.100.{n}, 203.0.113.{n}")[0].status
        for n in range(70)
    ]
    assert statuses.count(429) >= 70 - 61
    assert set(statuses) <= {401, 429}


def test_case_59_too_large_a_body_is_refused_by_the_proxy(proxy: Proxy):
    answer, _ = proxy.ask("/sign-in/", method="POST", body=b"x" * (13 * 1024 * 1024))
    assert answer.status == 413

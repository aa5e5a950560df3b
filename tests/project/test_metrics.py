"""Figures for Prometheus: true, added up over processes, and nobody's without the token."""

from __future__ import annotations

import os
import re

import pytest
from django.test import Client

from config.metrics import Counters

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TOKEN = {"Authorization": "Bearer let me in"}


@pytest.mark.parametrize(
    ("setting", "headers"),
    [
        ("", {}),
        ("", {"Authorization": "Bearer "}),
        ("let me in", {}),
        ("let me in", {"Authorization": "Bearer let me"}),
        ("let me in", {"Authorization": "let me in"}),
    ],
)
def test_without_the_token_there_is_nothing(client: Client, settings, setting, headers):
    settings.METRICS_TOKEN = setting
    assert client.get("/metrics", headers=headers).status_code == 404
    assert b"on_record_answers" not in client.get("/metrics", headers=headers).content


def test_each_answer_is_counted_once(client: Client, settings):
    settings.METRICS_TOKEN = "let me in"

    def count(status: str) -> int:
        said = client.get("/metrics", headers=TOKEN).text
        return int(re.search(rf'answers_total{{status="{status}"}} (\d+)', said)[1])

    before = count("4xx"), count("2xx")
    client.get("/no-such-page/")
    assert count("4xx") - before[0] == 1
    assert count("2xx") - before[1] == 2  # this one counts when it is answered


def test_the_text_is_what_prometheus_reads(client: Client, settings):
    settings.METRICS_TOKEN = "let me in"
    answer = client.get("/metrics", headers=TOKEN)
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    line = re.compile(
        r"# (HELP \w+ .+|TYPE \w+ (counter|gauge|histogram))"
        r'|\w+({\w+="[^"]*"})? [0-9.e+-]+'
    )
    wrong = [row for row in answer.text.splitlines() if not line.fullmatch(row)]
    assert wrong == []
    assert "on_record_longest_wait_seconds 0" in answer.text


def test_processes_that_were_forked_count_together_and_for_good():
    counters = Counters()
    for status in (200, 404):
        child = os.fork()
        if child == 0:
            counters.count(status, 0.2)
            os._exit(0)
        os.waitpid(child, 0)
    counters.count(500, 3.0)
    figures = counters.total()
    assert figures[:4] == [1, 0, 1, 1]
    assert figures[4:12] == [0, 0, 2, 2, 2, 2, 3, 3]
    assert figures[12] == pytest.approx(3.4)


def test_more_processes_than_parts_lose_no_count():
    counters = Counters()
    for _ in range(70):
        child = os.fork()
        if child == 0:
            counters.count(200, 0.01)
            os._exit(0)
        os.waitpid(child, 0)
    assert counters.total()[0] == 70

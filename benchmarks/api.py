"""Measures the API on made-up data: `make bench`. Ratios are of one run on one machine.

Needs a database made by `make_benchmark_data`. Requests go through the whole of Django, without a
network; "CPU" is that of the web process, without the database's.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - after django.setup()
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.renderers import JSONRenderer  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.settings import api_settings  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from annotations.operations.tokens import make_token  # noqa: E402
from benchmarks.bars import say, verdict  # noqa: E402
from quotes.api import filters  # noqa: E402
from quotes.api.serializers import QuoteSerializer, Shown  # noqa: E402
from quotes.models import Article, Collection, Membership, Quote, Speaker  # noqa: E402

API = "/api/v1"
WORDS = (
    "winters", "council", "harbour ferry", "budget school river", '"harbour wall"', "inesquill",
    "strike -price", "tunnel or bridge", "wandaoakes", "captain crew noon", '"early late"',
    "hospital", "orlafinn or bramtoll", "reservoir water level", "nosuchword", "promise letter",
)  # fmt: skip


def median_ms(act: Callable[[], object], times: int = 15) -> float:
    act()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


def cpu_ms(*acts: Callable[[], object], times: int = 60) -> list[list[float]]:
    """Many calls of each, taken in turn, so that a slow moment falls on all."""
    for act in acts:
        act()
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(times):
        for act, mine in zip(acts, taken, strict=True):
            begun = time.process_time()
            act()
            mine.append((time.process_time() - begun) * 1000)
    return taken


def api_client() -> Client:
    user, _ = User.objects.get_or_create(username="benchmark")
    for collection in Collection.objects.all():
        Membership.objects.get_or_create(
            collection=collection, user=user, defaults={"role": Membership.Role.READER}
        )
    _, plain = make_token(user=user, name="benchmark", scopes=["read"])
    return Client(headers={"authorization": f"Bearer {plain}"})


# --- A list against a bare one -------------------------------------------------------------------


def bare_serializer(shown: Shown) -> type[serializers.Serializer[Any]]:
    """The framework's own serializer with the same fields, for rows that are ready dictionaries."""
    fields: dict[str, Any] = {}
    for name, field in shown.fields.items():
        if isinstance(field, serializers.ListSerializer):
            fields[name] = bare_serializer(field.child)(many=True)
        elif isinstance(field, Shown):
            fields[name] = bare_serializer(field)(allow_null=True)
        elif isinstance(field, serializers.ListField):
            fields[name] = serializers.ListField(child=serializers.CharField())
        elif isinstance(field, serializers.SerializerMethodField):
            fields[name] = serializers.JSONField() if "correct" in name else serializers.CharField()
        else:
            fields[name] = serializers.CharField(allow_null=True)
    return type("Bare", (serializers.Serializer,), fields)


def measure_list(api: Client) -> None:
    """The whole of a request (middleware, token, limit, filters, database, JSON) against a view of
    the framework's that has none of these: its serializers and its JSON for ready dictionaries.
    """
    rows = api.get(f"{API}/quotes/").json()["results"]
    bare = bare_serializer(QuoteSerializer())

    class Bare(APIView):
        authentication_classes = permission_classes = throttle_classes = ()
        renderer_classes = (JSONRenderer,)
        with_fields = True

        def get(self, request: Any) -> Response:
            return Response(bare(rows, many=True).data if self.with_fields else rows)

    factory = RequestFactory()

    def ask(view: Any) -> Callable[[], object]:
        return lambda: view(factory.get("/")).render()

    taken = cpu_ms(
        lambda: api.get(f"{API}/quotes/"),
        ask(Bare.as_view()),
        ask(Bare.as_view(with_fields=False)),
    )
    # Of each turn by itself: a machine may change its pace between one turn and the next.
    ratio = statistics.median(listed / bare for listed, bare, _ in zip(*taken, strict=True))
    listed, with_fields, ready = map(statistics.median, taken)
    say(
        "list of 50 quotes, CPU of the request, against DRF's serializers alone over 50 dicts",
        f"{ratio:.2f} × ({listed:.1f} ms against {with_fields:.1f} ms; dicts that are only"
        f" rendered take {ready:.1f} ms)",
        "≤ 1.5 ×",
        holds=ratio <= 1.5,
    )


def measure_statements(api: Client) -> None:
    counts = []
    api.get(f"{API}/quotes/")  # notes the token's use, which happens once a minute
    for limit in (1, 200):
        with CaptureQueriesContext(connection) as queries:
            api.get(f"{API}/quotes/?limit={limit}")
        counts.append(len(queries))
    say("SQL statements a list, 1 and 200 rows", f"{counts}", "≤ 4, the same",
        holds=counts[0] == counts[1] <= 4)  # fmt: skip


# --- Pages and plans -----------------------------------------------------------------------------


def last_page(api: Client, address: str) -> str:
    """The address of the last page, made from the list's last row (walking there takes an hour)."""
    from quotes.api.pagination import NEWEST_FIRST, Cursor, _fingerprint

    rows = Quote.objects.on_record().shown().order_by("-published_on", "-pk")
    row = rows.filter(published_on=None).order_by("pk")[60]
    request = RequestFactory().get(address)
    request.query_params = request.GET  # type: ignore[attr-defined]
    fingerprint = _fingerprint(request, NEWEST_FIRST)  # type: ignore[arg-type]
    return f"{address}?cursor={Cursor(None, row.pk, reverse=False).signed(fingerprint)}"


def measure_pages(api: Client) -> None:
    address = f"{API}/quotes/"
    last = last_page(api, address)
    found = api.get(last).json()
    first_ms = median_ms(lambda: api.get(address), 30)
    last_ms = median_ms(lambda: api.get(last), 30)
    ratio = max(first_ms, last_ms) / min(first_ms, last_ms)
    say(
        f"first and last page ({len(found['results'])} rows near the end)",
        f"{ratio:.2f} × ({first_ms:.0f} ms and {last_ms:.0f} ms)",
        "≤ 1.5 ×",
        holds=ratio <= 1.5,
    )


def filter_values() -> dict[str, str]:
    speaker = Speaker.objects.order_by("pk")[50].public_id
    article = Article.objects.order_by("pk")[50]
    name = Speaker.objects.order_by("pk")[50].name
    return {
        "collection": str(article.collection.public_id), "article": str(article.public_id),
        "speaker": str(speaker), "addressee": str(speaker), "corrector": str(speaker),
        "outlet": article.outlet, "language": "en", "published_after": "2015-01-01",
        "published_before": "2003-01-01", "updated_since": "2026-01-01T01:00:00Z",
        "undecided": "true", "has_speaker": "false", "has_quotes": "true", "distinct": "true",
        "q": "inesquill", "external_id": "none", "origin": "person", "cue_lemma": "deny",
        "min_confidence": "0.99", "wikidata_id": "Q42", "status": "rejected", "role": "corrector",
        "speaker_name": name, "group": "same_words",
    }  # fmt: skip


LISTS = {
    "articles/": (filters.ArticleFilters, {}),
    "quotes/": (filters.QuoteFilters, {"kind": "direct", "corrected": "true"}),
    "speakers/": (filters.SpeakerFilters, {"kind": "group"}),
    "corrections/": (filters.CorrectionFilters, {"kind": "denial"}),
    "speakers/{id}/statements/": (
        filters.StatementFilters, {"kind": "direct", "corrected": "true"},
    ),
    "statements/": (filters.StatementListFilters, {"kind": "direct", "corrected": "true"}),
    "speakers/{id}/corrections/": (filters.SpeakerCorrectionFilters, {"kind": "denial"}),
}  # fmt: skip


def scans(plan: Any) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan" and plan["Plan Rows"] > 1000:
        yield plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        yield from scans(inner)


def measure_plans(api: Client) -> None:
    values = filter_values()
    found, slowest, asked = [], (0.0, ""), 0
    for address, (of, own) in LISTS.items():
        place = address.format(id=values["speaker"])
        for name in ("", *sorted(filters.parameters(of))):
            value = {**values, "corrected": values["speaker"], **own}.get(name, "")
            query = {name: value} if name else {}
            with CaptureQueriesContext(connection) as queries:
                response = api.get(f"{API}/{place}", query)
            if response.status_code != 200:
                found.append(f"{place}?{name}: {response.status_code}")
                continue
            asked += 1
            statement = next(q["sql"] for q in reversed(queries) if "unnest" in q["sql"])
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
                (plans,) = cursor.fetchone()
            plan = (json.loads(plans) if isinstance(plans, str) else plans)[0]["Plan"]
            found += [f"{place}?{name} reads {table}" for table in scans(plan)]
            taken = median_ms(lambda p=place, q=query: api.get(f"{API}/{p}", q), 3)
            slowest = max(slowest, (taken, f"{address}?{name}"))
    say("sequential scans, every documented filter", f"{found or 'none'} in {asked} lists",
        "none", holds=not found)  # fmt: skip
    sys.stdout.write(f"{'':<12} slowest list with one filter: {slowest[1]}, {slowest[0]:.0f} ms\n")


def measure_speaker(api: Client) -> None:
    speaker = Speaker.objects.order_by("pk")[0]
    address = f"{API}/speakers/{speaker.public_id}/statements/"
    with CaptureQueriesContext(connection) as queries:
        api.get(address)
    statement = next(q["sql"] for q in reversed(queries) if "unnest" in q["sql"])

    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.fetchall()

    api_ms, raw_ms = median_ms(lambda: api.get(address), 30), median_ms(raw, 30)
    say(
        f"50 newest statements of a speaker of {speaker.quotes.count():,} quotes, against SQL",
        f"{api_ms / raw_ms:.2f} × ({api_ms:.0f} ms against {raw_ms:.0f} ms)",
        "≤ 3 ×",
        holds=api_ms <= 3 * raw_ms,
    )


def measure_search(api: Client) -> None:
    taken = []
    for words in WORDS:
        api.get(f"{API}/quotes/", {"q": words})
        for _ in range(3):
            begun = time.perf_counter()
            # A search that the database gives up on counts with the time until it did.
            api.get(f"{API}/quotes/", {"q": words})
            taken.append(((time.perf_counter() - begun) * 1000, words))
    taken.sort()
    p95, slowest = taken[int(len(taken) * 0.95) - 1][0], taken[-1]
    say(
        f"full-text search, {len(WORDS)} queries",
        f"p95 {p95:.0f} ms, median {taken[len(taken) // 2][0]:.0f} ms, slowest {slowest[1]}"
        f" {slowest[0]:.0f} ms",
        "p95 ≤ 200 ms",
        holds=p95 <= 200,
    )


def measure_stream(api: Client) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    response = api.get(f"{API}/quotes/", headers={"accept": "application/x-ndjson"})
    size = rows = 0
    first = 0.0
    for block in response.streaming_content:  # type: ignore[attr-defined]
        first = first or time.perf_counter() - begun
        size += len(block)
        rows += block.count(b"\n")
    taken = time.perf_counter() - begun
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    say(
        f"NDJSON of {rows:,} quotes",
        f"+{grown:.0f} MB, first byte {first:.2f} s, {size / 2**20:,.0f} MB in {taken:.0f} s",
        "≤ +50 MB, ≤ 0.5 s",
        holds=grown <= 50 and first <= 0.5,
    )


MEASURES = {
    "list": measure_list,
    "statements": measure_statements,
    "pages": measure_pages,
    "plans": measure_plans,
    "speaker": measure_speaker,
    "search": measure_search,
    "stream": measure_stream,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "only", nargs="*", choices=[*MEASURES, []], help="all, unless some are named"
    )
    only = parser.parse_args().only or list(MEASURES)
    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.ERROR)
    # Counting requests is a part of each; refusing them would end the measurement.
    api_settings.DEFAULT_THROTTLE_RATES = {"authenticated": "100000000/min"}
    api = api_client()
    n_quotes = Quote.objects.count()
    if re.search("test", connection.settings_dict["NAME"]) or not n_quotes:
        raise SystemExit("There is nothing to measure on: run `make bench`.")
    sys.stdout.write(f"{n_quotes:,} quotes, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}\n")
    api.get(f"{API}/quotes/")  # a process that has answered before: modules loaded, connected
    for name in only:
        MEASURES[name](api)
    return verdict()


if __name__ == "__main__":
    sys.exit(main())

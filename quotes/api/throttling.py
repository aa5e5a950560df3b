"""How often one client may ask: counted in the database's cache table, shared by all processes.

The cache's own ``incr`` reads, then writes, so that two processes can count one request; here the
database counts, in one statement.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

# Rows are plain numbers under a prefix that the cache never reads. Counters an hour out of date
# are cleared on the way, a few at a time, never waiting for a row that somebody else holds.
COUNT_SQL: Final = """
WITH stale AS (
    SELECT cache_key FROM {table}
    WHERE expires < now() - interval '1 hour' AND starts_with(cache_key, 'rate:')
      AND cache_key <> %(key)s
    LIMIT 10 FOR UPDATE SKIP LOCKED
), cleared AS (
    DELETE FROM {table} WHERE cache_key IN (SELECT cache_key FROM stale)
)
INSERT INTO {table} AS counter (cache_key, value, expires)
VALUES (%(key)s, '1', now() + make_interval(secs => %(seconds)s))
ON CONFLICT (cache_key) DO UPDATE SET
    value = CASE WHEN counter.expires <= now() THEN '1'
                 ELSE (counter.value::bigint + 1)::text END,
    expires = CASE WHEN counter.expires <= now() THEN excluded.expires
                   ELSE counter.expires END
RETURNING value::bigint, extract(epoch FROM expires - now())
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a client stands in the present window."""

    name: str
    allowed: int
    seconds: int
    used: int
    reset: float

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.allowed

    def headers(self) -> dict[str, str]:
        """``RateLimit`` and ``RateLimit-Policy`` as the IETF's httpapi group drafts them."""
        left = max(0, self.allowed - self.used)
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.allowed};w={self.seconds}',
            "RateLimit": f'"{self.name}";r={left};t={max(1, round(self.reset))}',
        }


def count_request(*, name: str, client: str) -> Limit | None:
    """Count one request of a client; None where the settings give no rate."""
    rate = api_settings.DEFAULT_THROTTLE_RATES.get(name)
    if not rate:
        return None
    number, _, period = str(rate).partition("/")
    return count_within(name=name, client=client, allowed=int(number), seconds=SECONDS[period[0]])


def count_within(*, name: str, client: str, allowed: int, seconds: int) -> Limit:
    """Count one request of a client against a limit that the caller gives."""
    # Hashed: an IPv6 address with a zone has no length limit, the cache's key has.
    key = f"rate:{name}:{hashlib.sha256(client.encode()).hexdigest()[:40]}"
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL.format(table=table), {"key": key, "seconds": seconds})
        used, reset = cursor.fetchone()
    return Limit(name, allowed, seconds, used, float(reset))


class RateLimit(BaseThrottle):
    """Tokens and signed-in people by who they are, everybody else by address."""

    limit: Limit | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        user: Any = request.user
        token: Any = request.auth
        if token is not None:
            self.limit = count_request(name="authenticated", client=f"token:{token.pk}")
        elif user is not None and user.is_authenticated:
            self.limit = count_request(name="authenticated", client=f"user:{user.pk}")
        else:
            self.limit = self.count_anonymous(request)
        if self.limit is None:
            return True
        # The view puts these on its answer, whatever that is.
        request._request.rate_limit_headers = self.limit.headers()  # type: ignore[attr-defined]
        return not self.limit.is_exceeded

    def count_anonymous(self, request: Request) -> Limit | None:
        return count_request(name="anonymous", client=f"address:{self.get_ident(request)}")

    def wait(self) -> float | None:
        return self.limit.reset if self.limit else None

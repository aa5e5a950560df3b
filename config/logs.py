"""Lines of the log: one event each, with the request's id, and without secrets or article text."""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from annotations.request_id import current_request_id

# One-time links are secrets that stand in a path.
SECRET_IN_PATH: Final = re.compile(
    r"(/(?:sign-in|invitations|account/password/reset/key|account/confirm-email)/)[^/\s?\"']+"
)
TOKEN: Final = re.compile(r"\b(onr_[a-z0-9]{4})[A-Za-z0-9_-]+|(?i:\b(bearer)\s+)[^\s\"']+")
QUERY: Final = re.compile(r"(/[^\s?\"']*)\?[^\s\"']+")
# PostgreSQL repeats the row that it refused, and with it the article's text.
ROW: Final = re.compile(
    r"^(DETAIL|CONTEXT|STATEMENT|LINE \d+):.*?"
    r"(?=\n\nThe above exception|\n\nDuring handling|\n?\Z)",
    re.MULTILINE | re.DOTALL,
)


def lines_on_stderr(level: str) -> dict[str, Any]:
    """The setting ``LOGGING``: every event of ``level`` and above as one line."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "config.logs.LineFormatter",
                "format": "%(asctime)s level=%(levelname)s logger=%(name)s pid=%(process)d"
                " request=%(request_id)s %(message)s",
            },
        },
        "filters": {"request_ids": {"()": "config.logs.RequestIds"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request_ids"],
            },
        },
        "root": {"handlers": ["stderr"], "level": level},
        # Its INFO lines tell of each job, with its arguments.
        "loggers": {"procrastinate": {"level": "WARNING"}},
    }


class RequestIds(logging.Filter):
    """Put the id of the request being answered on each record; ``-`` outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        record.request_id = current_request_id() or getattr(request, "request_id", "") or "-"
        return True


class LineFormatter(logging.Formatter):
    """One line an event but for tracebacks; what must not be kept is left out of both."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))

    def formatException(self, ei: Any) -> str:
        return ROW.sub(r"\1: left out", super().formatException(ei))


def without_secrets(line: str) -> str:
    """The line without one-time links, tokens, and what somebody searched for."""
    line = SECRET_IN_PATH.sub(r"\1…", line)
    line = TOKEN.sub(lambda match: f"{match[1] or match[2]} …", line)
    return QUERY.sub(r"\1?…", line)

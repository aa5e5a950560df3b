"""The record as data to take away: one definition of columns, streamed by PostgreSQL's COPY."""

from __future__ import annotations

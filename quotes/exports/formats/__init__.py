"""The record in other tools' formats: each made from the lines of the JSONL export."""

from __future__ import annotations

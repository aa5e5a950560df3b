"""Who held which office when and where: facts in an editable file, never in code."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from quotes.extraction.cast import Gender

_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Holder:
    """One person's time in one office; ``until`` is the first day out of it."""

    office: str
    country: str
    name: str
    gender: Gender
    since: dt.date
    until: dt.date | None


@lru_cache(maxsize=1)
def holders() -> dict[tuple[str, str], tuple[Holder, ...]]:
    """Holders by office and country (ISO 3166), oldest first."""
    table: dict[tuple[str, str], list[Holder]] = {}
    with (_FOLDER / "offices.tsv").open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        for row in csv.DictReader(lines, delimiter="\t"):
            gender: Gender = "f" if row["gender"] == "f" else "m" if row["gender"] == "m" else ""
            until = dt.date.fromisoformat(row["until"]) if row["until"] else None
            holder = Holder(
                row["office"],
                row["country"],
                row["name"],
                gender,
                dt.date.fromisoformat(row["since"]),
                until,
            )
            table.setdefault((holder.office, holder.country), []).append(holder)
    return {key: tuple(sorted(found, key=lambda h: h.since)) for key, found in table.items()}


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Code of a country by its name and its adjective, folded ("french" and "france": FR)."""
    table: dict[str, str] = {}
    for line in (_FOLDER / "countries.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            code, *names = line.split("\t")
            for name in names:
                table[name.casefold()] = code
    return table


def holder_at(office: str, country: str, date: dt.date | None) -> Holder | None:
    """Who held the office on that day; without a date nobody can be told."""
    if date is None:
        return None
    for holder in holders().get((office, country), ()):
        if holder.since <= date and (holder.until is None or date < holder.until):
            return holder
    return None


def former_holders(office: str, country: str, date: dt.date | None) -> list[Holder]:
    """Earlier holders on that day, the latest first ("the former president")."""
    found = [
        holder
        for holder in holders().get((office, country), ())
        if date is not None and holder.until is not None and holder.until <= date
    ]
    return list(reversed(found))


_OFFICE_WORDS = (
    (re.compile(r"\bdemocratic (?:presidential )?(?:nominee|candidate)\b"), "democratic nominee"),
    (
        re.compile(r"\b(?:republican|gop) (?:presidential )?(?:nominee|candidate)\b"),
        "republican nominee",
    ),
    (re.compile(r"\bprime minister\b|\bpremier\b|\bpm\b|\btaoiseach\b"), "prime minister"),
    (re.compile(r"\bvice[- ]president\b"), "vice president"),
    (re.compile(r"\bpresident\b"), "president"),
    (re.compile(r"\bfirst minister\b"), "first minister"),
    (re.compile(r"\bforeign (?:minister|secretary)\b|\bsecretary of state\b"), "foreign minister"),
    (
        re.compile(
            r"\bfinance minister\b|\btreasury secretary\b|\btreasurer\b"
            r"|\bchancellor of the exchequer\b"
        ),
        "finance minister",
    ),
    (re.compile(r"\bhome secretary\b|\binterior minister\b"), "interior minister"),
    (
        re.compile(r"\bdefen[cs]e (?:minister|secretary)\b|\bsecretary of defen[cs]e\b"),
        "defence minister",
    ),
    (re.compile(r"\bchancellor\b"), "chancellor"),
    (re.compile(r"\b(?:king|queen|monarch)\b"), "monarch"),
    (re.compile(r"\bpope\b|\bpontiff\b"), "pope"),
    (re.compile(r"\bsecretary[- ]general\b"), "secretary general"),
    (re.compile(r"\bleader\b"), "leader"),
)


def office_of(phrase: str) -> str:
    """The office that a folded phrase names; empty where it names none we keep."""
    return next((office for pattern, office in _OFFICE_WORDS if pattern.search(phrase)), "")


def country_of(phrase: str) -> str:
    """The country that a folded phrase names ("the french president", "president of france")."""
    table = countries()
    words = re.findall(r"[\w.’'-]+", phrase)
    for size in (3, 2, 1):
        for start in range(len(words) - size + 1):
            code = table.get(" ".join(words[start : start + size]))
            if code:
                return code
    return ""

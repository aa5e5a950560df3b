"""``python -m quotes.extraction IN.jsonl OUT.jsonl``: articles in, quotes out, no database."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from quotes.extraction.config import Config
from quotes.extraction.explain import Steps, explain
from quotes.extraction.output import BadLine, as_json, read_line
from quotes.extraction.pipeline import EngineMissing, extract, extract_many, tagger_for
from quotes.extraction.types import EngineName

_ENGINES: tuple[EngineName, ...] = ("auto", "rules", "encoder", "large")
_BATCH = 16

_Task = tuple[int, str, Config, bool]
"""A line with its number, the config, and whether the steps are wanted."""
_Result = tuple[dict[str, Any] | str, str]


def main(argv: list[str] | None = None) -> int:
    """Run the engine over a file.

    The exit status is 1 where a line could not be read, 2 where the engine asked for is missing.
    """
    parser = argparse.ArgumentParser(prog="python -m quotes.extraction", description=__doc__)
    parser.add_argument("source", type=Path, metavar="IN.jsonl")
    parser.add_argument("target", type=Path, metavar="OUT.jsonl")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--engine", choices=_ENGINES, default="auto")
    parser.add_argument(
        "--explain", action="store_true", help="write each quote with its reason to standard error"
    )
    parser.add_argument(
        "--language-model",
        default="",
        metavar="PACKAGE",
        help="installed spaCy package to parse with",
    )
    options = parser.parse_args(argv)
    config = Config(engine=options.engine, language_model=options.language_model)
    try:
        tagger_for(config)
    except EngineMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2
    bad = 0
    progress = _Progress(options.source)
    with (
        options.source.open(encoding="utf-8", errors="replace") as lines,
        options.target.open("w", encoding="utf-8") as out,
    ):
        for number, line, result, steps in _results(lines, config, options):
            if isinstance(result, str):
                bad += 1
                sys.stderr.write(f"line {number}: {result}\n")
            else:
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
                if options.explain:
                    sys.stderr.write(steps + explain(json.loads(line)["text"], result))
            progress.step(len(line.encode()))
    progress.done()
    return 1 if bad else 0


def _results(
    lines: TextIO, config: Config, options: argparse.Namespace
) -> Iterator[tuple[int, str, dict[str, Any] | str, str]]:
    processes: int = options.processes
    numbered = (
        (n, line, config, bool(options.explain)) for n, line in enumerate(lines, 1) if line.strip()
    )
    batches = iter(lambda: list(islice(numbered, _BATCH)), [])
    if processes <= 1:
        for batch in batches:
            for task, done in zip(batch, run_lines(batch), strict=True):
                yield task[0], task[1], *done
        return
    with ProcessPoolExecutor(processes) as pool:
        while waiting := list(islice(batches, 4 * processes)):
            for batch, results in zip(waiting, pool.map(run_lines, waiting), strict=True):
                for task, done in zip(batch, results, strict=True):
                    yield task[0], task[1], *done


def run_lines(tasks: Sequence[_Task]) -> list[_Result]:
    """Results of some lines, read together; each by itself where one of them fails."""
    if any(wanted for *_, wanted in tasks):
        return [run_line(task) for task in tasks]
    try:
        read = [read_line(line) for _, line, _, _ in tasks]
        found = extract_many((document for _, document in read), tasks[0][2])
        return [(as_json(name, one), "") for (name, _), one in zip(read, found, strict=True)]
    except Exception:  # run_line says which and why
        return [run_line(task) for task in tasks]


def run_line(task: _Task) -> _Result:
    """Result of one line, or in words why there is none; one bad line does not stop the rest.

    The second part says what each component did, where that was asked for.
    """
    _, line, config, wanted = task
    steps = Steps()
    try:
        identifier, document = read_line(line)
        found = extract(document, config, steps.see if wanted else None)
        return as_json(identifier, found), steps.text()
    except BadLine as error:
        return str(error), ""
    except Exception as error:  # one failing article must not lose the others
        return f"failed ({type(error).__name__}: {error})", ""


class _Progress:
    """A line on standard error that is rewritten, once a run takes longer than two seconds."""

    def __init__(self, source: Path) -> None:
        self.total = max(1, source.stat().st_size)
        self.read = 0
        self.articles = 0
        self.started = time.monotonic()
        self.shown = False

    def step(self, size: int) -> None:
        self.read += size
        self.articles += 1
        elapsed = time.monotonic() - self.started
        if elapsed > 2 and sys.stderr.isatty() or elapsed > 2 and self.articles % 50 == 0:
            end = "\r" if sys.stderr.isatty() else "\n"
            share = min(100, 100 * self.read // self.total)
            sys.stderr.write(f"{share:3d} %  {self.articles} articles, {elapsed:.0f} s{end}")
            self.shown = True

    def done(self) -> None:
        if self.shown:
            elapsed = time.monotonic() - self.started
            sys.stderr.write(f"100 %  {self.articles} articles, {elapsed:.0f} s\n")


if __name__ == "__main__":
    sys.exit(main())

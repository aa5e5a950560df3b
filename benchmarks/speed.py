"""How fast the engine is, what it holds, and how its cost grows (``make bench-engine``).

Words per CPU second stand beside the bare spaCy pipeline of the same run, since machines differ.
The articles are the project's own samples; nothing else is needed.

python -m benchmarks.speed [--longest CHARACTERS]
"""

from __future__ import annotations

import argparse
import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import spacy

from quotes.extraction import language
from quotes.extraction.config import Config
from quotes.extraction.pipeline import extract, extract_many
from quotes.extraction.types import Document

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
LEAST_SHARE, MOST_MEGABYTES, MOST_GROWTH = 0.5, 600, 2.2
_SHORTEST, _LONGEST = 62_500, 1_000_000
_ROUNDS = 5
_HOSTILE = "“He said ‘no, \"never ''this\n«that» she said. ’ ”"


@dataclass(frozen=True, slots=True)
class Growth:
    """Time for a text, and for one twice as long."""

    characters: int
    seconds: float
    doubled: float

    @property
    def factor(self) -> float:
        return self.doubled / self.seconds if self.seconds else 0.0


def stories() -> list[str]:
    """The texts of the samples."""
    return [path.read_text("utf-8") for path in sorted(SAMPLES.glob("*.txt"))]


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU time of all threads for one piece of work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def speed(texts: Sequence[str], config: Config) -> tuple[float, float]:
    """Words per CPU second of the bare pipeline and of the engine, best of some rounds each."""
    words = sum(len(text.split()) for text in texts)
    bare = spacy.load(language.load().name.partition(" ")[0])
    gc.freeze()  # as the engine does for itself
    documents = [Document(text) for text in texts]
    rounds: list[tuple[float, float]] = []
    for _ in range(_ROUNDS + 1):  # the first one warms both up
        alone = cpu_seconds(lambda: list(bare.pipe(texts)))
        engine = cpu_seconds(lambda: list(extract_many(documents, config)))
        rounds.append((alone, engine))
    measured = rounds[1:]
    return (
        words / min(alone for alone, _ in measured),
        words / min(engine for _, engine in measured),
    )


def growth(make: Callable[[int], str], config: Config, longest: int) -> list[Growth]:
    """Times for ever longer texts, each twice the one before."""
    sizes = [_SHORTEST]
    while 2 * sizes[-1] <= longest:
        sizes.append(2 * sizes[-1])
    seconds = []
    for size in sizes:
        document = Document(make(size))
        seconds.append(cpu_seconds(lambda document=document: extract(document, config)))  # type: ignore[misc]  # bound now
    return [
        Growth(size, short, long)
        for size, short, long in zip(sizes, seconds, seconds[1:], strict=False)
    ]


def prose(size: int) -> str:
    """The samples one after the other, over and over, cut at the size."""
    story = "\n\n".join(stories()) + "\n\n"
    return (story * (size // len(story) + 1))[:size]


def hostile(size: int) -> str:
    """Marks of every sort that open and never close."""
    return (_HOSTILE * (size // len(_HOSTILE) + 1))[:size]


def worker_megabytes(engine: str) -> float:
    """Peak memory of a fresh process that reads the samples, in megabytes."""
    command = [sys.executable, "-m", "benchmarks.speed", "--worker", "--engine", engine]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 ours
    return float(done.stdout)


def _work(config: Config) -> float:
    for text in stories():
        extract(Document(text), config)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Measure and print; the exit status is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--engine", choices=("auto", "rules", "encoder", "large"), default="auto")
    parser.add_argument("--longest", type=int, default=_LONGEST, help="characters (default 1 MB)")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    config = Config(engine=options.engine)
    if options.worker:
        sys.stdout.write(f"{_work(config):.1f}\n")
        return 0
    missed = []

    def show(line: str, *, holds: bool) -> None:
        sys.stdout.write(f"{line}{'' if holds else '   MISSED'}\n")
        sys.stdout.flush()
        if not holds:
            missed.append(line)

    bare, engine = speed(stories(), config)
    show(
        f"words per CPU second: bare spaCy {bare:.0f}, engine {engine:.0f}, "
        f"share {engine / bare:.2f} (at least {LEAST_SHARE})",
        holds=engine >= LEAST_SHARE * bare,
    )
    held = worker_megabytes(options.engine)
    show(
        f"peak memory of a worker: {held:.0f} MB (at most {MOST_MEGABYTES})",
        holds=held <= MOST_MEGABYTES,
    )
    for name, make in (("prose", prose), ("hostile marks", hostile)):
        for step in growth(make, config, options.longest):
            show(
                f"{name}: {step.characters} characters {step.seconds:.1f} s, "
                f"twice that {step.doubled:.1f} s, factor {step.factor:.2f} "
                f"(at most {MOST_GROWTH})",
                holds=step.factor <= MOST_GROWTH,
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What `make train` runs: an environment of its own, then training, export and figures.

Needs nothing but Python's standard library. Read from the environment: CORPUS (annotated articles
in JSON lines, plain or .gz), DEV (articles to measure on), START (a tagger.onnx to go on from),
EPOCHS or MINUTES, RATE, FP32, SEED, OUT (where the tagger is written), TRAIN_PYTHON (a Python that
already has the packages of requirements-train.txt; nothing is installed then). SIZE=large trains
the tagger of ``--engine large`` from the larger BERT or MPNet in the folder BASE.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CACHE = PROJECT / ".cache" / "training"
EVALUATION = PROJECT.parent / "shared" / "eval"


def main() -> None:
    """Train, export and measure; a stopped training goes on where it was."""
    corpus = Path(os.environ.get("CORPUS") or EVALUATION / "polnear-train.jsonl.gz")
    if not corpus.is_file():
        sys.exit(f"{corpus} is missing: make train CORPUS=articles.jsonl (docs/engine-training.md)")
    development = Path(os.environ.get("DEV") or EVALUATION / "polnear-dev.jsonl.gz")
    large = os.environ.get("SIZE") == "large"
    base = os.environ.get("BASE")
    if large and not base:
        sys.exit("SIZE=large needs BASE=FOLDER, a BERT or MPNet with uncased word pieces")
    folder = "model-large" if large else "model"
    out = os.environ.get("OUT") or str(PROJECT / "quotes" / "extraction" / folder)
    work = CACHE / ("work-large" if large else "work")
    python = _python()
    began = ["--work", str(work), *(["--base", base] if base else [])]
    options = ["--corpus", str(corpus), *began]
    for name in ("START", "EPOCHS", "MINUTES", "RATE", "SEED"):
        if value := os.environ.get(name):
            options += [f"--{name.lower()}", value]
    if large:
        options.append("--large")
    if os.environ.get("FP32"):
        options.append("--fp32")
    _run(python, "training.train", *options)
    start = os.environ.get("START")
    beside = ["--mean-with", start] if start else []
    _run(python, "training.export", *began, "--out", out, *beside)
    if development.is_file():
        figures = str(work / "figures.json")
        _run(
            python,
            "training.evaluate",
            "--model",
            out,
            "--articles",
            str(development),
            "--out",
            figures,
        )
        _run(python, "training.export", *began, "--out", out, "--config-only")


def _python() -> str:
    if given := os.environ.get("TRAIN_PYTHON"):
        return given
    environment = CACHE / "environment"
    python = environment / "bin" / "python"
    lock = PROJECT / "requirements-train.txt"
    stamp = environment / ".installed"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)  # noqa: S603 - our own command
        install = [str(python), "-m", "pip", "install", "--require-hashes", "-r", str(lock)]
        subprocess.run(install, check=True)  # noqa: S603 - our own command
        stamp.write_bytes(lock.read_bytes())
    return str(python)


def _run(python: str, module: str, *options: str) -> None:
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    command = [python, "-m", module, *options]
    if subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode:  # noqa: S603 - our own command
        sys.exit(f"{module} failed; the last checkpoint is kept in {CACHE}")


if __name__ == "__main__":
    main()

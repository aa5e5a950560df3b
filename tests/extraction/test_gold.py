"""Regression on texts outside the repository: the seed's criteria and a floor on dev."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from quotes.extraction.config import Config
from quotes.extraction.output import as_json
from quotes.extraction.pipeline import extract
from quotes.extraction.types import Document

pytestmark = [pytest.mark.model, pytest.mark.shared, pytest.mark.slow]
RULES = Config(engine="rules")
SLICE = slice(3, 63, 10)
FLOOR = 62.0


def scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(identifier: str, text: str, config: Config = RULES) -> dict[str, Any]:
    return as_json(identifier, extract(Document(text), config))


@pytest.mark.parametrize("config", [RULES, Config()], ids=lambda config: config.engine)
def test_the_seed_meets_every_criterion(shared: Path, config: Config) -> None:
    score = scorer(shared / "gold" / "score_seed.py")
    rows = score.score(run("seed", score.TEXT, config))
    assert len(rows) == 13
    assert [(name, detail) for name, _, _, holds, detail in rows if not holds] == []


def test_a_slice_of_dev_stays_above_its_floor(shared: Path) -> None:
    score = scorer(shared / "eval" / "score_attributions.py")
    with gzip.open(shared / "eval" / "polnear-dev.jsonl.gz", "rt", encoding="utf-8") as file:
        articles = [json.loads(line) for line in file][SLICE]
    right = found = wanted = 0
    for article in articles:
        counts = score.count_article(
            article["text"],
            article["attributions"],
            run(article["id"], article["text"])["attributions"],
        )
        right += counts["end_r", "all"]
        found += counts["predicted", "all"]
        wanted += counts["gold", "all"]
    assert 200 * right / (found + wanted) >= FLOOR

"""Print how good the engine is, beside its peers, and write it down (``make evaluate``).

python -m benchmarks.evaluate [--write docs/engine-figures.json] [--engine auto|rules|large]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import ATTRIBUTIONS, CORRECTIONS, PEOPLE, Figure, measure
from benchmarks.scorers import SHARED, TextsMissing
from quotes.extraction.config import ENGINE_VERSION, Config

FIGURES = Path(__file__).resolve().parents[1] / "docs" / "engine-figures.json"
PAGE = FIGURES.with_name("engine.md")
BEGIN, END = "<!-- figures: written by make evaluate -->", "<!-- end of figures -->"
TOLERANCE = 0.01
"""A figure may fall by a point before the regression test fails: ties are broken by chance."""

TITLES = {
    "polnear-dev": "PolNeAR dev, 84 articles (peers on its test part)",
    "commonwealth-dev": "six articles of the Commonwealth press, attitudes left out",
    "speakers-dev": "who is meant, 20 articles",
    "corrections-complete": "corrections, 84 articles read end to end",
    "corrections-all": "corrections, all 300 articles (precise cues over-represented)",
    "calibration": "calibration error, articles that the tables were not fitted on",
}
LABELS = {
    **ATTRIBUTIONS,
    **CORRECTIONS,
    **PEOPLE,
    "content": "confidence of contents",
    "speaker": "probability of the chosen speaker",
    "candidates": "probabilities of all candidates",
}
# Textacy 0.13, Gender Gap Tracker, Citron retrained on the same data, two trained people.
PEERS: dict[tuple[str, str], tuple[float | None, ...]] = {
    ("polnear-dev", "end_f1"): (28.3, 46.2, 54.5, 75.8),
    ("polnear-dev", "quoted_speaker"): (72.9, 65.8, 61.8, 98.1),
    ("polnear-dev", "direct.end_r"): (74.9, 69.9, 66.5, 97.9),
    ("polnear-dev", "mixed.end_r"): (24.4, 45.9, 57.5, 90.3),
    ("polnear-dev", "indirect.end_p"): (None, 85.0, 67.6, 67.5),
    ("polnear-dev", "indirect.end_r"): (0.0, 23.6, 34.4, 67.5),
    ("commonwealth-dev", "end_f1"): (26.8, 66.1, 62.1, None),
    ("commonwealth-dev", "quoted_speaker"): (33.3, 59.7, 31.6, None),
    ("commonwealth-dev", "direct.end_r"): (45.2, 61.9, 42.9, None),
}


def fallen(stored: dict[str, Any], sets: dict[str, dict[str, Figure]]) -> list[str]:
    """In words what is worse by more than the tolerance; an error is worse when it is larger."""
    worse = []
    for group, figures in sets.items():
        for name, (value, _, _) in figures.items():
            before = stored["figures"].get(group, {}).get(name)
            if before is None:
                continue
            change = value - before["value"]
            if (change if group == "calibration" else -change) > TOLERANCE:
                worse.append(f"{group} {name}: {before['value']:.4f} → {value:.4f}")
    return worse


def as_document(sets: dict[str, dict[str, Figure]], engine: str) -> dict[str, Any]:
    """The figures as they are written down: numbers only, no word of any article."""
    return {
        "engine": f"{ENGINE_VERSION}/{engine}",
        "figures": {
            group: {
                name: {"value": value, "low": low, "high": high}
                for name, (value, low, high) in figures.items()
            }
            for group, figures in sets.items()
        },
    }


def table(sets: dict[str, dict[str, Figure]]) -> str:
    """The figures by kind beside the peers', in per cent."""
    lines = []
    for group, figures in sets.items():
        lines += [
            "",
            TITLES[group],
            f"{'':46}{'engine [95 %]':22}" + _HEADER * (group in _COMPARED),
        ]
        for name, (value, low, high) in figures.items():
            here = f"{100 * value:.1f} [{100 * low:.1f}–{100 * high:.1f}]"
            peers = PEERS.get((group, name), ())
            shown = "".join("       –" if p is None else f"{p:8.1f}" for p in peers)
            lines.append(f"  {LABELS[name]:44}{here:22}{shown}".rstrip())
    return "\n".join(lines).lstrip("\n") + "\n"


def page_table(document: dict[str, Any]) -> str:
    """The written figures as a table for docs/engine.md, between its two marks."""
    lines = [
        "| per cent [95 % interval over articles] | engine | textacy | Gender Gap Tracker | "
        "Citron, retrained | two trained people |",
        "|---|---|---|---|---|---|",
    ]
    for group, figures in document["figures"].items():
        lines.append(f"| **{TITLES[group]}** | | | | | |")
        for name, figure in figures.items():
            value, low, high = (f"{100 * figure[key]:.1f}" for key in ("value", "low", "high"))
            peers = PEERS.get((group, name), (None,) * 4)
            others = " | ".join("" if peer is None else f"{peer:.1f}" for peer in peers)
            lines.append(f"| {LABELS[name]} | {value} [{low}–{high}] | {others} |")
    return "\n".join(lines) + "\n"


def with_table(page: str, document: dict[str, Any]) -> str:
    """The page with the table between its marks made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{page_table(document)}{END}{after}"


_HEADER = " textacy     GGT  Citron  people"
_COMPARED = frozenset(group for group, _ in PEERS)


def main() -> int:
    """Read the command line, measure, print; write only where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with eval/ in it")
    parser.add_argument("--engine", choices=("auto", "rules", "encoder", "large"), default="auto")
    parser.add_argument("--model", type=Path, help="folder of another tagger")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--write",
        type=lambda path: Path(path).resolve(),
        help="also write the figures to this file; docs/engine-figures.json brings the page along",
    )
    options = parser.parse_args()
    config = Config(engine=options.engine, model_dir=options.model)
    try:
        sets = measure(config, shared=options.shared, processes=options.processes)
    except TextsMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(table(sets))
    if options.write:
        document = as_document(sets, options.engine)
        options.write.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if options.write == FIGURES:
        PAGE.write_text(with_table(PAGE.read_text("utf-8"), document), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

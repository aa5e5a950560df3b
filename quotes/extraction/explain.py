"""A result in words, for a person at a terminal."""

from __future__ import annotations

from typing import Any


def explain(text: str, result: dict[str, Any]) -> str:
    """One block a quote: words, speaker, rule, confidence and the reason."""
    blocks = [f"== {result['id']}\n"]
    for item in result["attributions"]:
        words = " […] ".join(text[start:end] for start, end in item["content"])
        cue = " ".join(text[start:end] for start, end in item["cue"])
        blocks.append(
            f"{item['kind']:8} {item['confidence']:.2f}  {item['speaker'] or '?'}"
            f"  [{item['rule']}: {cue}]  {item['reason']}\n    {' '.join(words.split())}\n"
        )
    for item in result["corrections"]:
        blocks.append(
            f"correction {item['confidence']:.2f}  {item['corrector'] or '?'} → "
            f"{item['corrected'] or '?'}  [{item['rule']}]  {item['reason']}\n    "
            f"{' '.join(text[item['start'] : item['end']].split())}\n"
        )
    return "".join(blocks)

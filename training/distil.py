"""Teach a tagger what a larger one says of a corpus.

python -m training.distil --model MODEL --teacher LARGE --teacher-base FOLDER --corpus CORPUS \
    --out DIRECTORY

The larger one says how probable each step from one label to the next is; the small one learns to
hold it as probable (Wang et al., "Structural knowledge distillation: tractably distilling
information for structured predictor", 2021), and some of what was annotated.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from quotes.extraction.tagging.labels import LABELS
from quotes.extraction.tagging.weights import CONFIG_FILE, WEIGHTS_FILE
from training.data import digest, prepare, read
from training.earlier import tagger_of
from training.export import write_config, write_tagger
from training.learning import learn
from training.network import Field, Network, apart, steps_of, taken
from training.train import Batch, Course, Settings, at_heads, base_directory
from training.vocabulary import build_tokenizer, separators_of

_ANNOTATED = 0.25
"""Share of the loss that looks at the annotations; the teacher's part of it is the rest."""


def numbers_in(own: Tokenizer, other: Tokenizer) -> Tensor:
    """The number that each of our word pieces has in another tokenizer of the same pieces.

    Raises ``ValueError`` where that one lacks a piece: its windows would not be ours.
    """
    pieces = sorted(own.get_vocab().items(), key=lambda item: item[1])
    numbers = [other.token_to_id(piece) for piece, _ in pieces]
    if None in numbers:
        raise ValueError(f"The teacher has no word piece {pieces[numbers.index(None)][0]!r}.")
    return torch.tensor(numbers)


def teach(
    pupil: tuple[Network, Field],
    teacher: tuple[Network, Field],
    numbers: Tensor,
    course: Course,
    rate: float,
) -> dict[str, Any]:
    """Move the pupil towards its teacher."""
    network, field = pupil

    def chain_of(tagger: tuple[Network, Field], batch: Batch, ids: Tensor) -> Tensor:
        scores = at_heads(tagger[0](ids, batch.features, batch.mask), batch.heads)
        return tagger[1].chain(scores, batch.fixed, batch.lengths)

    def loss_of(batch: Batch) -> Tensor:
        with torch.no_grad():
            wanted = steps_of(chain_of(teacher, batch, numbers[batch.ids]))
        chain = chain_of(pupil, batch, batch.ids)
        steps = torch.lerp(wanted, taken(batch.labels, len(LABELS)), _ANNOTATED)
        return apart(chain, steps) / (batch.lengths.sum() - batch.fixed.sum())

    return learn(nn.ModuleList([network, field]), course, rate, loss_of)


def main() -> None:
    """Read the command line, teach, and write the tagger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of the tagger to teach")
    parser.add_argument("--teacher", type=Path, required=True, help="folder of the larger one")
    parser.add_argument("--teacher-base", type=Path, required=True, help="what it began from")
    parser.add_argument("--base", type=Path, help="folder of the BERT that the pupil began from")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=Settings().seed, help="order of windows")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, default=0.0, help="end by the clock as well")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="1.0")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    base = base_directory(arguments.base)
    tokenizer: Tokenizer = build_tokenizer(base)
    separators = separators_of(tokenizer)
    settings = Settings(epochs=arguments.epochs, minutes=arguments.minutes, seed=arguments.seed)
    course = Course(
        [prepare(raw, tokenizer) for raw in read(arguments.corpus)], separators, settings
    )
    pupil = tagger_of(arguments.model, base)
    teacher = tagger_of(arguments.teacher, arguments.teacher_base)
    numbers = numbers_in(tokenizer, build_tokenizer(arguments.teacher_base))
    taught = teach(pupil, teacher, numbers, course, arguments.rate)
    write_tagger(*pupil, arguments.out, base, version=arguments.version)
    earlier = json.loads((arguments.model / CONFIG_FILE).read_text(encoding="utf-8"))
    record = {
        "epochs": arguments.epochs,
        "minutes": arguments.minutes,
        "batch": settings.batch,
        "seed": settings.seed,
        "annotated": _ANNOTATED,
        "corpus_sha256": digest(arguments.corpus),
        "from_sha256": digest(arguments.model / WEIGHTS_FILE),
        "teacher_sha256": digest(arguments.teacher / WEIGHTS_FILE),
        "torch": torch.__version__,
    }
    config = json.loads((arguments.out / CONFIG_FILE).read_text(encoding="utf-8"))
    kept = {key: earlier[key] for key in ("training", "slimmed") if key in earlier}
    write_config(arguments.out, config | kept | {"taught": record | taught})


if __name__ == "__main__":
    main()

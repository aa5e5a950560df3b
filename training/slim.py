"""Make a tagger faster: take units out of its layers, then teach it what it said with them.

python -m training.slim --model quotes/extraction/model --units 768 --corpus CORPUS --out DIRECTORY

A feed-forward part's units are taken out one by one, each time the one without which the part's
output over the corpus changes least when the others' weights make up for it (Hassibi and Stork,
"Second order derivatives for network pruning: optimal brain surgeon", 1993; for layers, Frantar and
Alistarh, "Optimal brain compression", 2022). Then the slim network learns to say what the whole one
says of the corpus, in its last layer and in its scores; labels are not looked at (Hinton, Vinyals
and Dean, "Distilling the knowledge in a neural network", 2015).
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from quotes.extraction.tagging.weights import CONFIG_FILE, WEIGHTS_FILE
from quotes.extraction.tagging.windows import Window, pack
from training.data import digest, prepare, read
from training.earlier import tagger_of
from training.export import write_config, write_tagger
from training.learning import learn
from training.network import Network
from training.train import Batch, Course, Settings, base_directory
from training.vocabulary import build_tokenizer, separators_of

logger = logging.getLogger("training")

_EVERY_ARTICLE = 8
_RATE = 2e-4
_DAMPING = 1e-4
"""Of the mean variance, added to each, so that units which always go together do no harm."""


def slim(network: Network, windows: list[Window], units: int) -> None:
    """Leave so many units in each layer, from the first layer to the last."""
    encoder = network.encoder
    hidden = []
    for window in windows:
        ids, features = torch.tensor([window.pieces]), torch.tensor([window.features])
        words = encoder.embeddings.word_embeddings(ids) + network.early(features)
        hidden.append(encoder.embeddings(inputs_embeds=words))
    for number, layer in enumerate(encoder.encoder.layer):
        attended = [layer.attention(states, None)[0] for states in hidden]
        rise, fall = layer.intermediate.dense, layer.output.dense
        active = torch.cat([layer.intermediate(states)[0] for states in attended]).double()
        kept, weight, bias = _fitted(active, fall.weight.double(), fall.bias.double(), units)
        before = active @ fall.weight.double().T + fall.bias
        lost = (active[:, kept] @ weight.T + bias - before).square().sum()
        logger.info("layer %d loses %.2f %%", number, 100 * lost / before.square().sum())
        rise.weight, rise.bias = nn.Parameter(rise.weight[kept]), nn.Parameter(rise.bias[kept])
        fall.weight, fall.bias = nn.Parameter(weight.float()), nn.Parameter(bias.float())
        hidden = [layer.output(layer.intermediate(states), states) for states in attended]
    encoder.config.intermediate_size = units


def _fitted(
    active: Tensor, weight: Tensor, bias: Tensor, units: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Which units stay, and weights and bias with which they give nearly what all gave."""
    mean = active.mean(0)
    apart = active - mean
    variance = apart.T @ apart / len(active)
    variance += torch.eye(len(variance)) * _DAMPING * variance.diagonal().mean()
    inverse, shrinking = torch.linalg.inv(variance), weight.clone()
    stays = torch.ones(len(variance), dtype=torch.bool)
    for _ in range(len(variance) - units):
        cost = shrinking.square().sum(0) / inverse.diagonal()
        least = int(cost.masked_fill(~stays, torch.inf).argmin())
        share = inverse[:, least] / inverse[least, least]
        shrinking -= torch.outer(shrinking[:, least], share)
        inverse -= torch.outer(share, inverse[least])
        stays[least] = False
        inverse[least, least] = 1.0  # never looked at again
    kept = stays.nonzero()[:, 0]
    fitted = torch.linalg.solve(variance[kept][:, kept], variance[kept] @ weight.T).T
    return kept, fitted, bias + weight @ mean - fitted @ mean[kept]


def mend(network: Network, teacher: Network, course: Course) -> dict[str, Any]:
    """Teach the network what its teacher says, without dropout in either."""

    def loss_of(batch: Batch) -> Tensor:
        given = (batch.features, batch.mask)
        with torch.no_grad():
            wanted = teacher.read(batch.ids, *given)
            wanted_scores = teacher.scores(wanted, *given)
        said = network.read(batch.ids, *given)
        seen = batch.mask.unsqueeze(-1)
        loss = _distance(said, wanted, seen)
        return loss + _distance(network.scores(said, *given), wanted_scores, seen)

    return learn(nn.ModuleList([network]), course, _RATE, loss_of)


def _distance(said: Tensor, wanted: Tensor, seen: Tensor) -> Tensor:
    """Squared difference as a share of what was wanted, padding left out."""
    apart: Tensor = ((said - wanted) * seen).square().sum()
    return apart / (wanted * seen).square().sum()


def _keep(earlier: Path, written: Path, slimmed: dict[str, Any]) -> None:
    """Put the record of the training before, and of this, into the config."""
    config = json.loads(written.read_text(encoding="utf-8"))
    if training := json.loads(earlier.read_text(encoding="utf-8")).get("training"):
        config["training"] = training
    write_config(written.parent, config | {"slimmed": slimmed})


def main() -> None:
    """Read the command line and write the slimmer tagger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of the tagger")
    parser.add_argument("--units", type=int, required=True, help="in each layer; the base has 1536")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=Settings().seed, help="order of windows")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, default=0.0, help="end by the clock as well")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="folder of the BERT that it began from")
    parser.add_argument("--version", default="1.0")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    base = base_directory(arguments.base)
    network, field = tagger_of(arguments.model, base)
    tokenizer: Tokenizer = build_tokenizer(base)
    separators = separators_of(tokenizer)
    articles = [prepare(raw, tokenizer) for raw in read(arguments.corpus)]
    some = articles[::_EVERY_ARTICLE]
    windows = [w for article in some for w in pack(article.paragraphs, separators)]
    teacher = copy.deepcopy(network)
    if arguments.units < network.encoder.config.intermediate_size:
        with torch.no_grad():
            slim(network, windows, arguments.units)
    settings = Settings(epochs=arguments.epochs, minutes=arguments.minutes, seed=arguments.seed)
    mended = mend(network, teacher, Course(articles, separators, settings))
    write_tagger(network, field, arguments.out, base, version=arguments.version)
    record = {
        "units": arguments.units,
        "epochs": arguments.epochs,
        "minutes": arguments.minutes,
        "batch": settings.batch,
        "seed": settings.seed,
        "corpus_sha256": digest(arguments.corpus),
        "from_sha256": digest(arguments.model / WEIGHTS_FILE),
        "torch": torch.__version__,
    }
    _keep(arguments.model / CONFIG_FILE, arguments.out / CONFIG_FILE, record | mended)


if __name__ == "__main__":
    main()

"""Write a trained tagger as the files that the engine ships.

python -m training.export --work DIRECTORY --out quotes/extraction/model
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from quotes.extraction.tagging.encoding import FEATURES
from quotes.extraction.tagging.labels import LABELS, may_follow
from quotes.extraction.tagging.weights import CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE
from training.earlier import UNITS, label_steps, network_weights
from training.network import Field, Network
from training.train import BASE_PACKAGE, base_directory, optimizer_for
from training.vocabulary import build_tokenizer

logger = logging.getLogger("training")

NAME = "polnear-minilm"
_QUANTIZED = ("MatMul", "Gather")


def export(
    work: Path,
    out: Path,
    base: Path,
    *,
    version: str,
    averaged: bool,
    whole: bool = False,
    beside: Path | None = None,
) -> None:
    """Write network, tokenizer and config; ``whole`` leaves the numbers at 32 bits.

    ``beside`` is the tagger that this training went on from: the mean of both is written, which
    generalises better than either (Wortsman et al., "Model soups", 2022).
    """
    kept = torch.load(work / "checkpoint.pt", weights_only=True, map_location="cpu")
    network, field = Network(base, len(kept["network"][UNITS])), Field()
    network.load_state_dict(kept["network"])
    field.load_state_dict(kept["field"])
    if averaged:
        groups = optimizer_for(network, field).param_groups
        trained = [parameter for group in groups for parameter in group["params"]]
        with torch.no_grad():
            for parameter, mean in zip(trained, kept["average"], strict=True):
                parameter.copy_(mean)
    if beside is not None:
        _halfway(network, field, beside)
    write_tagger(network, field, out, base, version=version, whole=whole)
    add_record(work, out)
    logger.info("wrote %s", out)


def write_tagger(
    network: Network, field: Field, out: Path, base: Path, *, version: str, whole: bool = False
) -> None:
    """Write the three files that the engine reads."""
    torch.set_num_threads(1)
    network.eval()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / WEIGHTS_FILE
        _write(network, plain)
        if whole:
            (out / WEIGHTS_FILE).write_bytes(plain.read_bytes())
        else:
            quantize_dynamic(
                plain,
                out / WEIGHTS_FILE,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=list(_QUANTIZED),
                per_channel=True,
                reduce_range=True,
            )
    build_tokenizer(base).save(str(out / TOKENIZER_FILE), pretty=False)
    onnx.checker.check_model(str(out / WEIGHTS_FILE))
    steps = field.steps.tolist()
    size = len(LABELS)
    config = {
        "name": NAME if base.parent.name == BASE_PACKAGE else base.name,
        "version": version,
        "labels": LABELS,
        "features": FEATURES,
        "transitions": [
            [round(steps[i][j], 5) if may_follow(i, j) else None for j in range(size)]
            for i in range(size)
        ],
        "sha256": {
            name: hashlib.sha256((out / name).read_bytes()).hexdigest()
            for name in (WEIGHTS_FILE, TOKENIZER_FILE)
        },
    }
    write_config(out, config)


def _halfway(network: Network, field: Field, beside: Path) -> None:
    """Move all weights half the way to those of an earlier tagger."""
    state = network.state_dict()
    with torch.no_grad():
        for name, value in network_weights(beside).items():
            if name in state:
                state[name].lerp_(value, 0.5)
        field.steps.lerp_(label_steps(beside), 0.5)


def add_record(work: Path, out: Path) -> None:
    """Put what is known of the training, and the figures once measured, into the config."""
    config = json.loads((out / CONFIG_FILE).read_text(encoding="utf-8"))
    for key, name in (("training", "training.json"), ("figures", "figures.json")):
        if (work / name).exists():
            config[key] = json.loads((work / name).read_text(encoding="utf-8"))
    write_config(out, config)


def write_config(out: Path, config: dict[str, Any]) -> None:
    """Write the config beside the weights."""
    text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    (out / CONFIG_FILE).write_text(text, encoding="utf-8")


class _SpelledOutNorm(nn.Module):
    """A layer normalisation in single steps: onnxruntime takes half the time for these."""

    def __init__(self, norm: nn.LayerNorm) -> None:
        super().__init__()
        self.weight, self.bias, self.least = norm.weight, norm.bias, norm.eps

    def forward(self, hidden: Tensor) -> Tensor:
        apart = hidden - hidden.mean(-1, keepdim=True)
        squares = (apart * apart).sum(-1, keepdim=True)
        spread = torch.sqrt(squares / hidden.shape[-1] + self.least)
        return apart / spread * self.weight + self.bias


def _spell_out_norms(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.LayerNorm):
            setattr(module, name, _SpelledOutNorm(child))
        else:
            _spell_out_norms(child)


def _write(network: Network, path: Path) -> None:
    """The network as ONNX, for one window of any length: nothing in it is padding."""
    _spell_out_norms(network)
    ids = torch.randint(1000, 2000, (1, 64))
    names = ["ids", "features"]
    torch.onnx.export(
        network,
        (ids, torch.ones_like(ids)),
        str(path),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={name: {1: "pieces"} for name in (*names, "logits")},
        opset_version=17,
        dynamo=False,
    )


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="1.0")
    parser.add_argument("--last", action="store_true", help="not the running mean of the weights")
    parser.add_argument("--whole", action="store_true", help="32 bits, to compare")
    parser.add_argument("--config-only", action="store_true", help="only add record and figures")
    parser.add_argument("--base", type=Path, help="folder of the BERT that it began from")
    parser.add_argument("--mean-with", type=Path, help="the tagger.onnx that was the start")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if arguments.config_only:
        add_record(arguments.work, arguments.out)
        return
    export(
        arguments.work,
        arguments.out,
        base_directory(arguments.base),
        version=arguments.version,
        averaged=not arguments.last,
        whole=arguments.whole,
        beside=arguments.mean_with,
    )


if __name__ == "__main__":
    main()

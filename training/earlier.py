"""Start from a tagger that was exported before, to go on with more or with one's own articles."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from quotes.extraction.tagging.weights import CONFIG_FILE, WEIGHTS_FILE
from training.network import Field, Network

UNITS = "encoder.encoder.layer.0.intermediate.dense.bias"
"""Its length is the number of units in a layer's feed-forward part."""
_WORDS = "encoder.embeddings.word_embeddings.weight"
_MULTIPLIED = re.compile(r"^/((?:encoder/encoder/layer\.\d+/[\w/.]+)|mix|out)/MatMul(?:_quant)?$")


def network_weights(path: Path) -> dict[str, torch.Tensor]:
    """All weights of an exported model by the network's names, 8-bit numbers turned to floats.

    Word embeddings are left out: training keeps those of the base as they are.
    """
    graph = onnx.load(str(path)).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}

    def whole(name: str) -> np.ndarray:
        stem = name.removesuffix("_quantized")
        if stem == name:
            return arrays[name]
        zero = arrays[f"{stem}_zero_point"].astype(np.float32)
        return (arrays[name].astype(np.float32) - zero) * arrays[f"{stem}_scale"]

    found = {
        name.removesuffix("_quantized"): whole(name)
        for name in arrays
        if not name.startswith("onnx::") and not name.endswith(("_scale", "_zero_point"))
    }
    for node in graph.node:
        match = _MULTIPLIED.match(node.name)
        if match and node.input[1] in arrays:  # attention multiplies activations with each other
            module = match[1].replace("/", ".")
            found[f"{module}.weight"] = whole(node.input[1]).T
    found.pop(_WORDS, None)
    return {name: torch.tensor(np.ascontiguousarray(array)) for name, array in found.items()}


def label_steps(path: Path) -> torch.Tensor:
    """The scores of going from one label to the next, from the config beside the model."""
    config = json.loads(path.with_name(CONFIG_FILE).read_text(encoding="utf-8"))
    return torch.tensor([[step or 0.0 for step in row] for row in config["transitions"]])


def network_of(path: Path, base: Path) -> Network:
    """The network of an exported model, as wide as that one is.

    Exits where the model is not of this kind of network.
    """
    weights = network_weights(path)
    network = Network(base, len(weights[UNITS]) if UNITS in weights else None)
    odd = network.load_state_dict(weights, strict=False)
    kept_from_base = {name for name in odd.missing_keys if "word_embeddings" not in name}
    if odd.unexpected_keys or kept_from_base:
        sys.exit(f"{path} does not fit: {odd.unexpected_keys} {sorted(kept_from_base)}")
    return network


def tagger_of(folder: Path, base: Path) -> tuple[Network, Field]:
    """An exported tagger as network and field, without dropout."""
    network, field = network_of(folder / WEIGHTS_FILE, base).eval(), Field()
    with torch.no_grad():
        field.steps.copy_(label_steps(folder / WEIGHTS_FILE))
    return network, field

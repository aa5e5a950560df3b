"""Start from a tagger that was exported before, to go on with more or with one's own articles."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

_PREFIX = re.compile(r"^(?:enc|encoder)\.")
_WEIGHT = re.compile(r"^/(?:enc|encoder)/(encoder/layer\.\d+/[\w/.]+)/MatMul(?:_quant)?$")


def encoder_weights(path: Path) -> dict[str, torch.Tensor]:
    """The encoder's layers from an exported model, 8-bit numbers turned back into floats.

    Word and position embeddings are left out: training keeps those of the base.
    """
    graph = onnx.load(str(path)).graph
    arrays = {tensor.name: tensor for tensor in graph.initializer}
    found: dict[str, np.ndarray] = {}
    for name, tensor in arrays.items():
        if _PREFIX.match(name) and tensor.data_type == onnx.TensorProto.FLOAT:
            short = _PREFIX.sub("", name)
            if short.startswith("encoder.layer.") or "LayerNorm" in short:
                found[short] = numpy_helper.to_array(tensor)
    for node in graph.node:
        match = _WEIGHT.match(node.name)
        if not match or node.op_type not in ("MatMul", "MatMulInteger"):
            continue
        if node.input[1] not in arrays:
            continue  # attention multiplies activations with each other
        weight = numpy_helper.to_array(arrays[node.input[1]]).astype(np.float32)
        if node.op_type == "MatMulInteger":
            stem = node.input[1].removesuffix("_quantized")
            zero = numpy_helper.to_array(arrays[f"{stem}_zero_point"]).astype(np.float32)
            scale = numpy_helper.to_array(arrays[f"{stem}_scale"])
            weight = (weight - zero) * scale
        found[match[1].replace("/", ".") + ".weight"] = weight.T
    return {name: torch.tensor(np.ascontiguousarray(array)) for name, array in found.items()}

"""The files of a trained tagger, and proof that they are the ones that were trained."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL_DIRECTORY = Path(__file__).resolve().parent.parent / "model"
LARGE_MODEL_DIRECTORY = MODEL_DIRECTORY.with_name("model-large")
"""Where `make train SIZE=large` writes; nothing is shipped there."""
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "tagger.onnx"
TOKENIZER_FILE = "tokenizer.json"


class DamagedModel(RuntimeError):
    """A file of the tagger is not the one its config was written for."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the tagger lies, and what its config says."""

    directory: Path
    config: dict[str, Any]

    @property
    def weights(self) -> Path:
        """The network."""
        return self.directory / WEIGHTS_FILE

    @property
    def tokenizer(self) -> Path:
        """The word pieces."""
        return self.directory / TOKENIZER_FILE


def find(directory: Path) -> Files | None:
    """The tagger's files; None where one is missing.

    Raises ``DamagedModel`` where one is not what the config says.
    """
    if not all(
        (directory / name).is_file() for name in (CONFIG_FILE, WEIGHTS_FILE, TOKENIZER_FILE)
    ):
        return None
    config = json.loads((directory / CONFIG_FILE).read_text(encoding="utf-8"))
    for name in (WEIGHTS_FILE, TOKENIZER_FILE):
        digest = hashlib.sha256((directory / name).read_bytes()).hexdigest()
        if digest != config["sha256"].get(name):
            raise DamagedModel(f"{directory / name} is not the file that {CONFIG_FILE} names")
    return Files(directory, config)

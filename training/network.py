"""The network: MiniLM, or another encoder of word pieces, and a conditional random field.

Case and quotation marks are added to what the encoder reads and to what it says.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from quotes.extraction.tagging.encoding import FEATURES
from quotes.extraction.tagging.labels import LABELS, may_follow

FORBIDDEN = -1e4
_MIXED = 192
_FEATURE_WIDTH = 32


class Network(nn.Module):
    """Logits for each piece from ids, features and, where windows are padded, a mask."""

    def __init__(self, base: Path, units: int | None = None) -> None:
        """``units`` in each layer's feed-forward part; unless as many as the base's, new ones."""
        super().__init__()
        config = AutoConfig.from_pretrained(base, attention_probs_dropout_prob=0.0)
        config.intermediate_size = units or config.intermediate_size
        self.encoder = AutoModel.from_pretrained(
            base,
            config=config,
            add_pooling_layer=False,
            attn_implementation="eager",
            ignore_mismatched_sizes=units is not None,
        )
        width = config.hidden_size
        self.early = nn.Embedding(FEATURES, width)
        nn.init.zeros_(self.early.weight)
        self.late = nn.Embedding(FEATURES, _FEATURE_WIDTH)
        self.drop = nn.Dropout(0.1)
        self.mix = nn.Linear(width + _FEATURE_WIDTH, _MIXED)
        self.near = nn.ModuleList(nn.Conv1d(_MIXED, _MIXED, 5, padding=2) for _ in range(2))
        self.out = nn.Linear(_MIXED, len(LABELS))

    def forward(self, ids: Tensor, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """Emission scores, shape (windows, pieces, labels)."""
        return self.scores(self.read(ids, features, mask), features, mask)

    def read(self, ids: Tensor, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """What the encoder's last layer says of each piece."""
        words = self.encoder.embeddings.word_embeddings(ids) + self.early(features)
        hidden: Tensor = self.encoder(inputs_embeds=words, attention_mask=mask).last_hidden_state
        return hidden

    def scores(self, hidden: Tensor, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """Emission scores from what the encoder said."""
        hidden = self.drop(torch.cat([hidden, self.late(features)], -1))
        hidden = nn.functional.gelu(self.mix(hidden))
        for layer in self.near:
            seen = hidden if mask is None else hidden * mask.unsqueeze(-1).to(hidden.dtype)
            around = layer(seen.transpose(1, 2)).transpose(1, 2)
            hidden = hidden + nn.functional.gelu(around)
        scores: Tensor = self.out(self.drop(hidden))
        return scores


class Field(nn.Module):
    """Linear-chain conditional random field over BIO labels; illegal steps are shut."""

    def __init__(self) -> None:
        super().__init__()
        size = len(LABELS)
        self.steps = nn.Parameter(torch.zeros(size, size))
        law = [[0.0 if may_follow(i, j) else FORBIDDEN for j in range(size)] for i in range(size)]
        self.register_buffer("law", torch.tensor(law))

    def transitions(self) -> Tensor:
        """Score of going from one label (row) to the next (column)."""
        return self.steps + self.law

    def loss(self, emissions: Tensor, labels: Tensor, fixed: Tensor, lengths: Tensor) -> Tensor:
        """Negative log likelihood a word. Chains begin and end with a separator (label 0)."""
        chain = self.chain(emissions, fixed, lengths)
        return apart(chain, taken(labels, len(LABELS))) / (lengths.sum() - fixed.sum())

    def chain(self, emissions: Tensor, fixed: Tensor, lengths: Tensor) -> Tensor:
        """Score of each step, shape (windows, words - 1, labels before, labels after)."""
        size, here = emissions.shape[-1], emissions.device
        shut = torch.full((size,), FORBIDDEN, device=here)
        shut[0] = 0.0
        emissions = torch.where(fixed.unsqueeze(-1), shut, emissions)
        real = torch.arange(emissions.shape[1], device=here).unsqueeze(0) < lengths.unsqueeze(1)
        steps = self.transitions() + emissions[:, 1:].unsqueeze(2)
        return torch.where(real[:, 1:, None, None], steps, idle(size, here))


def apart(chain: Tensor, steps: Tensor) -> Tensor:
    """How far a field is from how often each step is taken: a cross-entropy, summed over windows.

    Of steps that were annotated it is the negative log likelihood; of a teacher's, up to what does
    not depend on ``chain``, the Kullback-Leibler divergence (Wang et al., "Structural knowledge
    distillation: tractably distilling information for structured predictor", 2021).
    """
    return log_partition(chain).sum() - (steps * chain).sum()


def taken(labels: Tensor, size: int) -> Tensor:
    """The steps of annotated labels, shaped like a chain: 1 for each that was taken."""
    at = nn.functional.one_hot(labels, size).float()
    return at[:, :-1].unsqueeze(-1) * at[:, 1:].unsqueeze(-2)


def steps_of(chain: Tensor) -> Tensor:
    """How probable a field holds each step: the gradient of its partition function."""
    with torch.enable_grad():
        scores = chain.detach().requires_grad_()
        (probable,) = torch.autograd.grad(log_partition(scores).sum(), scores)
    return probable


def log_partition(chain: Tensor) -> Tensor:
    """Log of the summed scores of all ways through each window, from a separator on."""
    size = chain.shape[-1]
    while chain.shape[1] > 1:
        if chain.shape[1] % 2:
            chain = torch.cat([chain, idle(size, chain.device).expand(len(chain), 1, -1, -1)], 1)
        left, right = chain[:, ::2], chain[:, 1::2]
        chain = torch.logsumexp(left.unsqueeze(-1) + right.unsqueeze(-3), -2)
    return torch.logsumexp(chain[:, 0, 0], -1)


def idle(size: int, device: torch.device) -> Tensor:
    """A step that changes nothing: each label goes to itself."""
    return torch.full((size, size), FORBIDDEN, device=device).fill_diagonal_(0.0)

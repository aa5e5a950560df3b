"""The network: MiniLM with case and quotation features, and a conditional random field."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

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
        config = BertConfig.from_pretrained(base, attention_probs_dropout_prob=0.0)
        config.intermediate_size = units or config.intermediate_size
        self.encoder = BertModel.from_pretrained(
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
        batch, longest, size = emissions.shape
        here = emissions.device
        shut = torch.full((size,), FORBIDDEN, device=here)
        shut[0] = 0.0
        emissions = torch.where(fixed.unsqueeze(-1), shut, emissions)
        steps = self.transitions()
        real = torch.arange(longest, device=here).unsqueeze(0) < lengths.unsqueeze(1)
        gold = (emissions.gather(-1, labels.unsqueeze(-1)).squeeze(-1) * real).sum()
        gold = gold + (steps[labels[:, :-1], labels[:, 1:]] * real[:, 1:]).sum()
        chain = steps + emissions[:, 1:].unsqueeze(2)
        idle = torch.full((size, size), FORBIDDEN, device=here).fill_diagonal_(0.0)
        chain = torch.where(real[:, 1:, None, None], chain, idle)
        while chain.shape[1] > 1:
            if chain.shape[1] % 2:
                chain = torch.cat([chain, idle.expand(batch, 1, size, size)], 1)
            left, right = chain[:, ::2], chain[:, 1::2]
            chain = torch.logsumexp(left.unsqueeze(-1) + right.unsqueeze(-3), -2)
        total = torch.logsumexp(chain[:, 0, 0], -1).sum()
        return (total - gold) / (lengths.sum() - fixed.sum())

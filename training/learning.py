"""One course through a corpus: what a slim tagger and a taught one have in common."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from training.train import Batch, Course, collate

logger = logging.getLogger("training")


def learn(
    modules: nn.ModuleList, course: Course, rate: float, loss_of: Callable[[Batch], Tensor]
) -> dict[str, Any]:
    """Move all weights but the embeddings down the loss, with a rate that falls to nought.

    Returns how many steps it took, at what rate, and the loss of the last ones.
    """
    learning = [
        parameter
        for name, parameter in modules.named_parameters()
        if ".encoder.embeddings." not in name
    ]
    optimizer = torch.optim.AdamW(learning, lr=rate, weight_decay=0.0, fused=True)
    begun, smooth, step = time.monotonic(), 0.0, 0
    for step, batch in course.batches(0):
        share = course.rate(step, time.monotonic() - begun)
        if share <= 0:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate * share
        loss = loss_of(collate(batch))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        smooth = loss.item() if step == 0 else 0.98 * smooth + 0.02 * loss.item()
        if step % 50 == 0:
            logger.info("%d/%d loss %.4f", step, course.total, smooth)
    return {"steps": step, "loss": round(smooth, 4), "rate": rate}

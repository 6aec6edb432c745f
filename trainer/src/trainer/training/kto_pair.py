"""
KTO's loss for pairs, which TRL's DPO trainer had as `kto_pair` before its KTO trainer took its place: equation 7 of the
report that came before the paper (Ethayarajh et al., arXiv 2402.01306), with a pair's answers as one wanted and one
unwanted.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from trl.trainer.dpo_trainer import DPOTrainer


def kto_pair_losses(chosen: Tensor, rejected: Tensor, beta: float) -> Tensor:
    """
    Of the log-ratios of a batch's chosen and rejected answers, policy to reference, the loss of each answer: the chosen
    ones', then the rejected ones'. How far the policy is from the reference is estimated for either half by the other's
    mean, as TRL had it: over the rows that are held at once, and learned through.
    """
    chosen_distance, rejected_distance = chosen.mean().clamp(min=0), rejected.mean().clamp(min=0)
    return torch.cat(
        (
            1 - torch.sigmoid(beta * (chosen - rejected_distance)),
            1 - torch.sigmoid(beta * (chosen_distance - rejected)),
        )
    )


class KtoPairTrainer(DPOTrainer):
    """Leaves everything but the loss to TRL, whose own loss has weight 0 and still produces the metrics."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        [self._weight] = self.loss_weights
        self.loss_types, self.loss_weights = ["sigmoid"], [0.0]

    def _compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool) -> Any:  # noqa: ANN401
        kept: list[Any] = []

        def forward(**kwargs: Any) -> Any:  # noqa: ANN401
            kept.append(model(**kwargs))
            return kept[-1]

        had_reference = self.precompute_ref_logps
        if not had_reference:
            # Ahead of TRL, which keeps to itself what it computes in the middle of its loss.
            chosen, rejected = self.compute_ref_log_probs(self.ref_model or self.model, inputs)
            inputs = {**inputs, "ref_chosen_logps": chosen, "ref_rejected_logps": rejected}
        self.precompute_ref_logps = True
        try:
            told = super()._compute_loss(forward, inputs, return_outputs)
        finally:
            self.precompute_ref_logps = had_reference
        tokens = inputs["completion_mask"].size(1) - 1
        chosen, rejected = kept[0].log_probs[:, -tokens:].sum(dim=1).chunk(2)
        losses = kto_pair_losses(
            chosen - inputs["ref_chosen_logps"], rejected - inputs["ref_rejected_logps"], self.beta
        )
        loss = losses.mean() * self._weight
        return (told[0] + loss, told[1]) if return_outputs else told + loss

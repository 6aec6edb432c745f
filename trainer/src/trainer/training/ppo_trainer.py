"""
Proximal policy optimisation (Schulman et al., arXiv 1707.06347) with a value head, as models are taught by it
(Ouyang et al., arXiv 2203.02155), upon TRL's GRPO trainer, which writes the replies, has them rewarded and clips the
policy's loss. TRL's own PPO trainer, whose names and defaults are kept, ended with TRL 1.12; it took rewards from a
model alone and did not resume.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer
from trl.trainer.utils import FusedCausalLMOutput

from trainer.training.keeps_replies import KeepsReplies

_HEAD = "value-head.safetensors"


@dataclass
class PpoConfig(GRPOConfig):
    """The names and defaults of TRL's PPOConfig."""

    gamma: float = field(default=1.0, metadata={"help": "How much a later reward counts, for each token."})
    lam: float = field(default=0.95, metadata={"help": "Of the generalised advantage estimate."})
    vf_coef: float = field(default=0.1, metadata={"help": "Weight of the value head's loss."})
    cliprange_value: float = field(default=0.2, metadata={"help": "How far a value may move in one batch of replies."})
    num_iterations: int = field(default=4, metadata={"help": "Passes over each batch of replies."})
    loss_type: str = field(default="bnpo", metadata={"help": "A mean over tokens."})


def estimate_advantages(rewards: Tensor, values: Tensor, mask: Tensor, gamma: float, lam: float) -> Tensor:
    """
    The generalised advantage of each token (Schulman et al., arXiv 1506.02438, equation 16): all of shape (replies,
    tokens), `mask` 1 for the tokens of a reply and then 0.
    """
    values, last = values * mask, torch.zeros_like(values[:, 0])
    advantages = torch.zeros_like(values)
    for token in reversed(range(values.size(1))):
        later = values[:, token + 1] if token + 1 < values.size(1) else torch.zeros_like(last)
        last = (rewards[:, token] + gamma * later - values[:, token] + gamma * lam * last) * mask[:, token]
        advantages[:, token] = last
    return advantages


@dataclass
class _ValuedOutput(FusedCausalLMOutput):
    """With the values among the outputs, where DDP looks for what a loss may come from."""

    state_values: Tensor | None = None


class PpoTrainer(KeepsReplies, GRPOTrainer):
    args: PpoConfig  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._scores = torch.empty(0)
        self._values: list[Tensor] | None = None
        model: Any = self.accelerator.unwrap_model(self.model)
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        # Zeros: the first advantages are those of the rewards alone.
        head = nn.Linear(base.config.get_text_config().hidden_size, 1, device=self.accelerator.device)
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)
        base.value_head = head
        hidden: list[Tensor] = []

        def keep_hidden(_module: nn.Module, _inputs: object, outputs: Any) -> None:  # noqa: ANN401
            hidden[:] = [outputs.last_hidden_state] if self._values is not None else []

        def add_values(_module: nn.Module, _inputs: object, outputs: Any) -> Any:  # noqa: ANN401
            if self._values is None:
                return outputs
            values = head(hidden.pop().to(head.weight.dtype)).squeeze(-1).float()
            self._values.append(values)
            return _ValuedOutput(**outputs, state_values=values)

        hooks = [base.base_model.register_forward_hook(keep_hidden), base.register_forward_hook(add_values)]

        def remove_head() -> None:
            for hook in hooks:
                hook.remove()
            base._modules.pop("value_head", None)

        self._head, self._remove_head = head, remove_head

    def _calculate_rewards(self, *args: Any, **kwargs: Any) -> Tensor:  # noqa: ANN401
        rewards = super()._calculate_rewards(*args, **kwargs)
        # As GRPO has it: what is missing adds nothing, and a reply of which all are missing has no reward.
        weighted = rewards * self.reward_weights.to(rewards.device)
        self._scores = weighted.nansum(dim=1).masked_fill(rewards.isnan().all(dim=1), torch.nan)
        return rewards

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        output = super()._generate_and_score_completions(inputs)
        mask = cast("Tensor", output["completion_mask"]).float()
        scores = self._scores[self.accelerator.process_index * len(inputs) :][: len(inputs)]
        with torch.no_grad():
            log_probs, values = self._read_replies(output)
            output.setdefault("old_per_token_logps", log_probs)
            rewards = torch.zeros_like(values)
            if "ref_per_token_logps" in output:
                # The distance from where it started is part of the reward (Ouyang et al., equation 2).
                distance = (log_probs - output["ref_per_token_logps"]) * mask
                rewards -= self.beta * distance
                self._note("kl", distance.sum() / mask.sum().clamp(min=1))
            last = (mask.sum(1).long() - 1).clamp(min=0).unsqueeze(1)
            rewards.scatter_add_(1, last, scores.nan_to_num().unsqueeze(1).to(rewards.dtype))
            # A reply that could not be judged teaches nothing.
            judged = mask * (~scores.isnan()).unsqueeze(1)
            advantages = estimate_advantages(rewards, values, judged, self.args.gamma, self.args.lam)
            output["values"], output["returns"] = values, advantages + values
            output["advantages"] = self._whiten(advantages, judged)
        return output

    def _compute_loss(self, model: nn.Module, inputs: dict[str, Any]) -> Tensor:
        # The distance is in the rewards already.
        beta, self.beta = self.beta, 0.0
        try:
            with self._collect() as collected:
                loss = super()._compute_loss(model, inputs)
        finally:
            self.beta = beta
        mask, before, returns = inputs["completion_mask"], inputs["values"], inputs["returns"]
        values = _of_replies(collected[0], mask)
        reach = self.args.cliprange_value
        clipped = before + (values - before).clamp(-reach, reach)
        errors = torch.max((values - returns) ** 2, (clipped - returns) ** 2) * mask
        value_loss = 0.5 * errors.sum() / mask.sum().clamp(min=1)
        self._note("value_loss", value_loss.detach())
        shares = self.current_gradient_accumulation_steps if model.training else 1
        return loss + self.args.vf_coef * value_loss / shares

    def _read_replies(self, output: dict[str, Any]) -> tuple[Tensor, Tensor]:
        """Log-probabilities and values of the replies' tokens by the model as it stands, (replies, tokens) each."""
        ids = torch.cat([output["prompt_ids"], output["completion_ids"]], dim=1)
        mask = torch.cat([output["prompt_mask"], output["completion_mask"]], dim=1)
        tokens, size = output["completion_ids"].size(1), self.args.per_device_train_batch_size
        with self._collect() as collected:
            log_probs, _, _ = self._get_per_token_logps_and_entropies(self.model, ids, mask, tokens, batch_size=size)
        return log_probs, _of_replies(torch.cat(collected), output["completion_mask"])

    def _whiten(self, advantages: Tensor, mask: Tensor) -> Tensor:
        """Of mean 0 and variance 1 over the tokens of all replies, of every process."""
        kept = advantages * mask
        sums = torch.stack([mask.sum(), kept.sum(), (kept**2).sum()])
        count, total, squares = cast("Tensor", self.accelerator.reduce(sums, reduction="sum")).unbind()
        mean = total / count.clamp(min=1)
        variance = (squares / count.clamp(min=1) - mean**2).clamp(min=0)
        return (advantages - mean) * torch.rsqrt(variance + 1e-8) * mask

    def _note(self, name: str, value: Tensor) -> None:
        mode = "train" if cast("nn.Module", self.model).training else "eval"
        self._metrics[mode][name].append(cast("Tensor", self.accelerator.gather(value)).mean().item())

    @contextmanager
    def _collect(self) -> Iterator[list[Tensor]]:
        self._values = []
        try:
            yield self._values
        finally:
            self._values = None

    def _save_checkpoint(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super()._save_checkpoint(*args, **kwargs)
        if self.args.should_save:
            folder = Path(str(self.args.output_dir)) / f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}"
            save_file(self._head.state_dict(), folder / _HEAD)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super()._load_from_checkpoint(resume_from_checkpoint, *args, **kwargs)
        self._head.load_state_dict(load_file(Path(resume_from_checkpoint) / _HEAD))

    def train(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        output = super().train(*args, **kwargs)
        self._remove_head()
        return output

    def _load_best_model(self) -> None:
        super()._load_best_model()
        self._remove_head()


def _of_replies(values: Tensor, mask: Tensor) -> Tensor:
    """Of all positions those from which a reply's tokens were foretold, which lie one before."""
    return values[:, -mask.size(1) - 1 : -1] * mask

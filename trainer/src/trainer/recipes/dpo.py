"""
Direct preference optimisation (Rafailov et al., arXiv 2305.18290): the model learns to prefer the chosen answer over
the rejected one, without going far from where it started. TRL has its losses.
"""

from __future__ import annotations

from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer

from trainer.contracts.training import DpoRequest
from trainer.data.preference_rows import prepare_preferences
from trainer.errors import TrainingFailed
from trainer.training.build_generator import build_generator
from trainer.training.load_base import fit_length, load_generator
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import samples_of_prompts


class _Trainer(StopsAtNan, DPOTrainer):
    pass


def dpo(request: DpoRequest, place: Workplace) -> Built:
    if request.loss == "exo_pair" and request.label_smoothing == 0:
        raise TrainingFailed(
            "training_setting_unfit", "the EXO loss wants label smoothing above 0; its paper recommends 0.001."
        )
    loaded = load_generator(request, request, place)
    length = fit_length(request, loaded.model, place)
    rows = prepare_preferences(request, loaded.tokenizer, length, place, hands_on_tools=True)
    args = make_arguments(
        DPOConfig,
        request,
        place,
        rows,
        Measure("eval_rewards/margins", True),
        max_length=length,
        beta=request.beta,
        loss_type=[request.loss],
        label_smoothing=request.label_smoothing,
    )
    samples = samples_of_prompts(rows.validation, loaded.tokenizer, "chosen")
    return build_generator(_Trainer, request, place, loaded, rows, args, samples)

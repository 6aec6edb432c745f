"""
Direct preference optimisation (Rafailov et al., arXiv 2305.18290): the model learns to prefer the chosen answer over
the rejected one, without going far from where it started. TRL has its losses, but for KTO's of pairs.
"""

from __future__ import annotations

from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer

from trainer.contracts.training import DpoRequest
from trainer.data.preference_rows import prepare_preferences
from trainer.errors import TrainingFailed
from trainer.training.build_generator import build_generator
from trainer.training.kto_pair import KtoPairTrainer
from trainer.training.load_base import fit_length, load_generator
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import samples_of_prompts


class _Trainer(StopsAtNan, DPOTrainer):
    pass


class _KtoPairTrainer(StopsAtNan, KtoPairTrainer):
    pass


# Other arguments of TRL, which change its own losses as they are computed.
_NOT_OF_KTO_PAIR = ("ld_alpha", "use_weighting", "f_divergence_type")


def dpo(request: DpoRequest, place: Workplace) -> Built:
    if request.loss == "exo_pair" and request.label_smoothing == 0:
        raise TrainingFailed(
            "training_setting_unfit", "the EXO loss wants label smoothing above 0; its paper recommends 0.001."
        )
    is_kto_pair = request.loss == "kto_pair"
    unfit = [name for name in _NOT_OF_KTO_PAIR if is_kto_pair and name in request.advanced]
    if unfit:
        raise TrainingFailed("training_setting_unfit", f"the loss kto_pair takes no {', '.join(unfit)}.")
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
    trainer = _KtoPairTrainer if is_kto_pair else _Trainer
    return build_generator(trainer, request, place, loaded, rows, args, samples)

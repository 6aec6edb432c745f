"""
Odds ratio preference optimisation (Hong et al., arXiv 2403.07691): learns the chosen answer, and in the same step to
prefer it over the rejected one. It needs no reference model.
"""

from __future__ import annotations

from trl.experimental.orpo import ORPOConfig, ORPOTrainer

from trainer.contracts.training import OrpoRequest
from trainer.data.preference_rows import prepare_preferences
from trainer.training.build_generator import build_generator
from trainer.training.load_base import fit_length, load_generator
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import samples_of_prompts


class _Trainer(StopsAtNan, ORPOTrainer):
    pass


def orpo(request: OrpoRequest, place: Workplace) -> Built:
    loaded = load_generator(request, request, place)
    length = fit_length(request, loaded.model, place)
    rows = prepare_preferences(request, loaded.tokenizer, length, place, hands_on_tools=False)
    measure = Measure("eval_rewards/margins", True)
    args = make_arguments(ORPOConfig, request, place, rows, measure, max_length=length, beta=request.beta)
    samples = samples_of_prompts(rows.validation, loaded.tokenizer, "chosen")
    return build_generator(_Trainer, request, place, loaded, rows, args, samples)

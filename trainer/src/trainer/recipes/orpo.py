"""
Odds ratio preference optimisation (Hong et al., arXiv 2403.07691): learns the chosen answer, and in the same step to
prefer it over the rejected one. It needs no reference model.
"""

from __future__ import annotations

from trl.experimental.orpo import ORPOConfig, ORPOTrainer

from trainer.contracts.training import OrpoRequest
from trainer.data.preference_rows import prepare_preferences
from trainer.models.save_model import write_model
from trainer.training.load_base import fit_length, load_generator
from trainer.training.make_arguments import Measure, StopsAtNan, make_adapter, make_arguments, make_callbacks
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import WriteSamples, samples_of_prompts


class _Trainer(StopsAtNan, ORPOTrainer):
    pass


def orpo(request: OrpoRequest, place: Workplace) -> Built:
    loaded = load_generator(request, request, place)
    length = fit_length(request, loaded.model, place)
    rows = prepare_preferences(request, loaded.tokenizer, length, place)
    measure = Measure("eval_rewards/margins", True)
    args = make_arguments(ORPOConfig, request, place, rows, measure, max_length=length, beta=request.beta)
    samples = WriteSamples(
        samples_of_prompts(rows.validation, loaded.tokenizer, "chosen"), loaded.tokenizer, place.reporter
    )
    trainer = _Trainer(
        model=loaded.model,
        args=args,
        train_dataset=rows.train,
        eval_dataset=rows.validation,
        processing_class=loaded.tokenizer,
        peft_config=make_adapter(request, "CAUSAL_LM"),
        callbacks=make_callbacks(request, place, rows, samples),
    )
    return Built(trainer, rows, lambda folder: write_model(folder, trainer.model, loaded.tokenizer, request))

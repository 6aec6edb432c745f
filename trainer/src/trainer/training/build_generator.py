"""The end of a recipe that trains a model to write: TRL's trainer of its loss, which shows samples as it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transformers import TrainingArguments

from trainer.contracts.training import CommonRequest
from trainer.data.prepare_rows import PreparedRows
from trainer.models.load_model import LoadedModel
from trainer.models.save_model import write_model
from trainer.training.make_arguments import make_adapter, make_callbacks
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import WriteSamples, samples_of_prompts


def build_generator(
    make_trainer: Callable[..., Any],
    request: CommonRequest,
    place: Workplace,
    loaded: LoadedModel,
    rows: PreparedRows,
    args: TrainingArguments,
    wanted: str | None,
    **own: object,
) -> Built:
    """`wanted` names the column that is shown beside what the model writes; `own` is what this trainer takes more."""
    tokenizer = loaded.tokenizer
    samples = WriteSamples(samples_of_prompts(rows.validation, tokenizer, wanted), tokenizer, place.reporter)
    trainer = make_trainer(
        model=loaded.model,
        args=args,
        train_dataset=rows.train,
        eval_dataset=rows.validation,
        processing_class=tokenizer,
        peft_config=make_adapter(request, "CAUSAL_LM"),
        callbacks=make_callbacks(request, place, rows, samples),
        **own,
    )
    return Built(trainer, rows, lambda folder: write_model(folder, trainer.model, tokenizer, request))

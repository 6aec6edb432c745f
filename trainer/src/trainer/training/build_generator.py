"""The end of a recipe that trains a model to write: TRL's trainer of its loss, which shows samples as it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from transformers import TrainingArguments

from trainer.contracts.training import CommonRequest
from trainer.data.prepare_rows import PreparedRows
from trainer.models.load_model import LoadedModel
from trainer.models.save_model import write_model
from trainer.training.make_arguments import make_adapter, make_callbacks
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import Sample, WriteSamples


def build_generator(
    make_trainer: Callable[..., Any],
    request: CommonRequest,
    place: Workplace,
    loaded: LoadedModel,
    rows: PreparedRows,
    args: TrainingArguments,
    samples: Sequence[Sample],
    is_likelihood: bool = False,
    **own: object,
) -> Built:
    """`own` is what this trainer takes more; `is_likelihood` as of `make_callbacks`."""
    tokenizer = loaded.tokenizer
    shown = WriteSamples(samples, tokenizer, place.reporter)
    trainer = make_trainer(
        model=loaded.model,
        args=args,
        train_dataset=rows.train,
        eval_dataset=rows.validation,
        processing_class=tokenizer,
        peft_config=make_adapter(request, "CAUSAL_LM"),
        callbacks=make_callbacks(request, place, rows, shown, is_likelihood=is_likelihood),
        **own,
    )
    return Built(trainer, rows, lambda folder: write_model(folder, trainer.model, tokenizer, request))

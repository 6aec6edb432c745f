"""
The classifier's other target: a number for each text, such as a judge's score, learned by the squared error. Numbers
are standardised while they are learned, so that their scale changes nothing; the saved head gives them as they were.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from scipy.stats import pearsonr, spearmanr
from torch import nn
from transformers import DataCollatorWithPadding, EvalPrediction, PreTrainedModel, Trainer, TrainingArguments

from trainer.contracts.training import ClassifierRequest
from trainer.data.prepare_rows import Example, Skip, prepare_rows
from trainer.data.read_rows import Row, read_number, read_rows, reason_to_skip, to_text
from trainer.errors import TrainingFailed
from trainer.models.head import head_arguments, read_with_head
from trainer.models.save_model import write_model
from trainer.training.adapt_model import adapt_model
from trainer.training.load_base import fit_length, load_base
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments, make_callbacks
from trainer.training.train_model import Built, Workplace


class _Trainer(StopsAtNan, Trainer):
    pass


@dataclass(frozen=True)
class Scale:
    mean: float
    deviation: float


def classifier_number(request: ClassifierRequest, place: Workplace) -> Built:
    columns, target = request.columns, request.columns.label
    if request.devices > 1 and request.spread == "fsdp":
        raise TrainingFailed("training_setting_unfit", "a number is learned with whole copies of the model (ddp) only.")
    place.progress.enter("preparing")
    scale = _measure_scale(request, place)
    loaded = load_base(request, place, read_with_head(head_arguments([target])))
    tokenizer, model = loaded.tokenizer, loaded.model
    model.config.pad_token_id = tokenizer.pad_token_id
    if request.frozen:
        freeze_encoder(model)
    length = fit_length(request, model, place)

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        text, number = to_text(row[columns.text]), read_number(row[target])
        code = reason_to_skip(text) or (None if number is not None else "number_missing")
        if code is not None or number is None:
            return Skip(code or "number_missing")
        ids = list(tokenizer(text or "")["input_ids"])  # pyright: ignore[reportArgumentType]
        cut = list(tokenizer(text or "", truncation=True, max_length=length)["input_ids"])  # pyright: ignore
        values = {"input_ids": cut, "labels": (number - scale.mean) / scale.deviation}
        return Example(values, truncated=len(ids) > length)

    schema = pa.schema([("input_ids", pa.list_(pa.int32())), ("labels", pa.float32())])
    wanted = [columns.text, target]
    rows = prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)

    def measure(prediction: EvalPrediction) -> dict[str, float]:
        guess, truth = (np.asarray(values).reshape(-1) for values in (prediction.predictions, prediction.label_ids))
        return {**correlations(guess, truth), "rmse": float(np.sqrt(np.mean((guess - truth) ** 2))) * scale.deviation}

    trainer = _Trainer(
        model=adapt_model(model, request, "SEQ_CLS"),
        args=make_arguments(TrainingArguments, request, place, rows, Measure("eval_spearman", True)),
        train_dataset=rows.train,
        eval_dataset=rows.validation,
        processing_class=tokenizer,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=measure,
        callbacks=make_callbacks(request, place, rows),
    )

    def write(folder: Path) -> None:
        scale_head(trainer.model, scale)  # pyright: ignore[reportArgumentType]
        write_model(folder, trainer.model, tokenizer, request)

    return Built(trainer, rows, write, [target])


def correlations(guess: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """0 where one side never varies, since nothing can be told then."""
    if len(guess) < 2 or np.ptp(guess) == 0 or np.ptp(truth) == 0:
        return {"spearman": 0.0, "pearson": 0.0}
    return {"spearman": float(spearmanr(guess, truth)[0]), "pearson": float(pearsonr(guess, truth)[0])}  # pyright: ignore


def _measure_scale(request: ClassifierRequest, place: Workplace) -> Scale:
    """Mean and deviation of the training table's numbers, in one pass (Welford)."""
    count, mean, squares = 0, 0.0, 0.0
    for _number, row in read_rows(request.data.train, [request.columns.label], place.data_folder):
        value = read_number(row[request.columns.label])
        if value is not None:
            count += 1
            step = value - mean
            mean += step / count
            squares += step * (value - mean)
    deviation = math.sqrt(squares / count) if count else 0.0
    return Scale(mean, deviation if math.isfinite(deviation) and deviation > 0 else 1.0)


def freeze_encoder(model: PreTrainedModel) -> None:
    """All but the head. A pooler belongs to it: many an encoder comes without one, so it starts at random."""
    inside = f"{model.base_model_prefix}."
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not name.startswith(inside) or "pooler" in name)


@torch.no_grad()
def scale_head(model: nn.Module, scale: Scale) -> None:
    """Makes the last layer give the numbers themselves. With an adapter it is there twice; both are scaled."""
    heads = [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and module.out_features == 1 and "lora_" not in name
    ]
    for head in heads:
        head.weight.mul_(scale.deviation)
        bias = torch.zeros(1, dtype=head.weight.dtype, device=head.weight.device) if head.bias is None else head.bias
        head.bias = nn.Parameter(bias * scale.deviation + scale.mean)

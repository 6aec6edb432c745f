"""Trains a head on any encoder or language model: for one label a text, for several, or for a number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from transformers import DataCollatorWithPadding, EvalPrediction, Trainer, TrainingArguments

from trainer.contracts.training import ClassifierRequest
from trainer.data.prepare_rows import Example, Skip, prepare_rows
from trainer.data.read_labels import collect_labels
from trainer.data.read_rows import Row, reason_to_skip, to_text
from trainer.models.head import head_arguments, read_with_head
from trainer.models.save_model import write_model
from trainer.recipes.classifier_number import classifier_number, freeze_encoder
from trainer.training.adapt_model import adapt_model
from trainer.training.load_base import fit_length, load_base
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments, make_callbacks
from trainer.training.measure_labels import measure_one, measure_several
from trainer.training.train_model import Built, Workplace


class _Trainer(StopsAtNan, Trainer):
    pass


def classifier(request: ClassifierRequest, place: Workplace) -> Built:
    if request.target == "number":
        return classifier_number(request, place)
    columns, multi = request.columns, request.multi_label
    place.progress.enter("preparing")
    labels = collect_labels(request, place.data_folder, place.progress)
    loaded = load_base(request, place, read_with_head(head_arguments(labels.names, multi)))
    tokenizer, model = loaded.tokenizer, loaded.model
    model.config.pad_token_id = tokenizer.pad_token_id
    if request.frozen:
        freeze_encoder(model)
    length = fit_length(request, model, place)

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        text, own = to_text(row[columns.text]), labels.of(row[columns.label])
        code = reason_to_skip(text) or (None if own or (multi and own is not None) else "label_missing")
        if code is not None or own is None:
            return Skip(code or "label_missing")
        ids = tokenizer(text or "")["input_ids"]
        cut: Any = tokenizer(text or "", truncation=True, max_length=length)["input_ids"]
        target = [float(place in own) for place in range(len(labels.names))] if multi else own[0]
        return Example({"input_ids": cut, "labels": target}, truncated=len(ids) > length)  # pyright: ignore

    target_type = pa.list_(pa.float32()) if multi else pa.int64()
    schema = pa.schema([("input_ids", pa.list_(pa.int32())), ("labels", target_type)])
    wanted = [columns.text, columns.label]
    rows = prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)
    args = make_arguments(TrainingArguments, request, place, rows, Measure("eval_f1", True))
    trainer = _Trainer(
        model=adapt_model(model, request, "SEQ_CLS"),
        args=args,
        train_dataset=rows.train,
        eval_dataset=rows.validation,
        processing_class=tokenizer,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=_measure_many if multi else _measure_one,
        callbacks=make_callbacks(request, place, rows),
    )
    return Built(trainer, rows, lambda folder: write_model(folder, trainer.model, tokenizer, request), labels.names)


def _measure_one(prediction: EvalPrediction) -> dict[str, float]:
    return measure_one(np.asarray(prediction.label_ids), np.argmax(prediction.predictions, axis=-1))


def _measure_many(prediction: EvalPrediction) -> dict[str, float]:
    # A probability of a half, which is a logit of zero.
    return measure_several(np.asarray(prediction.label_ids) > 0.5, np.asarray(prediction.predictions) > 0)

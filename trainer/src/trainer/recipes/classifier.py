"""Trains a classifier of texts: a head upon any encoder or language model, for one label a text or for several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.metrics import accuracy_score, f1_score
from transformers import DataCollatorWithPadding, EvalPrediction, Trainer, TrainingArguments

from trainer.contracts.training import ClassifierRequest, TrainingTable
from trainer.data.prepare_rows import Example, Skip, prepare_rows
from trainer.data.read_rows import Row, read_rows, reason_to_skip, to_text
from trainer.errors import TrainingFailed
from trainer.models.head import head_arguments, read_with_head
from trainer.models.save_model import write_model
from trainer.training.adapt_model import adapt_model
from trainer.training.load_base import fit_length, load_base
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments, make_callbacks
from trainer.training.train_model import Built, Workplace

# More distinct values than this are no labels.
MOST_LABELS = 10_000


class _Trainer(StopsAtNan, Trainer):
    pass


def classifier(request: ClassifierRequest, place: Workplace) -> Built:
    columns, multi = request.columns, request.multi_label
    place.progress.enter("preparing")
    labels = _collect_labels(request, place)
    _check_validation(request, set(labels), place)
    loaded = load_base(request, place, read_with_head(head_arguments(labels, multi)))
    tokenizer, model = loaded.tokenizer, loaded.model
    model.config.pad_token_id = tokenizer.pad_token_id
    length = fit_length(request, model, place)
    places = {label: place for place, label in enumerate(labels)}

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        text, own = to_text(row[columns.text]), _labels_of(row[columns.label], multi)
        code = reason_to_skip(text) or (None if own or (multi and own is not None) else "label_missing")
        if code is not None or own is None:
            return Skip(code or "label_missing")
        ids = tokenizer(text or "")["input_ids"]
        cut: Any = tokenizer(text or "", truncation=True, max_length=length)["input_ids"]
        target = [float(label in own) for label in labels] if multi else places[own[0]]
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
    return Built(trainer, rows, lambda folder: write_model(folder, trainer.model, tokenizer, request), labels)


def _labels_of(value: object, multi: bool) -> list[str] | None:
    """The labels of a cell as text; None where it holds none. A text may list several as JSON does in a column."""
    if value is None or value == "":
        return None
    if multi and isinstance(value, Iterable) and not isinstance(value, str):
        return [str(one) for one in value if one is not None and one != ""]
    return [str(to_text(value))]


def _collect_labels(request: ClassifierRequest, place: Workplace) -> list[str]:
    """All labels of the training table, sorted. Raises TrainingFailed where there is nothing to tell apart."""
    found: set[str] = set()
    for _number, row in _label_rows(request, request.data.train, place):
        found.update(_labels_of(row[request.columns.label], request.multi_label) or ())
        if len(found) > MOST_LABELS:
            raise TrainingFailed(
                "training_labels_too_many",
                f"The label column holds more than {MOST_LABELS} different values.",
                {"most": MOST_LABELS},
            )
    if not found:
        raise TrainingFailed("training_no_rows", "No row of the training table has a label.")
    if len(found) == 1:
        [label] = found
        raise TrainingFailed(
            "training_label_single",
            f"All training rows have the label “{label}”. A classifier needs at least two.",
            {"label": label},
        )
    return sorted(found)


def _check_validation(request: ClassifierRequest, known: set[str], place: Workplace) -> None:
    if request.data.validation is None:
        return
    for number, row in _label_rows(request, request.data.validation, place):
        for label in _labels_of(row[request.columns.label], request.multi_label) or ():
            if label not in known:
                raise TrainingFailed(
                    "training_label_unseen",
                    f"The validation row {number} has the label “{label}”, which no training row has.",
                    {"row": number, "label": label},
                )


def _label_rows(request: ClassifierRequest, table: TrainingTable, place: Workplace) -> Iterable[tuple[int, Row]]:
    return read_rows(table, [request.columns.label], place.data_folder)


def _measure_one(prediction: EvalPrediction) -> dict[str, float]:
    truth, guess = prediction.label_ids, np.argmax(prediction.predictions, axis=-1)
    _values, counts = np.unique(truth, return_counts=True)
    return {
        "accuracy": float(accuracy_score(truth, guess)),
        "f1": float(f1_score(truth, guess, average="macro", zero_division=0)),  # pyright: ignore[reportArgumentType]
        # What always saying the commonest label would reach.
        "majority": float(counts.max() / counts.sum()),
    }


def _measure_many(prediction: EvalPrediction) -> dict[str, float]:
    # A probability of a half, which is a logit of zero.
    truth, guess = np.asarray(prediction.label_ids) > 0.5, np.asarray(prediction.predictions) > 0
    return {
        "accuracy": float(accuracy_score(truth, guess)),
        "f1": float(f1_score(truth, guess, average="micro", zero_division=0)),  # pyright: ignore[reportArgumentType]
    }

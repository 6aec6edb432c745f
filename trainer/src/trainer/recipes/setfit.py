"""
Trains a classifier from few rows as SetFit does (Tunstall et al., arXiv 2209.11055): the sentence encoder by pairs of
rows with and without a common label, then a head upon its vectors. Pairs and head are setfit's; the encoder is trained
by sentence-transformers' trainer itself, because setfit's own takes up no checkpoint.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.evaluation import SentenceEvaluator
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss
from setfit.sampler import ContrastiveDataset

from trainer.contracts.training import SetFitRequest
from trainer.data.prepare_rows import Example, PreparedRows, Skip, prepare_rows
from trainer.data.read_labels import check_several, collect_labels, unseen_label
from trainer.data.read_rows import Row, reason_to_skip, to_text
from trainer.errors import TrainingFailed
from trainer.models.linear_head import save_head
from trainer.training.fit_head import fit_head
from trainer.training.load_base import placement
from trainer.training.load_encoder import add_adapter, load_encoder, write_encoder
from trainer.training.make_arguments import LOGGED_POINTS, Measure, StopsAtNan, make_arguments, make_callbacks
from trainer.training.measure_labels import measure_one, measure_several
from trainer.training.train_model import Built, Workplace

# The pairs grow with the square of the rows, and all are held in memory.
MOST_ROWS = 1000


class _Trainer(StopsAtNan, SentenceTransformerTrainer):
    pass


def setfit(request: SetFitRequest, place: Workplace) -> Built:
    columns, multi = request.columns, request.multi_label
    place.progress.enter("preparing")
    found = collect_labels(request, place.data_folder, place.progress)
    labels = found.names
    where = placement(request, place.device)
    model = load_encoder(request, place, where)
    model.max_seq_length = length = min(request.max_length, model.max_seq_length or request.max_length)

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        text, own = to_text(row[columns.text]), found.of(row[columns.label])
        code = reason_to_skip(text) or (None if own or (multi and own is not None) else "label_missing")
        if code is not None or own is None:
            return Skip(code or "label_missing")
        truncated = len(model.tokenizer(text or "")["input_ids"]) > length
        return Example({"text": text, "labels": own}, truncated)

    schema = pa.schema([("text", pa.string()), ("labels", pa.list_(pa.int64()))])
    wanted = [columns.text, columns.label]
    rows = prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)
    texts, targets = _read_targets(rows.train, len(labels), multi)
    _check_rows(rows, labels)
    add_adapter(model, request)
    pairs = _make_pairs(request, texts, targets)
    steps = len(pairs) * request.epochs / (request.batch_size * request.gradient_accumulation)
    arguments = make_arguments(
        SentenceTransformerTrainingArguments,
        request,
        place,
        rows,
        Measure("eval_f1", True),
        logging_steps=max(1, int(request.max_steps or steps) // LOGGED_POINTS),
    )

    def fit(encoder: SentenceTransformer) -> Any:  # noqa: ANN401
        return fit_head(encoder, texts, targets, labels, request)

    evaluator, validation_pairs = None, None
    if rows.validation is not None:
        held = rows.validation.select(range(min(MOST_ROWS, len(rows.validation))))
        held_texts, held_targets = _read_targets(held, len(labels), multi)
        evaluator = _Evaluator(fit, held_texts, held_targets)
        validation_pairs = _make_pairs(request, held_texts, held_targets)
    trainer = _Trainer(
        model=model,
        args=arguments,
        train_dataset=pairs,
        eval_dataset=validation_pairs,
        loss=CosineSimilarityLoss(model),
        evaluator=evaluator,
        callbacks=make_callbacks(request, place, rows),
    )

    def write(folder: Path) -> None:
        save_head(fit(model), folder)
        write_encoder(folder, model, request, place, where)

    return Built(trainer, rows, write, labels, ("setfit",))


class _Evaluator(SentenceEvaluator):
    """Measures the head that would be fitted upon the encoder as it is now."""

    def __init__(self, fit: Any, texts: list[str], targets: np.ndarray) -> None:  # noqa: ANN401
        super().__init__()
        self._fit = fit
        self._texts = texts
        self._targets = targets

    def __call__(self, model: Any, *_args: object, **_kwargs: object) -> dict[str, float]:  # noqa: ANN401
        head = self._fit(model)
        vectors = model.encode(self._texts, convert_to_tensor=True, show_progress_bar=False)
        scores = head.score(vectors).cpu().numpy()
        if head.multi_label:
            return measure_several(self._targets > 0, scores >= 0.5)
        return measure_one(self._targets, scores.argmax(axis=-1))


def _read_targets(rows: Dataset, count: int, multi: bool) -> tuple[list[str], np.ndarray]:
    """Texts, and the place of each one's label; for several labels a row of zeros and ones."""
    own = cast("list[list[int]]", list(rows["labels"]))
    if not multi:
        return list(rows["text"]), np.array([first[0] for first in own])
    targets = np.zeros((len(own), count), dtype=np.int64)
    for row, fitting in enumerate(own):
        targets[row, fitting] = 1
    return list(rows["text"]), targets


def _check_rows(rows: PreparedRows, labels: list[str]) -> None:
    """Of few rows, those held out may be all that a label has."""
    if len(rows.train) > MOST_ROWS:
        raise TrainingFailed(
            "training_setting_unfit",
            f"SetFit pairs all rows with each other and takes {MOST_ROWS} rows at most, not {len(rows.train)}. "
            "Take a sample, or train a classifier, which takes any number.",
        )
    known = {place for own in rows.train["labels"] for place in own}
    check_several({labels[place] for place in known})
    for number, own in enumerate(rows.validation["labels"] if rows.validation is not None else []):
        for place in own:
            if place not in known:
                raise unseen_label(number, labels[place])


def _make_pairs(request: SetFitRequest, texts: list[str], targets: np.ndarray) -> Dataset:
    multi = targets.ndim == 2
    # More different pairs than the steps take are not made.
    most = max(2, request.max_steps * request.batch_size * request.gradient_accumulation) if request.max_steps else -1
    iterations: Any = request.iterations
    sampler = ContrastiveDataset(texts, list(targets), multi, iterations, request.sampling, max_pairs=most)
    # setfit holds a text without a label to be unlike itself.
    sampler.neg_pairs = [pair for pair in sampler.neg_pairs if pair["sentence_1"] != pair["sentence_2"]]
    if not sampler.pos_pairs:
        sampler.len_pos_pairs = 0
    if not sampler.neg_pairs:
        sampler.len_neg_pairs = 0
    return Dataset.from_list(list(sampler))

"""
Trains a sentence embedding model with sentence-transformers: from triplets, by the triplet loss; from pairs that belong
together, by the ranking loss among the batch in both directions (Henderson et al., arXiv 1705.00652); from pairs with a
label, by the squared error of their cosine.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.evaluation import (
    EmbeddingSimilarityEvaluator,
    InformationRetrievalEvaluator,
    SentenceEvaluator,
    TripletEvaluator,
)
from sentence_transformers.sentence_transformer.losses import (
    CosineSimilarityLoss,
    MultipleNegativesRankingLoss,
    TripletLoss,
)
from sentence_transformers.sentence_transformer.losses.triplet import TripletDistanceMetric
from torch import nn

from trainer.contracts.training import EmbedderRequest, LabelledPairColumns, PairColumns, TripletColumns
from trainer.data.prepare_rows import Example, Skip, prepare_rows
from trainer.data.read_rows import Row, reason_to_skip, to_text
from trainer.training.load_base import placement
from trainer.training.load_encoder import add_adapter, load_encoder, write_encoder
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments, make_callbacks
from trainer.training.train_model import Built, Workplace

# Their vectors are held in memory at each evaluation.
MEASURED_ROWS = 2000


class _Trainer(StopsAtNan, SentenceTransformerTrainer):
    pass


def embedder(request: EmbedderRequest, place: Workplace) -> Built:
    columns, where = request.columns, placement(request, place.device)
    model = load_encoder(request, place, where)
    model.max_seq_length = length = min(request.max_length, model.max_seq_length or request.max_length)
    texts = [name for role, name in columns if role not in ("kind", "label")]
    roles = [role for role, _name in columns if role not in ("kind", "label")]

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        cells = [to_text(row[name]) for name in texts]
        code = reason_to_skip(*cells)
        values: dict[str, Any] = dict(zip(roles, cells, strict=True))
        if code is None and isinstance(columns, LabelledPairColumns):
            values["label"] = _read_label(row[columns.label])
            code = None if values["label"] is not None else "label_is_not_0_to_1"
        if code is not None:
            return Skip(code)
        longest = max(len(model.tokenizer(cell or "")["input_ids"]) for cell in cells)
        return Example(values, truncated=longest > length)

    label = [("label", pa.float32())] if isinstance(columns, LabelledPairColumns) else []
    schema = pa.schema([*((role, pa.string()) for role in roles), *label])
    wanted = [name for role, name in columns if role != "kind"]
    rows = prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)
    add_adapter(model, request)
    measure = _MEASURES[columns.kind]
    # In a batch each row is the others' wrong answer, which a row of the same text must not be.
    sampler = "no_duplicates" if isinstance(columns, PairColumns) else "batch_sampler"
    trainer = _Trainer(
        model=model,
        args=make_arguments(SentenceTransformerTrainingArguments, request, place, rows, measure, batch_sampler=sampler),
        train_dataset=rows.train,
        eval_dataset=rows.validation,
        loss=_make_loss(request, model),
        evaluator=_make_evaluator(columns.kind, rows.validation, place.batch_size),
        callbacks=make_callbacks(request, place, rows),
    )
    return Built(trainer, rows, lambda folder: write_encoder(folder, model, request, place, where))


def _read_label(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 <= number <= 1 else None


def _make_loss(request: EmbedderRequest, model: SentenceTransformer) -> nn.Module:
    if isinstance(request.columns, TripletColumns):
        return TripletLoss(model, TripletDistanceMetric.COSINE, request.margin)
    if isinstance(request.columns, PairColumns):
        directions = ("query_to_doc", "doc_to_query")
        return MultipleNegativesRankingLoss(model, directions=directions, partition_mode="per_direction")
    return CosineSimilarityLoss(model)


_MEASURES = {
    "triplets": Measure("eval_cosine_accuracy", True),
    "pairs": Measure("eval_cosine_accuracy@1", True),
    "labelled-pairs": Measure("eval_spearman_cosine", True),
}


def _make_evaluator(kind: str, validation: Dataset | None, batch_size: int) -> SentenceEvaluator | None:
    if validation is None:
        return None
    rows: Any = validation.select(range(min(MEASURED_ROWS, len(validation)))).to_dict()
    if kind == "triplets":
        return TripletEvaluator(
            rows["anchor"], rows["positive"], rows["negative"], batch_size=batch_size, write_csv=False
        )
    if kind == "labelled-pairs":
        return EmbeddingSimilarityEvaluator(
            rows["anchor"], rows["other"], rows["label"], batch_size=batch_size, write_csv=False
        )
    # A text that answers several anchors is one document, so that none counts as wrong for being there twice.
    documents = {text: f"d{place}" for place, text in enumerate(dict.fromkeys(rows["positive"]))}
    relevant: dict[str, set[str]] = {}
    queries = {text: f"q{place}" for place, text in enumerate(dict.fromkeys(rows["anchor"]))}
    for anchor, positive in zip(rows["anchor"], rows["positive"], strict=True):
        relevant.setdefault(queries[anchor], set()).add(documents[positive])
    return InformationRetrievalEvaluator(
        {name: text for text, name in queries.items()},
        {name: text for text, name in documents.items()},
        relevant,
        batch_size=batch_size,
        write_csv=False,
    )

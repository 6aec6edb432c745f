"""Scores of all labels of a classifier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch

from trainer.models.load_labeller import EncoderWithHead
from trainer.models.load_model import LoadedModel
from trainer.serving.answer_texts import answer_texts
from trainer.serving.errors import ApiError
from trainer.serving.loaded_models import KeptModel
from trainer.serving.requests import ClassifyRequest, TextsAnswer


def classify_texts(
    kept: KeptModel, requests: list[ClassifyRequest]
) -> Iterator[tuple[ClassifyRequest, TextsAnswer | ApiError]]:
    """
    A result is {label: score}. Scores of labels that exclude each other sum to one (softmax); those of a multi-label
    model are each between zero and one (sigmoid); a regression model's are its values.
    """
    loaded: LoadedModel | EncoderWithHead = kept.model
    if isinstance(loaded, EncoderWithHead):
        tokenizer, longest = loaded.encoder.tokenizer, loaded.encoder.get_max_seq_length()
    else:
        tokenizer, longest = loaded.tokenizer, _longest(loaded)

    def count_tokens(request: ClassifyRequest) -> list[int]:
        ids = cast("list[list[int]]", tokenizer(request.texts, truncation=False, verbose=False)["input_ids"])
        return [len(one) for one in ids]

    def classify(rows: list[tuple[ClassifyRequest, str]]) -> list[dict[str, float]]:
        texts = [text for _, text in rows]
        if isinstance(loaded, EncoderWithHead):
            return _score_by_head(loaded, texts)
        return score_labels(loaded, texts, longest)

    yield from answer_texts(kept.batch, requests, count_tokens, longest, classify)


def _score_by_head(loaded: EncoderWithHead, texts: list[str]) -> list[dict[str, float]]:
    vectors = loaded.encoder.encode(texts, batch_size=len(texts), show_progress_bar=False, convert_to_tensor=True)
    return [dict(zip(loaded.head.labels, row, strict=True)) for row in loaded.head.score(vectors).tolist()]


@torch.inference_mode()
def score_labels(loaded: LoadedModel, texts: list[str], longest: int | None) -> list[dict[str, float]]:
    model, tokenizer = loaded.model, loaded.tokenizer
    inputs = tokenizer(texts, padding=True, truncation=longest is not None, max_length=longest, return_tensors="pt")
    logits: torch.Tensor = model(**inputs.to(model.device)).logits.float()
    kind = model.config.problem_type
    if kind == "regression":
        scores = logits
    elif kind == "multi_label_classification" or logits.shape[-1] == 1:
        scores = logits.sigmoid()
    else:
        scores = logits.softmax(-1)
    names: dict[int, str] = model.config.id2label  # pyright: ignore[reportAssignmentType]
    return [{names[place]: score for place, score in enumerate(row)} for row in scores.tolist()]


def _longest(loaded: LoadedModel) -> int | None:
    """Tokens that the model takes; None where nothing bounds them."""
    bounds = [loaded.tokenizer.model_max_length, getattr(loaded.model.config, "max_position_embeddings", None)]
    # A tokenizer that was told no length says a number with thirty digits.
    known = [bound for bound in bounds if bound is not None and 0 < bound < 10**9]
    return min(known, default=None)

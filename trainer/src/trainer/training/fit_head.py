"""Fits the head of a few-shot classifier, by setfit, upon the vectors of its encoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from setfit import SetFitHead, SetFitModel, logging
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from torch import nn

from trainer.contracts.training import SetFitRequest
from trainer.models.linear_head import LinearHead

# At its level of information setfit tells in each fit what is told of the training already.
logging.set_verbosity_error()


def fit_head(
    encoder: SentenceTransformer, texts: list[str], targets: np.ndarray, labels: list[str], request: SetFitRequest
) -> LinearHead:
    """The same for the same encoder, whatever was drawn at random before; what is drawn later is left as it was."""
    trainable = [parameter.requires_grad for parameter in encoder.parameters()]
    training = encoder.training
    with torch.random.fork_rng():
        torch.manual_seed(request.seed % 2**32)
        model = SetFitModel(
            model_body=encoder,
            model_head=_new_head(encoder, len(labels), request),
            multi_target_strategy="one-vs-rest" if request.multi_label else None,
        )
        model.fit(
            texts,
            targets.tolist(),
            num_epochs=request.head_epochs,
            batch_size=request.head_batch_size,
            head_learning_rate=request.head_learning_rate,
            l2_weight=request.weight_decay,
            max_length=encoder.max_seq_length,
            show_progress_bar=False,
        )
    # setfit leaves every weight free, those under an adapter too.
    for parameter, free in zip(encoder.parameters(), trainable, strict=True):
        parameter.requires_grad_(free)
    encoder.train(training)
    return to_linear(model.model_head, labels, request.multi_label)


def _new_head(encoder: SentenceTransformer, labels: int, request: SetFitRequest) -> Any:  # noqa: ANN401
    if request.head == "differentiable":
        dimensions = encoder.get_embedding_dimension()
        return SetFitHead(dimensions, labels, device=encoder.device, multitarget=request.multi_label)
    one = LogisticRegression()
    return OneVsRestClassifier(one) if request.multi_label else one


def to_linear(head: Any, labels: list[str], multi: bool) -> LinearHead:  # noqa: ANN401
    if isinstance(head, SetFitHead):
        linear = head.linear
        assert isinstance(linear, nn.Linear)
        scale = head.temperature + head.eps
        weight, bias = (values.detach().cpu().double() / scale for values in (linear.weight, linear.bias))
        return LinearHead(weight, bias, labels, multi)
    if multi:
        rows = [_row_of(one, head.n_features_in_) for one in head.estimators_]
        return _linear(np.stack([row for row, _bias in rows]), np.array([bias for _row, bias in rows]), labels, multi)
    # Of two labels scikit-learn keeps the second one's weights alone: the first one's are nought.
    two = len(head.classes_) == 2
    own_weight = np.concatenate([np.zeros_like(head.coef_), head.coef_]) if two else head.coef_
    own_bias = np.concatenate([np.zeros(1), head.intercept_]) if two else head.intercept_
    # A label that only rows left out have is never given.
    weight = np.zeros((len(labels), own_weight.shape[1]))
    bias = np.full(len(labels), -np.inf)
    weight[head.classes_], bias[head.classes_] = own_weight, own_bias
    return _linear(weight, bias, labels, multi)


def _row_of(one: Any, dimensions: int) -> tuple[np.ndarray, float]:  # noqa: ANN401
    """Of a label by itself; one that all rows have, or none, is certain and has no weights."""
    if isinstance(one, LogisticRegression):
        return np.asarray(one.coef_)[0], float(np.asarray(one.intercept_)[0])
    return np.zeros(dimensions), np.inf if np.asarray(one.y_).any() else -np.inf


def _linear(weight: np.ndarray, bias: np.ndarray, labels: list[str], multi: bool) -> LinearHead:
    return LinearHead(torch.from_numpy(weight).double(), torch.from_numpy(bias).double(), labels, multi)

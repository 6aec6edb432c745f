"""The head that a classifier or a reward model has upon its base."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transformers import AutoModelForSequenceClassification, PreTrainedModel

from trainer.models.load_model import ReadWeights

RECORD = "reverie-training.json"


def head_arguments(labels: list[str], multi_label: bool = False) -> dict[str, Any]:
    """What `from_pretrained` is told; one label is a value of its own, such as a reward."""
    kind = "regression" if len(labels) == 1 else ("multi" if multi_label else "single") + "_label_classification"
    return {
        "num_labels": len(labels),
        "id2label": dict(enumerate(labels)),
        "label2id": {label: place for place, label in enumerate(labels)},
        "problem_type": kind,
    }


def read_with_head(arguments: dict[str, Any]) -> ReadWeights:
    """Reads a base under a head that is made anew, whatever head its files hold."""

    def read_weights(where: str, kwargs: dict[str, Any]) -> PreTrainedModel:
        return AutoModelForSequenceClassification.from_pretrained(
            where, ignore_mismatched_sizes=True, **arguments, **kwargs
        )

    return read_weights


def trained_head(folder: Path) -> dict[str, Any] | None:
    """The head of a model trained here, as its record tells; None where there is no such record."""
    if not (folder / RECORD).is_file():
        return None
    record = json.loads((folder / RECORD).read_text("utf-8"))
    labels = record["result"].get("labels") or []
    return head_arguments(labels, record["request"].get("multiLabel", False)) if labels else None

"""A model folder appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from trainer.contracts.outcome import TrainingResult
from trainer.contracts.training import CommonRequest
from trainer.data_folder import fsync_path, fsync_tree, model_folder

RECORD = "reverie-training.json"


def write_model(
    folder: Path,
    model: object,
    tokenizer: PreTrainedTokenizerBase,
    request: CommonRequest,
    weights: dict[str, Any] | None = None,
) -> None:
    """Weights, the model's own where none are given, and tokenizer; an adapter with what it adapts."""
    cast("PreTrainedModel", model).save_pretrained(str(folder), state_dict=weights)
    tokenizer.save_pretrained(str(folder))
    if request.method.kind != "full":
        write_json(folder / "base.json", {"base": request.base.model_dump(mode="json", by_alias=True)})


def save_model(
    write: Callable[[Path], None], request: CommonRequest, result: TrainingResult, data_folder: Path
) -> None:
    """Puts what `write` leaves in a folder in its place, with request and result."""
    final = model_folder(data_folder, request.model_id)
    draft = final.with_name(final.name + ".partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    write(draft)
    write_json(draft / RECORD, {"request": request.to_json(), "result": result.to_json()})
    fsync_tree(draft)
    # A folder of that name is left from an attempt that could not report it; its weights are the same.
    shutil.rmtree(final, ignore_errors=True)
    os.rename(draft, final)
    fsync_path(final.parent)


def find_saved_result(request: CommonRequest, data_folder: Path) -> TrainingResult | None:
    """The result of an attempt that died between putting its model in place and reporting it."""
    record = model_folder(data_folder, request.model_id) / RECORD
    if not record.is_file():
        return None
    saved = json.loads(record.read_text("utf-8"))
    return TrainingResult.model_validate(saved["result"]) if saved["request"] == request.to_json() else None


def write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")

"""A model folder appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from trainer.contracts.training import TrainingRequest, TrainingResult
from trainer.data_folder import fsync_path, fsync_tree, model_folder

RECORD = "reverie-training.json"


def save_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    request: TrainingRequest,
    result: TrainingResult,
    data_folder: Path,
) -> None:
    final = model_folder(data_folder, request.model_id)
    draft = final.with_name(final.name + ".partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    model.save_pretrained(str(draft), safe_serialization=True)
    tokenizer.save_pretrained(str(draft))
    if request.method.kind == "lora":
        write_json(draft / "base.json", {"base": request.base.model_dump(mode="json", by_alias=True)})
    write_json(draft / RECORD, {"request": request.to_json(), "result": result.to_json()})
    fsync_tree(draft)
    # A folder of that name is left from an attempt that could not report it; its weights are the same.
    shutil.rmtree(final, ignore_errors=True)
    os.rename(draft, final)
    fsync_path(final.parent)


def find_saved_result(request: TrainingRequest, data_folder: Path) -> TrainingResult | None:
    """The result of an attempt that died between putting its model in place and reporting it."""
    record = model_folder(data_folder, request.model_id) / RECORD
    if not record.is_file():
        return None
    saved = json.loads(record.read_text("utf-8"))
    return TrainingResult.model_validate(saved["result"]) if saved["request"] == request.to_json() else None


def write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")

"""The export process: one model, then exit. What it writes appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, TypeAdapter
from transformers import AutoConfig

from trainer.contracts.model_source import LocalModelSource
from trainer.data_folder import fsync_path, fsync_tree, resolve_in_data
from trainer.models.find_weights import ModelNotFound, hub_arguments, locate
from trainer.models.load_model import LoadedModel, load_model
from trainer.models.save_model import RECORD
from trainer.settings import Settings


class ExportRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: LocalModelSource
    format: Literal["merged", "onnx", "gguf"]
    # `auto` is the precision that the model's configuration names.
    precision: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    # Relative to the data folder; what is there is replaced.
    folder: str


class ExportRefused(Exception):
    """Says why this model cannot be written so."""


def export_model(request: ExportRequest, data_folder: Path, builtin_model: Path) -> list[str]:
    """Names of the files it has written. Raises ModelNotFound, ExportRefused."""
    write = _find_writer(request.format)
    final = resolve_in_data(data_folder, request.folder)
    # Whole, and in single precision: an adapter is folded in without a loss.
    loaded = load_model(request.source, data_folder, builtin_model, "cpu", torch.float32)
    draft = final.with_name(final.name + ".partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    write(loaded, draft, _pick_precision(request.precision, request.source, data_folder, builtin_model))
    where = locate(request.source, data_folder, builtin_model)
    if isinstance(where, Path) and (where / RECORD).is_file():
        # How it was trained, and how its prompts are written.
        shutil.copyfile(where / RECORD, draft / RECORD)
    fsync_tree(draft)
    shutil.rmtree(final, ignore_errors=True)
    os.rename(draft, final)
    fsync_path(final.parent)
    return sorted(path.name for path in final.iterdir())


def _pick_precision(wanted: str, source: LocalModelSource, data_folder: Path, builtin_model: Path) -> torch.dtype:
    """As asked, or as the configuration of the weights at the bottom names it."""
    if wanted != "auto":
        return getattr(torch, wanted)
    where = locate(source, data_folder, builtin_model)
    if isinstance(where, Path) and (where / "base.json").is_file():
        base = json.loads((where / "base.json").read_text("utf-8"))["base"]
        below: LocalModelSource = TypeAdapter(LocalModelSource).validate_python(base)
        return _pick_precision(wanted, below, data_folder, builtin_model)
    named = AutoConfig.from_pretrained(str(where), **hub_arguments(source)[0]).dtype
    return named if isinstance(named, torch.dtype) else getattr(torch, named or "float32")


def _find_writer(kind: str) -> Callable[[LoadedModel, Path, torch.dtype], None]:
    try:
        if kind == "onnx":
            from trainer.exporting.write_onnx import write_onnx

            return write_onnx
        if kind == "gguf":
            from trainer.exporting.write_gguf import write_gguf

            return write_gguf
    except ImportError as error:
        raise ExportRefused(
            f"The package {error.name} is not installed where the trainer runs: pip install onnx onnxscript gguf"
        ) from error
    from trainer.exporting.write_merged import write_merged

    return write_merged


def run_export(settings: Settings) -> int:
    """A request on standard input; on the last line of standard output its files, or why there are none."""
    request = ExportRequest.model_validate_json(sys.stdin.read())
    try:
        answer = {"files": export_model(request, settings.data_folder, settings.builtin_model)}
    except (ModelNotFound, ExportRefused) as error:
        answer = {"refused": str(error)}
    print(json.dumps(answer), flush=True)
    return 0

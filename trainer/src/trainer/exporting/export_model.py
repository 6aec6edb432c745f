"""Writes a model for other programs. What it writes appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from pydantic import TypeAdapter
from transformers import AutoConfig

from trainer.contracts.model_source import LocalModelSource
from trainer.data_folder import fsync_path, fsync_tree, resolve_in_data
from trainer.exporting.export_request import ExportRefused, ExportRequest
from trainer.models.find_weights import hub_arguments, locate
from trainer.models.load_model import LoadedModel, load_model
from trainer.models.save_model import RECORD


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

"""GGUF files through llama.cpp, where its Python package is installed: it compiles, so it is no requirement."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from trainer.models.find_weights import ModelNotFound, first_line
from trainer.models.load_options import LoadOptions, ModelUnusable
from trainer.models.model_name import GgufSource, ModelName

INSTALL = "pip install llama-cpp-python"


@dataclass
class GgufModel:
    # A `llama_cpp.Llama`.
    llama: Any


def load_gguf(name: ModelName, data_folder: Path, _builtin_model: Path) -> GgufModel:
    """Raises ModelNotFound, ModelUnusable."""
    assert isinstance(name.source, GgufSource)
    if name.options != LoadOptions(device=name.options.device):
        raise ModelUnusable("A GGUF file has its own precision and takes no adapter: the only option is device.")
    path = data_folder / name.source.path
    if not path.is_file():
        raise ModelNotFound(f"The GGUF file {name.source.path} was not found.")
    try:
        llama_cpp = importlib.import_module("llama_cpp")
    except ImportError as error:
        raise ModelUnusable(
            f"A GGUF file needs the package llama-cpp-python, which is not installed where the trainer runs: {INSTALL}"
        ) from error
    on_gpu = name.options.device != "cpu" and (torch.cuda.is_available() or torch.backends.mps.is_available())
    try:
        # A context of 0 is the model's own.
        llama = llama_cpp.Llama(model_path=str(path), n_ctx=0, n_gpu_layers=-1 if on_gpu else 0, verbose=False)
    except (ValueError, RuntimeError, OSError) as error:
        raise ModelNotFound(f"The GGUF file {name.source.path} cannot be loaded: {first_line(error)}") from error
    return GgufModel(llama)

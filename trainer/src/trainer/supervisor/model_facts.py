"""What a base model's files say of its size, without loading it."""

from __future__ import annotations

import json
import math
from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from trainer.contracts.model_source import HubSource, LocalModelSource
from trainer.models.find_weights import ModelNotFound, locate
from trainer.supervisor.estimate_memory import ModelFacts


def read_facts(source: LocalModelSource, data_folder: Path, builtin_model: Path) -> ModelFacts | None:
    """None where the files are not here, or say too little: an adapter, other weights than safetensors."""
    try:
        folder = _find_folder(source, data_folder, builtin_model)
        if folder is None:
            return None
        config = json.loads((folder / "config.json").read_text("utf-8"))
        text = config.get("text_config") or config
        weights = list(folder.glob("*.safetensors"))
        if not weights:
            return None
        return ModelFacts(
            parameters=sum(_count_parameters(file) for file in weights),
            layers=int(text.get("num_hidden_layers") or text["num_layers"]),
            hidden=int(text.get("hidden_size") or text["d_model"]),
            vocabulary=int(text["vocab_size"]),
        )
    except (OSError, ValueError, KeyError, TypeError, ModelNotFound):
        return None


def _find_folder(source: LocalModelSource, data_folder: Path, builtin_model: Path) -> Path | None:
    if not isinstance(source, HubSource):
        return Path(locate(source, data_folder, builtin_model))
    cached = try_to_load_from_cache(source.id, "config.json", revision=source.revision)
    return Path(cached).parent if isinstance(cached, str) else None


def _count_parameters(file: Path) -> int:
    """By the header: eight bytes with its length, then JSON with every tensor's shape."""
    with open(file, "rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    return sum(math.prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")

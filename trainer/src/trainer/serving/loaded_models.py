"""The models in memory: the last few used, each loaded once for what it is asked to do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.contracts.model_source import LocalModelSource
from trainer.models.find_weights import ModelNotFound
from trainer.models.load_model import LoadedModel, load_placed
from trainer.models.load_options import ModelUnusable, place_weights
from trainer.models.model_name import GgufSource, ModelName, local_path, parse_model_name, plain_source
from trainer.serving.batch_size import BatchSize, free_memory
from trainer.serving.errors import ApiError
from trainer.serving.requests import Task

KEPT_MODELS = 2
FIRST_BATCH: dict[Task, int] = {"chat": 32, "embed": 64, "classify": 64, "likelihood": 16}


@dataclass
class KeptModel:
    version: object
    # What the task's loader gives.
    model: Any
    batch: BatchSize


class LoadedModels:
    """Used by the engine's thread alone, so it needs no lock."""

    def __init__(self, data_folder: Path, builtin_model: Path) -> None:
        self._data_folder = data_folder
        self._builtin_model = builtin_model
        self._models: OrderedDict[tuple[Task, str], KeptModel] = OrderedDict()

    def get(self, task: Task, name: str) -> KeptModel:
        """Raises ApiError: 404 for a model that cannot be had, 422 for one that cannot be used as asked."""
        try:
            return self._get(task, name, parse_model_name(name))
        except ModelNotFound as error:
            raise ApiError(404, "model_not_found", str(error)) from error
        except ModelUnusable as error:
            raise ApiError(422, "local_model_unusable", str(error)) from error

    def _get(self, task: Task, name: str, parsed: ModelName) -> KeptModel:
        version = self._version(parsed)
        kept = self._models.get((task, name))
        if kept is not None and kept.version == version:
            self._models.move_to_end((task, name))
            return kept
        self._models.pop((task, name), None)
        # Room is made first: a new model beside all the old ones may be more than the memory holds.
        while len(self._models) >= KEPT_MODELS:
            self._models.popitem(last=False)
        del kept
        free_memory()
        model = _find_loader(task, parsed)(parsed, self._data_folder, self._builtin_model)
        self._models[(task, name)] = KeptModel(version, model, BatchSize(FIRST_BATCH[task]))
        return self._models[(task, name)]

    def _version(self, name: ModelName) -> object:
        """A model that was trained again under its id is another one."""
        return [self._changed_at(source) for source in (name.source, name.adapter) if source is not None]

    def _changed_at(self, source: LocalModelSource | GgufSource) -> int | None:
        path = local_path(source, self._data_folder, self._builtin_model)
        return path.stat().st_mtime_ns if path is not None and path.exists() else None


def _find_loader(task: Task, name: ModelName) -> Callable[[ModelName, Path, Path], object]:
    # Here and not above: each brings libraries of its own, which take seconds to import.
    if task == "embed":
        from trainer.models.load_embedder import load_embedder

        return load_embedder
    if task == "classify":
        from trainer.models.load_labeller import load_labeller

        return load_labeller
    if task == "likelihood":
        return _load_chat_model
    if isinstance(name.source, GgufSource):
        from trainer.models.load_gguf import load_gguf

        return load_gguf
    return _load_chat_model


def _load_chat_model(name: ModelName, data_folder: Path, builtin_model: Path) -> LoadedModel:
    placement = place_weights(name.options)
    loaded = load_placed(plain_source(name, "chat"), name.adapter, data_folder, builtin_model, placement)
    tokenizer = loaded.tokenizer
    tokenizer.padding_side = "left"
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    # A model's own generation settings would add to what the request says.
    loaded.model.generation_config.do_sample = False  # pyright: ignore[reportOptionalMemberAccess]
    for setting in ("temperature", "top_p", "top_k", "min_p", "typical_p", "repetition_penalty"):
        setattr(loaded.model.generation_config, setting, None)
    return loaded

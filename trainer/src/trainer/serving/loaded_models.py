"""The models in memory: the last few used, each loaded once."""

from __future__ import annotations

import gc
from collections import OrderedDict
from pathlib import Path

import torch

from trainer.contracts.training import BuiltinSource, FolderSource, HubSource, LocalModelSource, TrainedSource
from trainer.models.load_model import LoadedModel, ModelNotFound, load_model, pick_device
from trainer.serving.errors import ApiError
from trainer.settings import is_safe_name

KEPT_MODELS = 2


def parse_model_name(name: str) -> LocalModelSource:
    if name == "builtin":
        return BuiltinSource(kind="builtin")
    kind, separator, rest = name.partition(":")
    if separator and rest:
        if kind == "trained" and is_safe_name(rest):
            return TrainedSource(kind="trained", id=rest, folder=f"models/{rest}")
        if kind == "hub":
            model_id, _, revision = rest.partition("@")
            return HubSource(kind="hub", id=model_id, revision=revision or None)
        if kind == "folder":
            return FolderSource(kind="folder", path=rest)
    raise ApiError(
        404,
        "model_not_found",
        f"There is no model {name!r} here. Names are builtin, trained:<id>, hub:<id>[@<revision>] or folder:<path>.",
    )


class LoadedModels:
    """Used by the generating thread alone, so it needs no lock."""

    def __init__(self, data_folder: Path, builtin_model: Path) -> None:
        self._data_folder = data_folder
        self._builtin_model = builtin_model
        self._models: OrderedDict[str, tuple[object, LoadedModel]] = OrderedDict()

    def get(self, name: str) -> LoadedModel:
        source = parse_model_name(name)
        version = self._version(source)
        kept = self._models.get(name)
        if kept is not None and kept[0] == version:
            self._models.move_to_end(name)
            return kept[1]
        self._models.pop(name, None)
        # Room is made first: a new model beside all the old ones may be more than the memory holds.
        while len(self._models) >= KEPT_MODELS:
            self._models.popitem(last=False)
        del kept
        self.free_memory()
        try:
            loaded = load_model(source, self._data_folder, self._builtin_model, pick_device())
        except ModelNotFound as error:
            raise ApiError(404, "model_not_found", str(error)) from error
        tokenizer = loaded.tokenizer
        tokenizer.padding_side = "left"
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
        # A model's own generation settings would add to what the request says.
        loaded.model.generation_config.do_sample = False
        for setting in ("temperature", "top_p", "top_k", "min_p", "typical_p", "repetition_penalty"):
            setattr(loaded.model.generation_config, setting, None)
        self._models[name] = (version, loaded)
        return loaded

    def free_memory(self) -> None:
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _version(self, source: LocalModelSource) -> object:
        """A model that was trained again under its id is another one."""
        if isinstance(source, HubSource):
            return None
        if isinstance(source, BuiltinSource):
            folder = self._builtin_model
        else:
            folder = self._data_folder / (source.folder if isinstance(source, TrainedSource) else source.path)
        return folder.stat().st_mtime_ns if folder.is_dir() else None

"""Names of local models, as a request says them: `<kind>:<what>[?<options>]`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trainer.contracts.model_source import BuiltinSource, FolderSource, HubSource, LocalModelSource, TrainedSource
from trainer.models.find_weights import ModelNotFound
from trainer.models.load_options import LoadOptions, ModelUnusable, parse_options
from trainer.settings import is_safe_name

KINDS = "builtin, trained:<id>, hub:<id>[@<revision>], folder:<path> or gguf:<path>"


@dataclass(frozen=True)
class GgufSource:
    """One file for llama.cpp; relative to the data folder."""

    path: str


@dataclass(frozen=True)
class ModelName:
    source: LocalModelSource | GgufSource
    options: LoadOptions
    adapter: LocalModelSource | None


def parse_model_name(name: str) -> ModelName:
    """Raises ModelNotFound for a name of another form, ModelUnusable for options that are none."""
    plain, _, query = name.partition("?")
    options = parse_options(query)
    kind, _, path = plain.partition(":")
    if kind == "gguf" and path:
        return ModelName(GgufSource(path), options, None)
    return ModelName(parse_source(plain), options, parse_source(options.adapter) if options.adapter else None)


def parse_source(name: str) -> LocalModelSource:
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
    raise ModelNotFound(f"There is no model {name!r} here. Names are {KINDS}.")


def write_source(source: LocalModelSource) -> str:
    """The name of a model, as a request says it."""
    if isinstance(source, BuiltinSource):
        return "builtin"
    if isinstance(source, HubSource):
        return f"hub:{source.id}" + (f"@{source.revision}" if source.revision else "")
    return f"trained:{source.id}" if isinstance(source, TrainedSource) else f"folder:{source.path}"


def plain_source(name: ModelName, task: str) -> LocalModelSource:
    """The source of a model that transformers loads. Raises ModelUnusable for a GGUF file."""
    if isinstance(name.source, GgufSource):
        raise ModelUnusable(f"A GGUF file answers chats only; it does not {task}.")
    return name.source


def local_path(source: LocalModelSource | GgufSource, data_folder: Path, builtin_model: Path) -> Path | None:
    """Where a model's files are; None for one of the Hub."""
    if isinstance(source, HubSource):
        return None
    if isinstance(source, BuiltinSource):
        return builtin_model
    return data_folder / (source.folder if isinstance(source, TrainedSource) else source.path)

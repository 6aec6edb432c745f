"""Where a model's files are, and why they cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import constants, get_session

from trainer.contracts.model_source import BuiltinSource, FolderSource, HubSource, LocalModelSource, TrainedSource
from trainer.data_folder import resolve_in_data
from trainer.errors import PathOutsideData


class ModelNotFound(Exception):
    """Says which model cannot be had, and why."""


def locate(source: LocalModelSource, data_folder: Path, builtin_model: Path) -> Path | str:
    """A folder, or the id of a Hub model. Raises ModelNotFound."""
    if isinstance(source, HubSource):
        # A name that is also a folder here must not be read as one: the reference says Hub.
        if source.id.startswith(("/", ".", "~")) or Path(source.id).exists():
            raise ModelNotFound(f"{source.id} is not the name of a Hub model.")
        return source.id
    if isinstance(source, BuiltinSource):
        folder = builtin_model
    elif isinstance(source, FolderSource):
        folder = data_folder / source.path
    else:
        try:
            folder = resolve_in_data(data_folder, source.folder)
        except PathOutsideData as error:
            raise ModelNotFound(str(error)) from error
    if not (folder / "config.json").is_file() and not (folder / "adapter_config.json").is_file():
        raise ModelNotFound(f"{describe_source(source)} was not found: its folder holds no config.json.")
    return folder


def hub_arguments(source: LocalModelSource) -> tuple[dict[str, Any], str | None]:
    """What `from_pretrained` is told of the Hub, and why the Hub cannot be reached where it cannot."""
    if not isinstance(source, HubSource):
        return {}, None
    arguments: dict[str, Any] = {"revision": source.revision} if source.revision else {}
    unreachable = _why_hub_is_unreachable()
    if unreachable:
        # The libraries would retry for minutes, file by file; what is in the cache can be had at once.
        arguments["local_files_only"] = True
    return arguments, unreachable


def _why_hub_is_unreachable() -> str | None:
    if constants.HF_HUB_OFFLINE:
        return "the Hub is switched off here (HF_HUB_OFFLINE) and the cache does not hold it."
    try:
        get_session().head(constants.ENDPOINT, timeout=5)
    except Exception as error:
        return (
            f"the Hub at {constants.ENDPOINT} cannot be reached ({first_line(error)}) and the cache does not hold it."
        )
    return None


def describe_source(source: LocalModelSource) -> str:
    if isinstance(source, BuiltinSource):
        return "The built-in model"
    if isinstance(source, TrainedSource):
        return f"The trained model {source.id}"
    if isinstance(source, HubSource):
        return f"The Hub model {source.id}" + (f" at {source.revision}" if source.revision else "")
    return f"The model folder {source.path}"


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:500]

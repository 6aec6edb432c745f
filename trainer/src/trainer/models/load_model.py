"""From a reference to weights and tokenizer, following adapters down to what they were trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import constants, get_session
from pydantic import TypeAdapter
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from trainer.contracts.training import BuiltinSource, FolderSource, HubSource, LocalModelSource, TrainedSource
from trainer.data_folder import resolve_in_data
from trainer.errors import PathOutsideData

# Used when a model without a template is trained on chats; it is then saved with the tokenizer.
PLAIN_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }}"
    "{% elif message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\n\n' }}"
    "{% else %}{{ 'Assistant: ' + message['content'] + eos_token }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}"
)


class ModelNotFound(Exception):
    """Says which model cannot be had, and why."""


@dataclass
class LoadedModel:
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    # How its prompts are to be written: as the training wrote them, or None where nothing is known.
    format: str | None


def pick_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"


def load_model(
    source: LocalModelSource, data_folder: Path, builtin_model: Path, device: str, dtype: torch.dtype | None = None
) -> LoadedModel:
    """Loads merged weights; adapters are folded into their base, so the result is a plain transformers model."""
    where, revision = _locate(source, data_folder, builtin_model)
    # Half precision on a processor is slower than single precision, and not every operator has it.
    wanted = dtype or (torch.float32 if device == "cpu" else torch.bfloat16)
    if isinstance(where, Path) and (where / "base.json").is_file():
        return _load_adapter(where, data_folder, builtin_model, device, wanted)
    kwargs: dict[str, Any] = {"revision": revision} if revision else {}
    unreachable = _why_hub_is_unreachable() if isinstance(source, HubSource) else None
    if unreachable:
        # The libraries would retry for minutes, file by file; what is in the cache can be had at once.
        kwargs["local_files_only"] = True
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(where), **kwargs)
        model = AutoModelForCausalLM.from_pretrained(str(where), dtype=wanted, **kwargs)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelNotFound(
            f"{describe_source(source)} cannot be loaded: {unreachable or _first_line(error)}"
        ) from error
    model.to(device)  # pyright: ignore[reportArgumentType]
    model.eval()
    return LoadedModel(model, tokenizer, _trained_format(where) if isinstance(where, Path) else None)


def _why_hub_is_unreachable() -> str | None:
    if constants.HF_HUB_OFFLINE:
        return "the Hub is switched off here (HF_HUB_OFFLINE) and the cache does not hold it."
    try:
        get_session().head(constants.ENDPOINT, timeout=5)
    except Exception as error:
        return (
            f"the Hub at {constants.ENDPOINT} cannot be reached ({_first_line(error)}) and the cache does not hold it."
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


def _locate(source: LocalModelSource, data_folder: Path, builtin_model: Path) -> tuple[Path | str, str | None]:
    if isinstance(source, HubSource):
        # A name that is also a folder here must not be read as one: the reference says Hub.
        if source.id.startswith(("/", ".", "~")) or Path(source.id).exists():
            raise ModelNotFound(f"{source.id} is not the name of a Hub model.")
        return source.id, source.revision
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
    return folder, None


def _load_adapter(folder: Path, data_folder: Path, builtin_model: Path, device: str, dtype: torch.dtype) -> LoadedModel:
    from peft import PeftModel

    reference = json.loads((folder / "base.json").read_text("utf-8"))
    base_source: LocalModelSource = TypeAdapter(LocalModelSource).validate_python(reference["base"])
    base = load_model(base_source, data_folder, builtin_model, device, dtype)
    adapted = PeftModel.from_pretrained(base.model, str(folder))
    merged = adapted.merge_and_unload()  # pyright: ignore[reportCallIssue]
    # Adapting froze these weights; a further training in full needs them free.
    merged.requires_grad_(True)
    merged.eval()
    return LoadedModel(merged, AutoTokenizer.from_pretrained(str(folder)), _trained_format(folder))


def _trained_format(folder: Path) -> str | None:
    record = folder / "reverie-training.json"
    return json.loads(record.read_text("utf-8"))["request"]["format"] if record.is_file() else None


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:500]

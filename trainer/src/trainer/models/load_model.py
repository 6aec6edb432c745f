"""From a reference to weights and tokenizer, following adapters down to what they were trained on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import TypeAdapter
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from trainer.contracts.model_source import LocalModelSource
from trainer.models.find_weights import ModelNotFound, describe_source, first_line, hub_arguments, locate
from trainer.models.load_options import Placement, pick_device

__all__ = ["PLAIN_CHAT_TEMPLATE", "LoadedModel", "ModelNotFound", "load_model", "load_placed", "pick_device"]

# Used when a model without a template is trained on chats; it is then saved with the tokenizer.
PLAIN_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }}"
    "{% elif message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\n\n' }}"
    "{% else %}{{ 'Assistant: ' + message['content'] + eos_token }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}"
)

# Takes where the weights are and what `from_pretrained` is told.
ReadWeights = Callable[[str, dict[str, Any]], PreTrainedModel]
LOAD_ERRORS = (OSError, ValueError, KeyError, ImportError, RuntimeError)


@dataclass
class LoadedModel:
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    # How its prompts are to be written: as the training wrote them, or None where nothing is known.
    format: str | None


def load_model(
    source: LocalModelSource, data_folder: Path, builtin_model: Path, device: str, dtype: torch.dtype | None = None
) -> LoadedModel:
    """A generating model whole on one device: adapters are folded into their base. Raises ModelNotFound."""
    wanted = dtype or (torch.float32 if device == "cpu" else torch.bfloat16)
    return load_placed(source, None, data_folder, builtin_model, Placement({"dtype": wanted}, device))


def read_generator(where: str, kwargs: dict[str, Any]) -> PreTrainedModel:
    """An encoder with a decoder (T5, BART) where the configuration says so, else a causal model."""
    hub = {name: kwargs[name] for name in ("revision", "local_files_only") if name in kwargs}
    config = AutoConfig.from_pretrained(where, **hub)
    kind = AutoModelForSeq2SeqLM if getattr(config, "is_encoder_decoder", False) else AutoModelForCausalLM
    return kind.from_pretrained(where, **kwargs)


def load_placed(
    source: LocalModelSource,
    adapter: LocalModelSource | None,
    data_folder: Path,
    builtin_model: Path,
    placement: Placement,
    read_weights: ReadWeights = read_generator,
) -> LoadedModel:
    """Raises ModelNotFound, and what `read_weights` raises of its own."""
    loaded = _load_source(source, data_folder, builtin_model, placement, read_weights)
    if adapter is not None:
        loaded.model = _adapt(loaded.model, adapter, data_folder, builtin_model)
    loaded.model.eval()
    return loaded


def _load_source(
    source: LocalModelSource, data_folder: Path, builtin_model: Path, placement: Placement, read_weights: ReadWeights
) -> LoadedModel:
    where = locate(source, data_folder, builtin_model)
    if isinstance(where, Path) and (where / "base.json").is_file():
        reference = json.loads((where / "base.json").read_text("utf-8"))
        base_source: LocalModelSource = TypeAdapter(LocalModelSource).validate_python(reference["base"])
        base = _load_source(base_source, data_folder, builtin_model, placement, read_weights)
        model = _adapt(base.model, source, data_folder, builtin_model)
        # Adapting froze these weights; a further training in full needs them free.
        if not _is_quantised(model):
            model.requires_grad_(True)
        return LoadedModel(model, AutoTokenizer.from_pretrained(str(where)), _trained_format(where))
    hub, unreachable = hub_arguments(source)
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(where), **hub)
        model = read_weights(str(where), {**placement.kwargs, **hub})
    except LOAD_ERRORS as error:
        raise ModelNotFound(
            f"{describe_source(source)} cannot be loaded: {unreachable or first_line(error)}"
        ) from error
    if placement.device is not None:
        model.to(placement.device)  # pyright: ignore[reportArgumentType]
    return LoadedModel(model, tokenizer, _trained_format(where) if isinstance(where, Path) else None)


def _adapt(
    model: PreTrainedModel, adapter: LocalModelSource, data_folder: Path, builtin_model: Path
) -> PreTrainedModel:
    from peft import PeftModel

    where = locate(adapter, data_folder, builtin_model)
    hub, unreachable = hub_arguments(adapter)
    try:
        adapted = PeftModel.from_pretrained(model, str(where), **hub)
    except LOAD_ERRORS as error:
        reason = unreachable or first_line(error)
        raise ModelNotFound(f"{describe_source(adapter)} cannot be loaded as an adapter: {reason}") from error
    # Weights of four or eight bits cannot take an adapter in without a loss.
    return adapted if _is_quantised(model) else adapted.merge_and_unload()  # pyright: ignore


def _is_quantised(model: PreTrainedModel) -> bool:
    return getattr(model, "is_quantized", False)


def _trained_format(folder: Path) -> str | None:
    record = folder / "reverie-training.json"
    return json.loads(record.read_text("utf-8"))["request"].get("format") if record.is_file() else None

"""Sequence classifiers of transformers, with or without an adapter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AutoModelForSequenceClassification, PreTrainedModel

from trainer.models.head import read_with_head, trained_head
from trainer.models.load_model import LoadedModel, load_placed
from trainer.models.load_options import ModelUnusable, place_weights
from trainer.models.model_name import ModelName, local_path, plain_source


def load_classifier(name: ModelName, data_folder: Path, builtin_model: Path) -> LoadedModel:
    """Raises ModelNotFound, ModelUnusable."""
    source = plain_source(name, "classify")
    where = local_path(source, data_folder, builtin_model)
    head = trained_head(where) if where is not None else None

    def read_weights(where: str, kwargs: dict[str, Any]) -> PreTrainedModel:
        model, info = AutoModelForSequenceClassification.from_pretrained(where, output_loading_info=True, **kwargs)
        # transformers would fill what is missing at random and say so only in its log. An adapter may bring it.
        if info["missing_keys"] and name.adapter is None:
            missing = ", ".join(sorted(info["missing_keys"])[:3])
            raise ModelUnusable(f"{where} is not a trained sequence classifier: its weights lack {missing}.")
        return model

    placement = place_weights(name.options)
    is_adapter = where is not None and (where / "base.json").is_file()
    # The adapter brings the head; its base need not have one.
    read = read_with_head(head) if head is not None and is_adapter else read_weights
    loaded = load_placed(source, name.adapter, data_folder, builtin_model, placement, read)
    tokenizer, config = loaded.tokenizer, loaded.model.config
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    if config.pad_token_id is None:
        config.pad_token_id = tokenizer.pad_token_id
    return loaded

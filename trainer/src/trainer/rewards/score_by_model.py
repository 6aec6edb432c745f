"""Rewards by a reward model: trained here, or of the Hub."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from trainer.contracts.model_source import LocalModelSource
from trainer.errors import TrainingFailed
from trainer.models.load_classifier import load_classifier
from trainer.models.load_options import LoadOptions, ModelUnusable
from trainer.models.model_name import ModelName, local_path
from trainer.models.save_model import RECORD
from trainer.rewards.written import Score, Written
from trainer.training.train_model import Workplace

# As the trainer of reward models has it, for a model that does not say.
SEPARATOR = "\n\n"


def score_by_model(source: LocalModelSource, place: Workplace) -> Score:
    """Raises ModelNotFound, TrainingFailed."""
    try:
        name = ModelName(source, LoadOptions(device=place.device), None)
        loaded = load_classifier(name, place.data_folder, place.builtin_model)
    except ModelUnusable as error:
        raise TrainingFailed("training_setting_unfit", f"the reward model cannot be used: {error}") from error
    model, tokenizer = loaded.model, loaded.tokenizer
    if model.config.num_labels != 1:
        raise TrainingFailed(
            "training_setting_unfit",
            f"the reward model gives {model.config.num_labels} numbers. A reward is one: choose a reward model.",
        )
    separator = _read_separator(local_path(source, place.data_folder, place.builtin_model))
    length = getattr(model.config, "max_position_embeddings", None)

    def score(written: Written) -> list[float | None]:
        rewards: list[float | None] = []
        pairs = zip(written.questions, written.replies, strict=True)
        texts = [f"{question}{separator}{reply}" for question, reply in pairs]
        for start in range(0, len(texts), place.batch_size):
            batch = tokenizer(
                texts[start : start + place.batch_size],
                padding=True,
                truncation=length is not None,
                max_length=length,
                return_tensors="pt",
                return_token_type_ids=False,
            ).to(place.device)
            with torch.inference_mode():
                rewards.extend(model(**batch).logits[:, 0].float().tolist())
        return rewards

    return score


def _read_separator(folder: Path | None) -> str:
    record = folder / RECORD if folder is not None else None
    if record is None or not record.is_file():
        return SEPARATOR
    return json.loads(record.read_text("utf-8"))["request"].get("separator", SEPARATOR)

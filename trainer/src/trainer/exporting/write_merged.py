"""Weights as safetensors, an adapter folded into its base."""

from __future__ import annotations

from pathlib import Path

import torch

from trainer.models.load_model import LoadedModel


def write_merged(loaded: LoadedModel, folder: Path, precision: torch.dtype) -> None:
    loaded.model.to(precision)  # pyright: ignore[reportArgumentType]
    loaded.model.save_pretrained(str(folder))
    loaded.tokenizer.save_pretrained(str(folder))

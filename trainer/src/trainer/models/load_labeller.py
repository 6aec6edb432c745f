"""What gives labels: a sentence encoder with a head trained here, or a sequence classifier."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sentence_transformers import SentenceTransformer

from trainer.models.linear_head import HEAD_FILE, LinearHead, load_head
from trainer.models.load_classifier import load_classifier
from trainer.models.load_embedder import load_embedder
from trainer.models.load_model import LoadedModel
from trainer.models.model_name import ModelName, local_path


@dataclass
class EncoderWithHead:
    encoder: SentenceTransformer
    head: LinearHead


def load_labeller(name: ModelName, data_folder: Path, builtin_model: Path) -> LoadedModel | EncoderWithHead:
    """Raises ModelNotFound, ModelUnusable."""
    where = local_path(name.source, data_folder, builtin_model)
    if where is not None and (where / HEAD_FILE).is_file():
        return EncoderWithHead(load_embedder(name, data_folder, builtin_model), load_head(where))
    return load_classifier(name, data_folder, builtin_model)

"""Sentence embedding models, through sentence-transformers."""

from __future__ import annotations

from pathlib import Path

from sentence_transformers import SentenceTransformer

from trainer.contracts.model_source import LocalModelSource
from trainer.models.find_weights import ModelNotFound, describe_source, first_line, hub_arguments, locate
from trainer.models.load_model import LOAD_ERRORS
from trainer.models.load_options import ModelUnusable, Placement, place_weights
from trainer.models.model_name import ModelName, plain_source


def load_embedder(name: ModelName, data_folder: Path, builtin_model: Path) -> SentenceTransformer:
    """In single precision unless the options say otherwise. Raises ModelNotFound, ModelUnusable."""
    source = plain_source(name, "embed")
    if name.adapter is not None:
        raise ModelUnusable("An embedding model takes no adapter here. Merge it into the model and name that.")
    model = read_embedder(source, data_folder, builtin_model, place_weights(name.options, default_dtype="float32"))
    model.eval()
    return model


def read_embedder(
    source: LocalModelSource, data_folder: Path, builtin_model: Path, placement: Placement
) -> SentenceTransformer:
    """A model of another kind gets the mean of its tokens as its vector. Raises ModelNotFound."""
    where = locate(source, data_folder, builtin_model)
    hub, unreachable = hub_arguments(source)
    try:
        return SentenceTransformer(str(where), device=placement.device, model_kwargs=placement.kwargs, **hub)
    except LOAD_ERRORS as error:
        reason = unreachable or first_line(error)
        raise ModelNotFound(f"{describe_source(source)} cannot be loaded: {reason}") from error

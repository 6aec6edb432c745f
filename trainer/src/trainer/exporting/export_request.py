"""What an export is asked for."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from trainer.contracts.model_source import LocalModelSource


class ExportRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: LocalModelSource
    format: Literal["merged", "onnx", "gguf"]
    # `auto` is the precision that the model's configuration names.
    precision: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    # Relative to the data folder; what is there is replaced.
    folder: str


class ExportRefused(Exception):
    """Says why this model cannot be written so."""

"""A causal model as an ONNX graph from tokens to logits, by torch's own exporter."""

from __future__ import annotations

from pathlib import Path

# Told here where they are missing: torch imports them only once it has traced the model.
import onnx  # noqa: F401  # pyright: ignore
import onnxscript  # noqa: F401  # pyright: ignore
import torch
from torch.export import Dim

from trainer.exporting.export_request import ExportRefused
from trainer.models.load_model import LoadedModel

NAMES = ["input_ids", "attention_mask"]


class _Logits(torch.nn.Module):
    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).logits


def write_onnx(loaded: LoadedModel, folder: Path, _precision: torch.dtype) -> None:
    """In single precision, which every runtime computes. Raises ExportRefused."""
    model = loaded.model
    if getattr(model.config, "is_encoder_decoder", False):
        raise ExportRefused("A model of an encoder and a decoder is not written as ONNX here.")
    model.set_attn_implementation("eager")
    ids = torch.randint(2, 20, (2, 7))
    mask = torch.ones_like(ids)
    mask[1, :3] = 0
    dims = {0: Dim("batch"), 1: Dim("sequence", max=getattr(model.config, "max_position_embeddings", None))}
    try:
        program = torch.onnx.export(
            _Logits(model).eval(),
            (ids, mask),
            dynamo=True,
            input_names=NAMES,
            output_names=["logits"],
            dynamic_shapes=(dims, dims),
            verbose=False,
        )
    except Exception as error:
        raise ExportRefused(f"torch cannot write this architecture as ONNX: {str(error)[:500]}") from error
    assert program is not None
    # A graph file holds no more than 2 GB.
    program.save(str(folder / "model.onnx"), external_data=True)
    model.config.save_pretrained(str(folder))
    loaded.tokenizer.save_pretrained(str(folder))

"""Puts an adapter upon a model for trainers that do not do so themselves."""

from __future__ import annotations

from typing import cast

from peft import get_peft_model
from transformers import PreTrainedModel, set_seed

from trainer.contracts.training import CommonRequest
from trainer.training.make_arguments import make_adapter


def adapt_model(model: PreTrainedModel, request: CommonRequest, task: str) -> PreTrainedModel:
    """The model itself where all weights are trained."""
    config = make_adapter(request, task)
    if config is None:
        return model
    # An adapter starts at random.
    set_seed(request.seed % 2**32)
    adapted = get_peft_model(model, config)
    if request.gradient_checkpointing:
        adapted.enable_input_require_grads()
    return cast("PreTrainedModel", adapted)

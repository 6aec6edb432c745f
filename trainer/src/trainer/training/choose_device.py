"""Where a training computes and how exactly, or why it cannot."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from trainer.contracts.training import CommonRequest
from trainer.errors import TrainingFailed
from trainer.models.load_options import pick_device


def choose_device(request: CommonRequest) -> str:
    """Raises TrainingFailed where the machine lacks what the request asks for, before anything is loaded."""
    if request.devices > 1 and request.spread == "fsdp" and request.recipe != "fine-tune-causal":  # pyright: ignore
        raise TrainingFailed(
            "training_setting_unfit", "shards over devices (FSDP) are there for fine-tuning alone. Choose copies (DDP)."
        )
    if request.devices > 1 and request.recipe == "setfit":  # pyright: ignore[reportAttributeAccessIssue]
        raise TrainingFailed(
            "training_setting_unfit", "a classifier from few rows (SetFit) is trained on one device. Choose one."
        )
    best = pick_device()
    device = best if request.device == "auto" else request.device
    if device not in ("cpu", best):
        raise TrainingFailed(
            "training_device_missing",
            f"The training asks for {device}, and this machine offers {best}. Choose another device or “automatic”.",
            {"device": device, "available": best},
        )
    if request.method.kind == "qlora" and device != "cuda":
        raise TrainingFailed(
            "training_device_missing",
            "LoRA upon weights of four bits needs a CUDA device. Choose LoRA, or a machine with such a device.",
            {"device": "cuda (for QLoRA)", "available": device},
        )
    if request.precision == "fp16" and device != "cuda":
        raise TrainingFailed(
            "training_device_missing",
            "Training in fp16 needs a CUDA device. Choose another precision.",
            {"device": "cuda (for fp16)", "available": device},
        )
    return device


@dataclass(frozen=True)
class Precision:
    bf16: bool
    fp16: bool


def choose_precision(request: CommonRequest, device: str) -> Precision:
    if request.precision == "auto":
        return Precision(bf16=device == "cuda" and torch.cuda.is_bf16_supported(), fp16=False)
    return Precision(bf16=request.precision == "bf16", fp16=request.precision == "fp16")

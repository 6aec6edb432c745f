"""The devices of this machine, by name."""

from __future__ import annotations


def list_devices() -> list[str]:
    import torch

    if torch.cuda.is_available():
        return [f"cuda:{index} {torch.cuda.get_device_name(index)}" for index in range(torch.cuda.device_count())]
    return ["mps"] if torch.backends.mps.is_available() else ["cpu"]

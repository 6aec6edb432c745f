"""
The head of a few-shot classifier: one weight for each label and dimension of a vector. Kept as safetensors, because the
pickle that setfit writes could run anything when it is read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

HEAD_FILE = "classifier-head.safetensors"


@dataclass(frozen=True)
class LinearHead:
    # [labels, dimensions] and [labels]
    weight: torch.Tensor
    bias: torch.Tensor
    labels: list[str]
    multi_label: bool

    def score(self, vectors: torch.Tensor) -> torch.Tensor:
        """[texts, labels]: those of one label a text sum to one; those of several are each between zero and one."""
        # On the processor: not every device counts in double precision, and there is little to count.
        logits = vectors.cpu().double() @ self.weight.T + self.bias
        return logits.sigmoid() if self.multi_label else logits.softmax(-1)


def save_head(head: LinearHead, folder: Path) -> None:
    # One entry: of several, safetensors writes first what it likes, and the same head would not be the same file.
    about = json.dumps({"labels": head.labels, "multiLabel": head.multi_label}, ensure_ascii=False)
    save_file({"weight": head.weight.contiguous(), "bias": head.bias.contiguous()}, folder / HEAD_FILE, {"head": about})


def load_head(folder: Path) -> LinearHead:
    with safe_open(folder / HEAD_FILE, "pt") as file:
        about = json.loads(file.metadata()["head"])
        return LinearHead(file.get_tensor("weight"), file.get_tensor("bias"), about["labels"], about["multiLabel"])

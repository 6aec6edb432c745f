"""Replies that are learned from more than once outlive the process that wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from trainer.training.group import rank


class KeepsReplies:
    """
    Put before TRL's GRPO or RLOO trainer, which write a batch of replies and take several steps upon it: a checkpoint
    between two of these holds the batch, so that a resumed training goes on with it.
    """

    def _save_checkpoint(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super()._save_checkpoint(*args, **kwargs)  # pyright: ignore[reportAttributeAccessIssue]
        trainer: Any = self
        if trainer._step % (trainer.args.steps_per_generation * trainer.num_iterations):
            folder = Path(trainer.args.output_dir) / f"{PREFIX_CHECKPOINT_DIR}-{trainer.state.global_step}"
            tensors = {
                f"{place}.{name}": tensor.contiguous()
                for place, batch in enumerate(trainer._buffered_inputs)
                for name, tensor in batch.items()
            }
            save_file(tensors, folder / _file_name())

    def _load_from_checkpoint(self, resume_from_checkpoint: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super()._load_from_checkpoint(  # pyright: ignore[reportAttributeAccessIssue]
            resume_from_checkpoint, *args, **kwargs
        )
        trainer: Any = self
        folder = Path(resume_from_checkpoint)
        steps = int(folder.name.rpartition("-")[2])
        trainer._step = steps * trainer.args.gradient_accumulation_steps
        if (folder / _file_name()).is_file():
            batches: list[dict[str, Any]] = [{} for _ in range(trainer.args.steps_per_generation)]
            for key, tensor in load_file(folder / _file_name(), device=str(trainer.accelerator.device)).items():
                place, _, name = key.partition(".")
                batches[int(place)][name] = tensor
            trainer._buffered_inputs = batches


def _file_name() -> str:
    return f"replies-{rank()}.safetensors"

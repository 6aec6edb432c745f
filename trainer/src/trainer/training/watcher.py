"""Follows a training from inside: progress, metrics, complete checkpoints, and the wish to stop."""

from __future__ import annotations

import math
import resource
import time
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback, TrainingArguments
from transformers.trainer_callback import TrainerControl, TrainerState

from trainer.contracts.training import CommonRequest
from trainer.errors import TrainingInterrupted
from trainer.training.checkpoints import mark_complete
from trainer.training.group import is_any, is_main, wait_for_all
from trainer.training.reporter import ProgressState, Reporter, finite_values


class Watcher(TrainerCallback):
    def __init__(
        self, request: CommonRequest, progress: ProgressState, reporter: Reporter, device: str, is_likelihood: bool
    ) -> None:
        self._every_steps = request.checkpoint_every_steps
        self._every_seconds = (request.checkpoint_every_minutes or 0) * 60
        self._saved_at = time.monotonic()
        self._progress = progress
        self._reporter = reporter
        self._device = device
        self._is_likelihood = is_likelihood
        self._tokens: tuple[float, float] | None = None

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_kwargs: object
    ) -> None:
        self._progress.step(state.global_step, state.max_steps, state.epoch or 0)
        # At the end of an epoch or of the training, the evaluation comes first and the checkpoint by itself:
        # one saved before it would be resumed past it.
        ends_epoch = state.global_step >= state.max_steps or float(state.epoch or 0).is_integer()
        if is_any(self._reporter.should_stop() or self._is_due(state.global_step)) and not ends_epoch:
            control.should_save = True

    def _is_due(self, step: int) -> bool:
        by_steps = self._every_steps is not None and step % self._every_steps == 0
        return by_steps or 0 < self._every_seconds <= time.monotonic() - self._saved_at

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_kwargs: object,
    ) -> None:
        logs = dict(logs or {})
        if "eval_loss" in logs:
            values = {key.removeprefix("eval_"): value for key, value in logs.items()}
            if self._is_likelihood:
                values["perplexity"] = math.exp(min(logs["eval_loss"], 700))
            self._reporter.metric(state.global_step, "eval", finite_values(values))
        elif "loss" in logs:
            now = time.monotonic()
            # Missing at a step upon replies that were written, and counted, before.
            if "num_tokens" in logs:
                if self._tokens is not None and now > self._tokens[0]:
                    logs["tokens_per_second"] = (logs["num_tokens"] - self._tokens[1]) / (now - self._tokens[0])
                self._tokens = (now, logs["num_tokens"])
            logs["memory_mb"] = _memory_mb(self._device)
            self._reporter.metric(state.global_step, "train", finite_values(logs))

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_kwargs: object) -> None:
        # Each process has a part of it: where its random numbers are, at the least.
        wait_for_all()
        if is_main():
            mark_complete(Path(str(args.output_dir)) / f"checkpoint-{state.global_step}")
        self._saved_at = time.monotonic()
        if is_any(self._reporter.should_stop()):
            raise TrainingInterrupted


def _memory_mb(device: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

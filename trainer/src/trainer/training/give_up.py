"""Ends a training of a sweep at an evaluation that leaves it behind the trials before."""

from __future__ import annotations

from transformers import TrainerCallback, TrainingArguments
from transformers.trainer_callback import TrainerControl, TrainerState

from trainer.contracts.training import Evaluation, Pruning
from trainer.errors import TrainingFailed
from trainer.sweeps.prune import is_hopeless


class GiveUp(TrainerCallback):
    def __init__(self, pruning: Pruning) -> None:
        self._pruning = pruning

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_kwargs: object
    ) -> None:
        # A resumed training has its evaluations before the checkpoint in the same history.
        course = [
            Evaluation(step=int(entry["step"]), loss=entry["eval_loss"])
            for entry in state.log_history
            if "eval_loss" in entry
        ]
        # At its last step there is nothing to save by giving up.
        if course and state.global_step < state.max_steps and is_hopeless(self._pruning, course):
            last = course[-1]
            message = f"At step {last.step} its validation loss of {last.loss:.4g} was behind the trials before."
            raise TrainingFailed("trial_pruned", message, {"step": last.step, "loss": last.loss})

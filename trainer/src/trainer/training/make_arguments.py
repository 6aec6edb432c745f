"""A request's settings as the arguments of transformers' trainers, and what follows every one of them."""

from __future__ import annotations

import dataclasses
import difflib
import math
from typing import Any, TypeVar

import torch
from peft import LoraConfig
from transformers import EarlyStoppingCallback, TrainerCallback, TrainingArguments

from trainer.contracts.training import CommonRequest, LoraMethod, QloraMethod
from trainer.data.prepare_rows import PreparedRows
from trainer.errors import TrainingFailed
from trainer.training.choose_device import choose_precision
from trainer.training.give_up import GiveUp
from trainer.training.group import sum_of_all
from trainer.training.train_model import Workplace
from trainer.training.watcher import Watcher

# A curve of more points than this tells nothing more, and each point is a row in the database.
LOGGED_POINTS = 2000

# Each layer of the model is a unit; what is saved is the whole model, as of one device.
FSDP: dict[str, Any] = {"fsdp": True, "fsdp_config": {"version": 2, "state_dict_type": "FULL_STATE_DICT"}}

Arguments = TypeVar("Arguments", bound=TrainingArguments)


@dataclasses.dataclass(frozen=True)
class Measure:
    """What a recipe is judged by on the validation rows, as transformers logs it."""

    name: str
    greater_is_better: bool


LOSS = Measure("eval_loss", False)


def make_arguments(
    kind: type[Arguments], request: CommonRequest, place: Workplace, rows: PreparedRows, measure: Measure, **own: object
) -> Arguments:
    """`own` are the recipe's settings. Raises TrainingFailed for an argument that the library does not have."""
    has_validation = rows.validation is not None
    every = request.evaluate_every_steps
    strategy = "steps" if every else "epoch"
    effective = request.batch_size * request.gradient_accumulation
    total = request.max_steps or math.ceil(math.ceil(rows.counts.train_rows / effective) * request.epochs)
    precision = choose_precision(request, place.device)
    keeps_best = has_validation and request.best_checkpoint != "last"
    judge = measure if request.best_checkpoint == "measure" else LOSS
    checkpointing = request.gradient_checkpointing
    arguments: dict[str, Any] = {
        "output_dir": str(place.folder),
        "per_device_train_batch_size": place.batch_size,
        "per_device_eval_batch_size": place.batch_size,
        "gradient_accumulation_steps": effective // request.devices // place.batch_size,
        "num_train_epochs": request.epochs,
        "max_steps": request.max_steps or -1,
        "learning_rate": request.learning_rate,
        "optim": request.optimiser,
        "lr_scheduler_type": "constant_with_warmup" if request.scheduler == "constant" else request.scheduler,
        "warmup_steps": request.warmup_steps,
        "weight_decay": request.weight_decay,
        "max_grad_norm": request.max_grad_norm,
        "seed": request.seed % 2**32,
        "logging_steps": max(1, total // LOGGED_POINTS),
        "logging_nan_inf_filter": False,
        "eval_strategy": strategy if has_validation else "no",
        "eval_steps": every,
        "save_strategy": strategy,
        "save_steps": every or 500,
        # Two, because the older one is dropped before the newer one is known to be complete.
        "save_total_limit": 2,
        "load_best_model_at_end": keeps_best,
        "metric_for_best_model": judge.name if has_validation else None,
        "greater_is_better": judge.greater_is_better if has_validation else None,
        "restore_callback_states_from_checkpoint": True,
        "bf16": precision.bf16,
        "fp16": precision.fp16,
        "use_cpu": place.device == "cpu",
        "gradient_checkpointing": place.device == "cuda" if checkpointing is None else checkpointing,
        "dataloader_pin_memory": place.device == "cuda",
        "report_to": "none",
        **(FSDP if request.spread == "fsdp" and request.devices > 1 else {}),
        "disable_tqdm": True,
        **own,
    }
    _check_advanced(kind, request.advanced, arguments)
    if request.advanced.get("eval_on_start") and not has_validation:
        raise TrainingFailed(
            "training_setting_unfit",
            "eval_on_start asks for validation rows, and there are none. Hold some out, or connect a table.",
        )
    try:
        return kind(**arguments, **request.advanced)
    except (TypeError, ValueError) as error:
        raise TrainingFailed(
            "training_setting_unfit", f"{kind.__name__} of the installed library refuses the settings: {error}"
        ) from error


def _check_advanced(kind: type[TrainingArguments], advanced: dict[str, Any], own: dict[str, Any]) -> None:
    known = {field.name for field in dataclasses.fields(kind) if field.init}
    unknown = sorted(set(advanced) - known)
    if unknown:
        near = {name: difflib.get_close_matches(name, known, n=1) for name in unknown}
        meant = ", ".join(f"{name} (did you mean {close[0]}?)" if close else name for name, close in near.items())
        raise TrainingFailed(
            "training_argument_unknown",
            f"{kind.__name__} has no argument {meant}.",
            {"names": meant, "config": kind.__name__},
        )
    twice = sorted(set(advanced) & set(own))
    if twice:
        raise TrainingFailed(
            "training_setting_unfit",
            f"{', '.join(twice)} is set by a field of its own and cannot stand among the further arguments too.",
        )


def make_callbacks(
    request: CommonRequest, place: Workplace, rows: PreparedRows, *own: TrainerCallback, is_likelihood: bool = False
) -> list[TrainerCallback]:
    """`is_likelihood` says that the loss is one of tokens, of which a perplexity can be told."""
    callbacks: list[TrainerCallback] = [
        Watcher(request, place.progress, place.reporter, place.device, is_likelihood),
        *own,
    ]
    if request.pruning is not None:
        callbacks.append(GiveUp(request.pruning))
    if rows.validation is not None and request.early_stopping:
        callbacks.append(EarlyStoppingCallback(request.early_stopping.patience, request.early_stopping.threshold))
    return callbacks


def make_adapter(request: CommonRequest, task: str, **own: Any) -> LoraConfig | None:  # noqa: ANN401
    """The adapter's settings, or None where all weights are trained. `task` is a name of peft's `TaskType`."""
    method = request.method
    if not isinstance(method, (LoraMethod, QloraMethod)):
        return None
    return LoraConfig(
        r=method.rank,
        lora_alpha=method.alpha,  # pyright: ignore[reportArgumentType]
        lora_dropout=method.dropout,
        target_modules="all-linear",
        task_type=task,
        **own,
    )


def count_tokens(inputs: object) -> int:
    """Of a batch as a trainer is given it: by its masks, or by its ids; 0 for texts yet to be written."""
    named = inputs if isinstance(inputs, dict) or hasattr(inputs, "items") else {}
    tensors = {name: value for name, value in named.items() if isinstance(value, torch.Tensor)}  # pyright: ignore
    masks = [value for name, value in tensors.items() if name.endswith("attention_mask")]
    if masks:
        return int(sum(mask.sum() for mask in masks))
    return sum(value.numel() for name, value in tensors.items() if name.endswith("input_ids"))


class StopsAtNan:
    """
    Put before a trainer of transformers: looks at every loss before it reaches the weights' history, so that the step
    that broke is known by name; and counts tokens, for the libraries that do not.
    """

    tokens_trained = 0

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        if "loss" in logs and self.tokens_trained:
            logs = {"num_tokens": sum_of_all(self.tokens_trained), **logs}
        super().log(logs, *args, **kwargs)  # pyright: ignore[reportAttributeAccessIssue]

    def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ANN401
        self.tokens_trained += count_tokens(args[1] if len(args) > 1 else kwargs.get("inputs"))
        loss = super().training_step(*args, **kwargs)  # pyright: ignore[reportAttributeAccessIssue]
        if not torch.isfinite(loss).all():
            step = self.state.global_step + 1  # pyright: ignore[reportAttributeAccessIssue]
            rate = self.args.learning_rate  # pyright: ignore[reportAttributeAccessIssue]
            raise TrainingFailed(
                "training_nan_loss",
                f"The loss is not a number at step {step}. Lower the learning rate (now {rate:g}), "
                "add warmup steps, or look for broken examples.",
                {"step": step, "learningRate": rate},
            )
        return loss

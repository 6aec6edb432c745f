"""The life of a training, the same for every recipe: resumed, fitted to the memory, saved whole, described."""

from __future__ import annotations

import gc
import importlib.metadata
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from transformers import PreTrainedTokenizerBase, Trainer
from transformers.trainer_callback import TrainerState

from trainer.contracts.outcome import SkippedRow, SkippedRows, TrainingResult
from trainer.contracts.training import CommonRequest
from trainer.data.prepare_rows import PreparedRows
from trainer.data.settle_format import settle_format
from trainer.data_folder import model_folder
from trainer.errors import SmallerBatch, TrainingFailed, is_disk_full, is_out_of_memory
from trainer.models.find_weights import ModelNotFound
from trainer.models.save_model import find_saved_result, save_model, write_model
from trainer.training.checkpoints import find_last_complete, own_folder
from trainer.training.choose_device import choose_device
from trainer.training.fit_batch import fit_batch
from trainer.training.group import as_main_has_it, is_main, join_group, machines, wait_for_all, world_size
from trainer.training.reporter import ProgressState, Reporter

_BATCH_SIZE = "batch-size"
LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "sentence-transformers")


@dataclass(frozen=True)
class Workplace:
    """What a recipe works with beside its request."""

    data_folder: Path
    builtin_model: Path
    # The training's own folder: prepared rows and checkpoints.
    folder: Path
    device: str
    progress: ProgressState
    reporter: Reporter
    # How many rows the memory holds at once; the request's own number at first.
    batch_size: int


@dataclass
class Built:
    """What a recipe has made of its request: all that is left is to train it."""

    trainer: Trainer
    rows: PreparedRows
    # Writes weights and whatever else the model needs into an empty folder.
    write: Callable[[Path], None]
    labels: list[str] = field(default_factory=list)
    # What this recipe alone uses, beside LIBRARIES.
    libraries: tuple[str, ...] = ()


Recipe = Callable[[Any, Workplace], Built]


def train_model(
    recipe: Recipe,
    request: CommonRequest,
    data_folder: Path,
    builtin_model: Path,
    checkpoint_folder: Path,
    reporter: Reporter,
) -> TrainingResult:
    """Raises TrainingFailed, and TrainingInterrupted where the reporter asked to stop."""
    asked, request = request, settle_format(request, data_folder)
    saved = find_saved_result(request, data_folder)
    if saved is not None:
        return saved
    model_folder(data_folder, request.model_id)
    progress = ProgressState(reporter)
    if request is not asked:
        progress.note("format_chat")
    try:
        device = choose_device(request)
        join_group(device == "cpu")
        with own_folder(
            checkpoint_folder, request.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        ) as folder:
            noted = as_main_has_it(_read_batch_size(folder))
            batch_size = fit_batch(request, noted or request.batch_size)
            place = Workplace(data_folder, builtin_model, folder, device, progress, reporter, batch_size)
            result = _train(recipe, request, place)
        if is_main():
            shutil.rmtree(checkpoint_folder, ignore_errors=True)
        return result
    except TrainingFailed as failure:
        if failure.error.code == "trial_pruned" and is_main():
            shutil.rmtree(checkpoint_folder, ignore_errors=True)
        raise
    except ModelNotFound as error:
        raise TrainingFailed("training_model_not_found", str(error)) from error
    except (OSError, RuntimeError) as error:
        if is_disk_full(error):
            raise TrainingFailed(
                "training_disk_full", "The disk of the data folder is full. Free space and start the training again."
            ) from error
        raise


def _train(recipe: Recipe, request: CommonRequest, place: Workplace) -> TrainingResult:
    started = time.monotonic()
    while True:
        place.progress.enter("loading")
        try:
            built = recipe(request, place)
            _run(built.trainer, place)
            break
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if place.batch_size == 1:
                raise TrainingFailed(
                    "training_out_of_memory",
                    "The memory does not hold one example at a time. Lower the maximum length, use LoRA, "
                    "or take a smaller model.",
                    {"maxLength": request.max_length},
                ) from error
            smaller = fit_batch(request, place.batch_size // 2)
            place.progress.note("batch_size_halved", **{"from": place.batch_size, "to": smaller})
            if world_size() > 1:
                # The others wait for this process in the middle of a step, which only a new start ends.
                (place.folder / _BATCH_SIZE).write_text(str(smaller), "utf-8")
                raise SmallerBatch from error
        # Outside the handler: the error's traceback holds the model, and with it the memory.
        place = Workplace(**{**place.__dict__, "batch_size": smaller})
        built = None
        gc.collect()
        if place.device == "cuda":
            torch.cuda.empty_cache()
    place.progress.enter("saving")
    result = _describe(request, built, place.device, time.monotonic() - started)
    write = _make_writer(built, request)
    if is_main():
        save_model(write, request, result, place.data_folder)
    wait_for_all()
    return result


def _read_batch_size(folder: Path) -> int | None:
    noted = folder / _BATCH_SIZE
    return int(noted.read_text("utf-8")) if noted.is_file() else None


def _run(trainer: Trainer, place: Workplace) -> None:
    checkpoint = as_main_has_it(find_last_complete(place.folder) if is_main() else None)
    place.progress.enter("training")
    if checkpoint is not None:
        state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        place.progress.note("resumed_from_checkpoint", step=state.global_step)
        # Declared as a list of callbacks; read from JSON it is a table of their states.
        callbacks = cast("dict[str, Any]", state.stateful_callbacks)
        stopped = callbacks.get("TrainerControl", {}).get("args", {}).get("should_training_stop")
        if stopped and state.best_model_checkpoint and trainer.args.load_best_model_at_end:
            # Training had ended when the process died; going on would undo the early stop.
            trainer.state = state
            trainer._load_best_model()
            return
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)


def _make_writer(built: Built, request: CommonRequest) -> Callable[[Path], None]:
    trainer = built.trainer
    if not trainer.is_fsdp_enabled:
        return built.write
    # Of each weight every process holds a part, so all of them take part in putting it together.
    weights = trainer.accelerator.get_state_dict(trainer.model)
    tokenizer = cast("PreTrainedTokenizerBase", trainer.processing_class)
    return lambda folder: write_model(folder, trainer.model, tokenizer, request, weights)


def _describe(request: CommonRequest, built: Built, device: str, seconds: float) -> TrainingResult:
    state, counts = built.trainer.state, built.rows.counts
    model = cast("torch.nn.Module", built.trainer.model)
    losses = [entry["loss"] for entry in state.log_history if "loss" in entry]
    evaluations = [entry["eval_loss"] for entry in state.log_history if "eval_loss" in entry]
    finite = [loss for loss in evaluations if math.isfinite(loss)]
    return TrainingResult(
        folder=f"models/{request.model_id}",
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        trainable_parameters=sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad),
        steps=state.global_step,
        train_rows=counts.train_rows,
        validation_rows=counts.validation_rows,
        skipped=SkippedRows(
            count=counts.skipped, rows=[SkippedRow.model_validate(entry) for entry in counts.skipped_rows]
        ),
        truncated_rows=counts.truncated_rows,
        final_train_loss=losses[-1] if losses else None,
        best_eval_loss=min(finite) if finite else None,
        measures=_read_measures(built.trainer),
        labels=built.labels,
        stopped_early=state.global_step < state.max_steps,
        device=torch.cuda.get_device_name() if device == "cuda" else device,
        devices=request.devices,
        spread=request.spread if request.devices > 1 else None,
        machines=machines(),
        seconds=seconds,
        libraries={name: importlib.metadata.version(name) for name in (*LIBRARIES, *built.libraries)},
    )


_TIMINGS = ("runtime", "samples_per_second", "steps_per_second", "model_preparation_time", "num_tokens")


def _read_measures(trainer: Trainer) -> dict[str, float]:
    """What was measured on the validation rows when the weights that are kept were evaluated."""
    state = trainer.state
    evaluations = [entry for entry in state.log_history if "eval_loss" in entry]
    best = state.best_global_step if trainer.args.load_best_model_at_end else None
    kept = [entry for entry in evaluations if entry["step"] == best] or evaluations[-1:]
    return {
        key.removeprefix("eval_"): float(value)
        for entry in kept
        for key, value in entry.items()
        if key.startswith("eval_") and key.removeprefix("eval_") not in _TIMINGS and math.isfinite(value)
    }

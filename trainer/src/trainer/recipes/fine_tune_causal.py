"""Fine-tunes a causal language model on prompts and answers, top to bottom."""

from __future__ import annotations

import gc
import importlib.metadata
import math
import shutil
import time
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig
from transformers import EarlyStoppingCallback, PreTrainedModel, TrainerCallback
from transformers.trainer_callback import TrainerState
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from trainer.contracts.training import LoraMethod, SkippedRow, SkippedRows, TrainingRequest, TrainingResult
from trainer.data.prepare_examples import PreparedExamples, prepare_examples
from trainer.data_folder import model_folder
from trainer.errors import TrainingFailed, is_disk_full, is_out_of_memory
from trainer.models.load_model import PLAIN_CHAT_TEMPLATE, LoadedModel, ModelNotFound, load_model, pick_device
from trainer.models.save_model import find_saved_result, save_model
from trainer.training.checkpoints import find_last_complete, own_folder
from trainer.training.reporter import ProgressState, Reporter
from trainer.training.watcher import Watcher

LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
# A curve of more points than this tells nothing more, and each point is a row in the database.
LOGGED_POINTS = 2000


def fine_tune_causal(
    request: TrainingRequest, data_folder: Path, builtin_model: Path, checkpoint_folder: Path, reporter: Reporter
) -> TrainingResult:
    saved = find_saved_result(request, data_folder)
    if saved is not None:
        return saved
    model_folder(data_folder, request.model_id)
    progress = ProgressState(reporter)
    try:
        with own_folder(checkpoint_folder, request.to_json()) as folder:
            result = _train(request, data_folder, builtin_model, folder, progress, reporter)
        shutil.rmtree(checkpoint_folder, ignore_errors=True)
        return result
    except ModelNotFound as error:
        raise TrainingFailed("training_model_not_found", str(error)) from error
    except (OSError, RuntimeError) as error:
        if is_disk_full(error):
            raise TrainingFailed(
                "training_disk_full", "The disk of the data folder is full. Free space and start the training again."
            ) from error
        raise


def _train(
    request: TrainingRequest,
    data_folder: Path,
    builtin_model: Path,
    folder: Path,
    progress: ProgressState,
    reporter: Reporter,
) -> TrainingResult:
    started = time.monotonic()
    device = pick_device()
    batch_size = request.batch_size
    examples: PreparedExamples | None = None
    while True:
        progress.enter("loading")
        loaded = _load_base(request, data_folder, builtin_model, device)
        if examples is None:
            progress.enter("preparing")
            request_in_context = _fit_context(request, loaded.model, progress)
            examples = prepare_examples(request_in_context, loaded.tokenizer, data_folder, folder / "prepared")
            if examples.validation is None and (request.validation_fraction > 0 or request.data.validation):
                progress.note("validation_empty", fraction=request.validation_fraction)
        try:
            trainer = _build_trainer(request, loaded, examples, folder, batch_size, device, progress, reporter)
            _run(trainer, folder, progress)
            break
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if batch_size == 1:
                raise TrainingFailed(
                    "training_out_of_memory",
                    "The memory does not hold one example at a time. Lower the maximum length, use LoRA, "
                    "or take a smaller model.",
                    {"maxLength": request.max_length},
                ) from error
            smaller = _next_batch_size(batch_size, request.batch_size * request.gradient_accumulation)
            progress.note("batch_size_halved", **{"from": batch_size, "to": smaller})
            batch_size = smaller
        # Outside the handler: the error's traceback holds the model, and with it the memory.
        trainer = loaded = None
        gc.collect()
        if device == "cuda":
            torch.cuda.empty_cache()
    progress.enter("saving")
    result = _describe(request, trainer, examples, device, time.monotonic() - started)
    save_model(trainer.model, loaded.tokenizer, request, result, data_folder)  # pyright: ignore[reportArgumentType]
    return result


def _load_base(request: TrainingRequest, data_folder: Path, builtin_model: Path, device: str) -> LoadedModel:
    # Full training keeps its weights in single precision: small updates vanish in bfloat16.
    dtype = torch.float32 if request.method.kind == "full" else None
    loaded = load_model(request.base, data_folder, builtin_model, device, dtype)
    tokenizer = loaded.tokenizer
    if tokenizer.eos_token is None:
        raise ModelNotFound("The model's tokenizer has no end-of-text token, so it could not learn to stop.")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if request.format == "chat" and tokenizer.chat_template is None:
        tokenizer.chat_template = PLAIN_CHAT_TEMPLATE
    return loaded


def _fit_context(request: TrainingRequest, model: PreTrainedModel, progress: ProgressState) -> TrainingRequest:
    context = getattr(model.config, "max_position_embeddings", None)
    if context is None or request.max_length <= context:
        return request
    progress.note("max_length_reduced", **{"from": request.max_length, "to": context})
    return request.model_copy(update={"max_length": context})


def _next_batch_size(batch_size: int, effective: int) -> int:
    smaller = batch_size // 2
    while effective % smaller:
        smaller -= 1
    return smaller


def _build_trainer(
    request: TrainingRequest,
    loaded: LoadedModel,
    examples: PreparedExamples,
    folder: Path,
    batch_size: int,
    device: str,
    progress: ProgressState,
    reporter: Reporter,
) -> _WatchedTrainer:
    has_validation = examples.validation is not None
    every = request.evaluate_every_steps
    strategy = "steps" if every else "epoch"
    accumulation = request.batch_size * request.gradient_accumulation // batch_size
    steps_an_epoch = math.ceil(examples.counts.train_rows / (request.batch_size * request.gradient_accumulation))
    total = request.max_steps or math.ceil(steps_an_epoch * request.epochs)
    args = SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=batch_size,
        per_device_eval_batch_size=batch_size,
        gradient_accumulation_steps=accumulation,
        num_train_epochs=request.epochs,
        max_steps=request.max_steps or -1,
        learning_rate=request.learning_rate,
        lr_scheduler_type="constant_with_warmup" if request.scheduler == "constant" else request.scheduler,
        warmup_steps=request.warmup_steps,
        weight_decay=request.weight_decay,
        max_length=None,
        seed=request.seed % 2**32,
        logging_steps=max(1, total // LOGGED_POINTS),
        logging_nan_inf_filter=False,
        eval_strategy=strategy if has_validation else "no",
        eval_steps=every,
        save_strategy=strategy,
        save_steps=every or 500,
        # Two, because the older one is dropped before the newer one is known to be complete.
        save_total_limit=2,
        load_best_model_at_end=has_validation,
        metric_for_best_model="eval_loss" if has_validation else None,
        greater_is_better=False if has_validation else None,
        restore_callback_states_from_checkpoint=True,
        bf16=device == "cuda" and torch.cuda.is_bf16_supported(),
        fp16=False,
        use_cpu=device == "cpu",
        gradient_checkpointing=device == "cuda",
        dataloader_pin_memory=device == "cuda",
        prediction_loss_only=True,
        report_to="none",
        disable_tqdm=True,
    )
    callbacks: list[TrainerCallback] = [Watcher(progress, reporter, device)]
    if has_validation and request.early_stopping:
        stopping = request.early_stopping
        callbacks.append(EarlyStoppingCallback(stopping.patience, stopping.threshold))
    return _WatchedTrainer(
        model=loaded.model,
        args=args,
        train_dataset=examples.train,
        eval_dataset=examples.validation,
        processing_class=loaded.tokenizer,
        peft_config=_lora_config(request.method) if isinstance(request.method, LoraMethod) else None,
        callbacks=callbacks,
    )


def _lora_config(method: LoraMethod) -> LoraConfig:
    return LoraConfig(
        r=method.rank,
        lora_alpha=method.alpha,  # pyright: ignore[reportArgumentType]
        lora_dropout=method.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )


def _run(trainer: _WatchedTrainer, folder: Path, progress: ProgressState) -> None:
    checkpoint = find_last_complete(folder)
    progress.enter("training")
    if checkpoint is not None:
        state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        progress.note("resumed_from_checkpoint", step=state.global_step)
        # Declared as a list of callbacks; read from JSON it is a table of their states.
        callbacks = cast("dict[str, Any]", state.stateful_callbacks)
        stopped = callbacks.get("TrainerControl", {}).get("args", {}).get("should_training_stop")
        if stopped and state.best_model_checkpoint:
            # Training had ended when the process died; going on would undo the early stop.
            trainer.state = state
            trainer._load_best_model()
            return
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)


class _WatchedTrainer(SFTTrainer):
    """Looks at every loss before it reaches the weights' history, so that the step that broke is known by name."""

    def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ANN401
        loss = super().training_step(*args, **kwargs)
        if not torch.isfinite(loss):
            step = self.state.global_step + 1
            raise TrainingFailed(
                "training_nan_loss",
                f"The loss is not a number at step {step}. Lower the learning rate (now {self.args.learning_rate:g}), "
                "add warmup steps, or look for broken examples.",
                {"step": step, "learningRate": self.args.learning_rate},
            )
        return loss


def _describe(
    request: TrainingRequest, trainer: _WatchedTrainer, examples: PreparedExamples, device: str, seconds: float
) -> TrainingResult:
    state, counts = trainer.state, examples.counts
    model = trainer.model
    assert model is not None
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
        stopped_early=state.global_step < state.max_steps,
        device=torch.cuda.get_device_name() if device == "cuda" else device,
        seconds=seconds,
        libraries={name: importlib.metadata.version(name) for name in LIBRARIES},
    )

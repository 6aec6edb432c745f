"""What the trainer tells of a training: how far it is, what came of it, why it failed. Mirrored as its requests are."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from trainer.contracts.strict import Strict


class ProgressNote(Strict):
    code: str
    data: dict[str, Any]


class TrainingProgress(Strict):
    phase: Literal["loading", "preparing", "training", "saving"]
    step: int = Field(ge=0)
    total_steps: int | None = Field(ge=0)
    epoch: float = Field(ge=0)
    seconds_left: float | None = Field(ge=0)
    notes: list[ProgressNote]


class SkippedRow(Strict):
    row: int
    code: str


class SkippedRows(Strict):
    count: int
    rows: list[SkippedRow] = Field(max_length=1000)


class TrainingResult(Strict):
    folder: str
    parameters: int
    trainable_parameters: int
    steps: int
    train_rows: int
    validation_rows: int
    skipped: SkippedRows
    truncated_rows: int
    final_train_loss: float | None
    best_eval_loss: float | None
    measures: dict[str, float]
    labels: list[str]
    stopped_early: bool
    device: str
    devices: int = Field(default=1, ge=1)
    spread: Literal["ddp", "fsdp"] | None = None
    machines: int = Field(default=1, ge=1)
    seconds: float
    libraries: dict[str, str]


TrainingErrorCode = Literal[
    "training_no_rows",
    "training_column_missing",
    "training_model_not_found",
    "training_label_single",
    "training_label_unseen",
    "training_labels_too_many",
    "training_validation_shared",
    "training_argument_unknown",
    "training_template_invalid",
    "training_device_missing",
    "training_devices_missing",
    "training_machines_apart",
    "training_memory_short",
    "training_setting_unfit",
    "training_nan_loss",
    "training_out_of_memory",
    "training_disk_full",
    "training_crashed",
    "trial_pruned",
]


# What a message can name. A list or a table of values has no place in a sentence.
Scalar = str | float | bool | None


class TrainingError(Strict):
    code: TrainingErrorCode
    message: str
    data: dict[str, Scalar]

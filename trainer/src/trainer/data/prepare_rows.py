"""Parquet parts to memory-mapped files of what a trainer reads, a batch of rows at a time."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset

from trainer.contracts.training import CommonRequest, TrainingTable
from trainer.data.read_rows import Row, read_rows
from trainer.data.shared_rows import SharedRows
from trainer.data_folder import fsync_path
from trainer.errors import TrainingFailed
from trainer.training.group import main_first
from trainer.training.reporter import ProgressState

ROWS_A_BATCH = 512
LISTED_SKIPS = 1000


@dataclass(frozen=True)
class Example:
    """What a trainer is given for a row, by the names of the schema."""

    values: dict[str, Any]
    truncated: bool = False


@dataclass(frozen=True)
class Skip:
    """A row that cannot be trained on, and why."""

    code: str
    truncated: bool = False


# Makes an example of a row; the flag says whether it is a row of the training table.
MakeExample = Callable[[Row, bool], Example | Skip]


@dataclass
class PreparedCounts:
    train_rows: int = 0
    validation_rows: int = 0
    truncated_rows: int = 0
    skipped: int = 0
    skipped_rows: list[dict[str, Any]] = field(default_factory=list)
    # Of all that were left out, how many for each reason.
    reasons: dict[str, int] = field(default_factory=dict)
    # Validation rows that are training rows too.
    shared_rows: int = 0


@dataclass
class PreparedRows:
    train: Dataset
    validation: Dataset | None
    counts: PreparedCounts


def prepare_rows(
    request: CommonRequest,
    columns: Sequence[str],
    schema: pa.Schema,
    make_example: MakeExample,
    data_folder: Path,
    folder: Path,
    progress: ProgressState,
) -> PreparedRows:
    """
    Reuses what an earlier attempt prepared, so that going on after a crash sees the same rows in the same order.
    Raises TrainingFailed where there is nothing to train on, or nothing new to validate on.
    """
    progress.enter("preparing")
    folder = folder / "prepared"
    record = folder / "prepared.json"
    with main_first():
        if not record.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            counts = _write_examples(request, columns, schema, make_example, data_folder, folder)
            draft = folder / "prepared.json.partial"
            draft.write_text(json.dumps(asdict(counts)), "utf-8")
            fsync_path(draft)
            os.replace(draft, record)
    counts = PreparedCounts(**json.loads(record.read_text("utf-8")))
    _check_counts(request, counts, progress)
    validation = Dataset.from_file(str(folder / "validation.arrow")) if counts.validation_rows else None
    return PreparedRows(Dataset.from_file(str(folder / "train.arrow")), validation, counts)


def _check_counts(request: CommonRequest, counts: PreparedCounts, progress: ProgressState) -> None:
    if counts.train_rows == 0:
        message = f"every row was left out: {describe_reasons(counts)}" if counts.skipped else "the table is empty"
        raise TrainingFailed("training_no_rows", message, {"skipped": counts.skipped})
    if counts.validation_rows == 0:
        if request.validation_fraction > 0 or request.data.validation:
            progress.note("validation_empty", fraction=request.validation_fraction)
    elif counts.shared_rows == counts.validation_rows and request.data.validation:
        raise TrainingFailed(
            "training_validation_shared",
            f"All {counts.validation_rows} validation rows are training rows too, so they would measure nothing. "
            "Connect rows that are kept apart, for example by a split.",
            {"rows": counts.validation_rows},
        )
    elif counts.shared_rows > 0:
        progress.note("validation_rows_shared", count=counts.shared_rows, of=counts.validation_rows)


def describe_reasons(counts: PreparedCounts) -> str:
    """Such as `12 × null value, 4 × prompt too long`, the commonest first."""
    sorted_reasons = sorted(counts.reasons.items(), key=lambda reason: (-reason[1], reason[0]))
    return ", ".join(f"{count} × {code.replace('_', ' ')}" for code, count in sorted_reasons)


def _write_examples(
    request: CommonRequest,
    columns: Sequence[str],
    schema: pa.Schema,
    make_example: MakeExample,
    data_folder: Path,
    folder: Path,
) -> PreparedCounts:
    counts = PreparedCounts()
    own_validation = request.data.validation
    holdout = _Holdout(request) if own_validation is None else None
    with (
        _ExampleWriter(folder / "train.arrow", schema) as train,
        _ExampleWriter(folder / "validation.arrow", schema) as validation,
        SharedRows(folder / "shared.sqlite") as shared,
    ):

        def write_table(table: TrainingTable, is_train: bool) -> None:
            for number, row in read_rows(table, columns, data_folder):
                example = make_example(row, is_train)
                counts.truncated_rows += example.truncated
                if isinstance(example, Skip):
                    counts.skipped += 1
                    code = example.code if is_train else f"validation_{example.code}"
                    counts.reasons[code] = counts.reasons.get(code, 0) + 1
                    if len(counts.skipped_rows) < LISTED_SKIPS:
                        counts.skipped_rows.append({"row": number, "code": code})
                    continue
                held = not is_train or (holdout is not None and holdout.takes(number))
                (validation if held else train).write(example.values)
                shared.add(row, held)

        write_table(request.data.train, True)
        if own_validation:
            write_table(own_validation, False)
        counts.train_rows, counts.validation_rows = train.rows, validation.rows
        counts.shared_rows = shared.count()
    return counts


class _Holdout:
    """Selection sampling: exactly the wanted share of the rows, in one pass and without a list of them."""

    def __init__(self, request: CommonRequest) -> None:
        self._rows_left = request.data.train.rows
        # One row at least stays for the training.
        self._wanted = max(0, min(int(self._rows_left * request.validation_fraction), self._rows_left - 1))
        self._random = random.Random(request.seed)
        self._next_row = 0

    def takes(self, row: int) -> bool:
        taken = False
        # Rows that were left out pass through too, so that a choice depends on a row's place alone.
        while self._next_row <= row:
            taken = self._rows_left > 0 and self._random.random() * self._rows_left < self._wanted
            self._wanted -= taken
            self._rows_left -= 1
            self._next_row += 1
        return taken


def _to_array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if kind != pa.json_():
        return pa.array(values, kind)
    texts = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    return pa.ExtensionArray.from_storage(kind, pa.array(texts, pa.string()))


class _ExampleWriter:
    """Examples in batches: a batch of one example each would cost more in headers than in values."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.rows = 0
        self._schema = schema
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._file, schema)
        self._waiting: list[dict[str, Any]] = []

    def write(self, example: dict[str, Any]) -> None:
        self.rows += 1
        self._waiting.append(example)
        if len(self._waiting) >= ROWS_A_BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            columns = [_to_array([row[field.name] for row in self._waiting], field.type) for field in self._schema]
            self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))
            self._waiting = []

    def __enter__(self) -> _ExampleWriter:
        return self

    def __exit__(self, *_error: object) -> None:
        self._flush()
        self._writer.close()
        self._file.close()

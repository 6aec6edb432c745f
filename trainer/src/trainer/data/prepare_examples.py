"""Parquet parts to a memory-mapped file of token ids, a batch of rows at a time."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from trainer.contracts.training import TrainingColumns, TrainingRequest, TrainingTable
from trainer.data.tokenise_example import IGNORED, tokenise_example
from trainer.data_folder import fsync_path, resolve_in_data
from trainer.errors import TrainingFailed

ROWS_A_BATCH = 512
LISTED_SKIPS = 1000
_SCHEMA = pa.schema([("input_ids", pa.list_(pa.int32())), ("labels", pa.list_(pa.int32()))])


@dataclass
class PreparedCounts:
    train_rows: int = 0
    validation_rows: int = 0
    truncated_rows: int = 0
    skipped: int = 0
    skipped_rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class PreparedExamples:
    train: Dataset
    validation: Dataset | None
    counts: PreparedCounts


def prepare_examples(
    request: TrainingRequest, tokenizer: PreTrainedTokenizerBase, data_folder: Path, folder: Path
) -> PreparedExamples:
    """Reuses what an earlier attempt prepared, so that going on after a crash sees the same rows in the same order."""
    record = folder / "prepared.json"
    if not record.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        counts = _write_examples(request, tokenizer, data_folder, folder)
        draft = folder / "prepared.json.partial"
        draft.write_text(json.dumps(asdict(counts)), "utf-8")
        fsync_path(draft)
        os.replace(draft, record)
    counts = PreparedCounts(**json.loads(record.read_text("utf-8")))
    if counts.train_rows == 0:
        raise TrainingFailed(
            "training_no_rows",
            "No row of the training table can be trained on: every row was left out or the table is empty.",
            {"skipped": counts.skipped, "rows": counts.skipped_rows[:10]},
        )
    validation = Dataset.from_file(str(folder / "validation.arrow")) if counts.validation_rows else None
    return PreparedExamples(Dataset.from_file(str(folder / "train.arrow")), validation, counts)


def _write_examples(
    request: TrainingRequest, tokenizer: PreTrainedTokenizerBase, data_folder: Path, folder: Path
) -> PreparedCounts:
    counts = PreparedCounts()
    own_validation = request.data.validation
    holdout = _Holdout(request) if own_validation is None else None
    with _ExampleWriter(folder / "train.arrow") as train, _ExampleWriter(folder / "validation.arrow") as validation:
        for row, example in _read_examples(request, request.data.train, tokenizer, data_folder, counts, True):
            (validation if holdout and holdout.takes(row) else train).write(example)
        if own_validation:
            for _row, example in _read_examples(request, own_validation, tokenizer, data_folder, counts, False):
                validation.write(example)
        counts.train_rows, counts.validation_rows = train.rows, validation.rows
    return counts


class _Holdout:
    """Selection sampling: exactly the wanted share of the rows, in one pass and without a list of them."""

    def __init__(self, request: TrainingRequest) -> None:
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


class _ExampleWriter:
    """Examples in batches: a batch of one example each would cost more in headers than in tokens."""

    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._file, _SCHEMA)
        self._waiting: list[tuple[list[int], list[int]]] = []

    def write(self, example: tuple[list[int], list[int]]) -> None:
        self.rows += 1
        self._waiting.append(example)
        if len(self._waiting) >= ROWS_A_BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            columns = [pa.array(column, pa.list_(pa.int32())) for column in zip(*self._waiting, strict=True)]
            self._writer.write_batch(pa.record_batch(columns, schema=_SCHEMA))
            self._waiting = []

    def __enter__(self) -> _ExampleWriter:
        return self

    def __exit__(self, *_error: object) -> None:
        self._flush()
        self._writer.close()
        self._file.close()


def _read_examples(
    request: TrainingRequest,
    table: TrainingTable,
    tokenizer: PreTrainedTokenizerBase,
    data_folder: Path,
    counts: PreparedCounts,
    is_train: bool,
) -> Iterator[tuple[int, tuple[list[int], list[int]]]]:
    for row, prompt, completion in read_rows(table, request.columns, data_folder):
        code = _reason_to_skip(request.columns, prompt, completion)
        if code is None:
            ids, labels = tokenise_example(
                tokenizer, prompt, completion or "", request.format == "chat", request.system_prompt
            )
            if len(ids) > request.max_length:
                counts.truncated_rows += 1
                ids, labels = ids[: request.max_length], labels[: request.max_length]
            # The first token has nothing before it to be predicted from, so it alone gives no loss.
            if any(label != IGNORED for label in labels[1:]):
                yield row, (ids, labels)
                continue
            code = "nothing_left_after_truncation"
        counts.skipped += 1
        if len(counts.skipped_rows) < LISTED_SKIPS:
            counts.skipped_rows.append({"row": row, "code": code if is_train else f"validation_{code}"})


def _reason_to_skip(columns: TrainingColumns, prompt: str | None, completion: str | None) -> str | None:
    if completion is None or (columns.prompt is not None and prompt is None):
        return "null_value"
    return "empty_value" if completion == "" else None


def read_rows(
    table: TrainingTable, columns: TrainingColumns, data_folder: Path
) -> Iterator[tuple[int, str | None, str | None]]:
    wanted = [name for name in (columns.prompt, columns.completion) if name is not None]
    row = 0
    for part in table.parts:
        with pq.ParquetFile(resolve_in_data(data_folder, part), memory_map=True) as file:
            missing = [name for name in wanted if name not in file.schema_arrow.names]
            if missing:
                raise TrainingFailed(
                    "training_column_missing",
                    f"The table has no column {missing[0]}.",
                    {"column": missing[0], "columns": file.schema_arrow.names},
                )
            for batch in file.iter_batches(batch_size=ROWS_A_BATCH, columns=list(dict.fromkeys(wanted))):
                completions = batch.column(columns.completion).to_pylist()
                prompts = batch.column(columns.prompt).to_pylist() if columns.prompt else [None] * len(completions)
                for prompt, completion in zip(prompts, completions, strict=True):
                    yield row, _to_text(prompt), _to_text(completion)
                    row += 1


def _to_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)

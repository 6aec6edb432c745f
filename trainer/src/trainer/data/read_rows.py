"""The rows of a table, a batch of them in memory at a time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from trainer.contracts.training import TrainingTable
from trainer.data_folder import resolve_in_data
from trainer.errors import TrainingFailed

Row = dict[str, Any]
ROWS_A_BATCH = 512


def read_rows(table: TrainingTable, columns: Sequence[str], data_folder: Path) -> Iterator[tuple[int, Row]]:
    """Each row's number and its values in the columns. Raises TrainingFailed for a column that is not there."""
    number = 0
    for part in table.parts:
        with pq.ParquetFile(resolve_in_data(data_folder, part), memory_map=True) as file:
            missing = [name for name in columns if name not in file.schema_arrow.names]
            if missing:
                raise TrainingFailed(
                    "training_column_missing",
                    f"The table has no column {missing[0]}. It has: {', '.join(file.schema_arrow.names)}.",
                    {"column": missing[0]},
                )
            for batch in file.iter_batches(batch_size=ROWS_A_BATCH, columns=list(dict.fromkeys(columns))):
                for row in batch.to_pylist():
                    yield number, row
                    number += 1


def to_text(value: object) -> str | None:
    """A cell as text: what is no text is written as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def read_number(value: object) -> float | None:
    """A cell as a finite number; None for another."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def reason_to_skip(*texts: str | None) -> str | None:
    """Why a row with these cells cannot be trained on; None where all of them hold something."""
    if any(text is None for text in texts):
        return "null_value"
    return "empty_value" if any(text == "" for text in texts) else None

"""The labels of a table's rows, as text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from trainer.contracts.training import ClassifierRequest, SetFitRequest, TrainingTable
from trainer.data.read_rows import Row, read_rows, to_text
from trainer.errors import TrainingFailed

# More distinct values than this are no labels.
MOST_LABELS = 10_000

LabelledRequest = ClassifierRequest | SetFitRequest


def labels_of(value: object, multi: bool) -> list[str] | None:
    """The labels of a cell as text; None where it holds none. A text may list several as JSON does in a column."""
    if value is None or value == "":
        return None
    if multi and isinstance(value, Iterable) and not isinstance(value, str):
        return [str(one) for one in value if one is not None and one != ""]
    return [str(to_text(value))]


def collect_labels(request: LabelledRequest, data_folder: Path) -> list[str]:
    """
    All labels of the training table, sorted. Raises TrainingFailed where there is nothing to tell apart, or where a
    validation row has a label that no training row has.
    """
    found: set[str] = set()
    for _number, row in _label_rows(request, request.data.train, data_folder):
        found.update(labels_of(row[request.columns.label], request.multi_label) or ())
        if len(found) > MOST_LABELS:
            raise TrainingFailed(
                "training_labels_too_many",
                f"The label column holds more than {MOST_LABELS} different values.",
                {"most": MOST_LABELS},
            )
    if not found:
        raise TrainingFailed("training_no_rows", "No row of the training table has a label.")
    check_several(found)
    _check_validation(request, found, data_folder)
    return sorted(found)


def check_several(labels: set[str]) -> None:
    if len(labels) == 1:
        [label] = labels
        raise TrainingFailed(
            "training_label_single",
            f"All training rows have the label “{label}”. A classifier needs at least two.",
            {"label": label},
        )


def unseen_label(number: int, label: str) -> TrainingFailed:
    return TrainingFailed(
        "training_label_unseen",
        f"The validation row {number} has the label “{label}”, which no training row has.",
        {"row": number, "label": label},
    )


def _check_validation(request: LabelledRequest, known: set[str], data_folder: Path) -> None:
    if request.data.validation is None:
        return
    for number, row in _label_rows(request, request.data.validation, data_folder):
        for label in labels_of(row[request.columns.label], request.multi_label) or ():
            if label not in known:
                raise unseen_label(number, label)


def _label_rows(request: LabelledRequest, table: TrainingTable, data_folder: Path) -> Iterable[tuple[int, Row]]:
    return read_rows(table, [request.columns.label], data_folder)

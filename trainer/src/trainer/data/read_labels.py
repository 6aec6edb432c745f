"""The labels of a table's rows, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.contracts.training import ClassifierRequest, SetFitRequest, TrainingTable
from trainer.data.label_text import find_separator, label_key, label_text, listed_labels
from trainer.data.read_rows import read_rows
from trainer.errors import TrainingFailed
from trainer.training.reporter import ProgressState

# More distinct values than this are no labels.
MOST_LABELS = 10_000
# Labels named in a note.
NAMED = 10

LabelledRequest = ClassifierRequest | SetFitRequest


@dataclass(frozen=True)
class Labels:
    """The labels of a training table, by the spelling that came first, sorted."""

    names: list[str]
    places: dict[str, int]
    multi: bool
    # Between the labels of a text; None where a text is one label.
    separator: str | None

    def of(self, value: object) -> list[int] | None:
        """The places of a cell's labels; None where it holds none. Of one label each, the list has one."""
        texts = _texts_of(value, self.multi, self.separator)
        return None if texts is None else [self.places[label_key(text)] for text in texts]


def _texts_of(value: object, multi: bool, separator: str | None) -> list[str] | None:
    if value is None or value == "":
        return None
    if not multi:
        return [label_text(value)]
    listed = listed_labels(value)
    if listed is None:
        text = label_text(value)
        listed = [part.strip() for part in text.split(separator)] if separator and isinstance(value, str) else [text]
    labels = [label_text(one) for one in listed if one is not None and one != ""]
    return list({label_key(label): label for label in labels}.values())


def collect_labels(request: LabelledRequest, data_folder: Path, progress: ProgressState) -> Labels:
    """
    All labels of the training table. Raises TrainingFailed where there is nothing to tell apart, or where a
    validation row has a label that no training row has.
    """
    multi, cells = request.multi_label, lambda: _cells(request, request.data.train, data_folder)
    plain = (text for text in cells() if isinstance(text, str) and listed_labels(text) is None) if multi else ()
    separator = find_separator(plain)
    if separator is not None:
        progress.note("labels_split", separator=separator)
    found: dict[str, str] = {}
    for value in cells():
        for text in _texts_of(value, multi, separator) or ():
            found.setdefault(label_key(text), text)
        if len(found) > MOST_LABELS:
            raise TrainingFailed(
                "training_labels_too_many",
                f"The label column holds more than {MOST_LABELS} different values.",
                {"most": MOST_LABELS},
            )
    if not found:
        raise TrainingFailed("training_no_rows", "no row of the training table has a label")
    check_several(set(found.values()))
    _note_alike(found.values(), progress)
    names = sorted(found.values())
    by_name = {name: place for place, name in enumerate(names)}
    labels = Labels(names, {key: by_name[name] for key, name in found.items()}, multi, separator)
    _check_validation(request, labels, data_folder)
    return labels


def _note_alike(names: Iterable[str], progress: ProgressState) -> None:
    """Says which labels differ only in capitals or spaces: they are learned apart, which is seldom meant."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(" ".join(name.lower().split()), []).append(name)
    for group in [sorted(group) for group in groups.values() if len(group) > 1][:NAMED]:
        progress.note("labels_alike", labels=", ".join(f"“{name}”" for name in group))


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


def _check_validation(request: LabelledRequest, labels: Labels, data_folder: Path) -> None:
    if request.data.validation is None:
        return
    for number, value in enumerate(_cells(request, request.data.validation, data_folder)):
        for text in _texts_of(value, labels.multi, labels.separator) or ():
            if label_key(text) not in labels.places:
                raise unseen_label(number, text)


def _cells(request: LabelledRequest, table: TrainingTable, data_folder: Path) -> Iterator[object]:
    column = request.columns.label
    return (row[column] for _number, row in read_rows(table, [column], data_folder))

"""What the labels of a column are, however they are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import RecordingReporter, write_columns
from trainer.data.label_text import find_separator, label_key, label_text, listed_labels

TrainRecipe = Callable[..., Any]
SETTINGS: dict[str, Any] = {"columns": {"text": "text", "label": "label"}, "multiLabel": False, "maxSteps": 1}


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1"), (1.0, "1"), (1.5, "1.5"), (True, "true"), ("True", "True"), (1e20, str(10**20))]
)
def test_a_label_is_written_as_a_person_would(value: object, text: str) -> None:
    assert label_text(value) == text


def test_equal_labels_have_one_key_and_others_none() -> None:
    assert {label_key(text) for text in ("1", "1.0", " 1 ", "+1", "1.")} == {"1"}
    assert {label_key(text) for text in ("true", "True", "TRUE")} == {"true"}
    different = ["1.5", "007", "7", "pos", "Pos", " pos", "1.10", "1.1", "12345678901234567890", "12345678901234567891"]
    assert len({label_key(text) for text in different}) == len(different)


@pytest.mark.parametrize("cell", ['["a", "b"]', "['a', 'b']", "('a', 'b')", ["a", "b"]])
def test_a_list_of_labels_is_read_however_it_is_written(cell: object) -> None:
    expected = None if cell == "('a', 'b')" else ["a", "b"]
    assert listed_labels(cell) == expected


def test_a_separator_is_the_one_that_is_least_part_of_a_label() -> None:
    assert find_separator(["a, b", "c"]) == ","
    assert find_separator(["Hanoi, Vietnam; Oslo, Norway"]) == ";"
    assert find_separator(["a", "b"]) is None


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (['["cat", "dog"]', '["cat"]', "[]", '["dog"]'], None),
        (["cat, dog", "cat", "dog,cat", "dog"], ","),
        (["['cat', 'dog']", "['cat']", "cat", "dog"], None),
        ([["cat", "dog"], ["cat"], [], ["dog"]], None),
        (["cat|dog", "cat", "cat | dog", "dog"], "|"),
    ],
    ids=["json", "commas", "python", "lists", "bars"],
)
@pytest.mark.parametrize("recipe", ["classifier"])
def test_several_labels_in_a_text_are_those_meant(
    train_recipe: TrainRecipe, recipe: str, cells: list[Any], note: str | None
) -> None:
    reporter = RecordingReporter()
    table = {"text": ["cat dog", "cat", "dog cat", "dog"], "label": cells}
    result = train_recipe(recipe, reporter, table, **{**SETTINGS, "multiLabel": True})
    assert result.labels == ["cat", "dog"]
    split = [entry.data["separator"] for entry in reporter.progresses[-1].notes if entry.code == "labels_split"]
    assert split == ([note] if note else [])


def test_labels_that_differ_in_capitals_or_spaces_are_noted(train_recipe: TrainRecipe) -> None:
    reporter = RecordingReporter()
    table = {"text": ["a", "b", "c", "d"], "label": ["Pos", " pos", "pos ", "neg"]}
    result = train_recipe("classifier", reporter, table, **SETTINGS)
    assert result.labels == [" pos", "Pos", "neg", "pos "]
    [note] = [entry for entry in reporter.progresses[-1].notes if entry.code == "labels_alike"]
    assert note.data == {"labels": "“ pos”, “Pos”, “pos ”"}


def test_whole_numbers_beside_an_empty_cell_keep_their_names(train_recipe: TrainRecipe, data_folder: Path) -> None:
    table = {"text": ["a", "b", "c"], "label": [0.0, None, 1.0]}
    assert train_recipe("classifier", RecordingReporter(), table, **SETTINGS).labels == ["0", "1"]
    # The validation table holds the same labels in other types.
    train = write_columns(data_folder, "train.parquet", {"text": ["a", "b"], "label": ["False", "True"]})
    held = write_columns(data_folder, "held.parquet", {"text": ["c", "d"], "label": [True, False]})
    data = {"train": train, "validation": held}
    result = train_recipe("classifier", RecordingReporter(), table, **{**SETTINGS, "data": data, "modelId": "other"})
    assert (result.labels, result.validation_rows) == (["False", "True"], 2)

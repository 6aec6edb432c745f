"""Classifiers that learn from a table, and are served afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Killed, RecordingReporter, write_columns
from model_server import Post, settings_for, with_post
from trainer.errors import TrainingFailed, TrainingInterrupted

TrainRecipe = Callable[..., Any]
ANIMALS = ("cat", "dog", "bird")
SETTINGS: dict[str, Any] = {
    "columns": {"text": "text", "label": "label"},
    "multiLabel": False,
    "epochs": 6,
    "batchSize": 8,
    "learningRate": 5e-3,
    "validationFraction": 0.25,
}
LORA = {"kind": "lora", "rank": 8, "alpha": 16, "dropout": 0}


def animal_table(count: int = 64) -> dict[str, list[Any]]:
    """The commonest label has half of the rows."""
    order = (0, 1, 0, 2)
    animals = [ANIMALS[order[index % 4]] for index in range(count)]
    verbs = ("sees", "likes", "knows")
    texts = [f"The {animal} {verbs[index % 3]} number {index}." for index, animal in enumerate(animals)]
    return {"text": texts, "label": animals}


@pytest.mark.parametrize("method", [{"kind": "full"}, LORA], ids=["full", "lora"])
def test_a_classifier_beats_the_commonest_label_and_is_served(
    train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path, method: dict[str, Any]
) -> None:
    reporter = RecordingReporter()
    rate, epochs = (5e-3, 6) if method["kind"] == "full" else (1e-2, 10)
    result = train_recipe(
        "classifier", reporter, animal_table(), **{**SETTINGS, "method": method, "learningRate": rate, "epochs": epochs}
    )
    assert result.labels == ["bird", "cat", "dog"]
    assert (result.train_rows, result.validation_rows) == (48, 16)
    assert result.measures["accuracy"] > 0.9 > result.measures["majority"]
    assert result.measures["f1"] > 0.9
    assert reporter.values("accuracy", "eval")[-1] > 0.9

    async def scenario(post: Post) -> None:
        status, body = await post(model="trained:made", input=["The dog likes number 3.", "The bird sees number 70."])
        assert status == 200, body
        assert [max(scores, key=scores.get) for scores in body["data"]] == ["dog", "bird"]
        assert list(body["data"][0]) == ["bird", "cat", "dog"]

    with_post(settings_for(data_folder, tiny_model), "/v1/classify", scenario)


def test_several_labels_may_fit_a_text(train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path) -> None:
    pairs = [("cat",), ("dog",), ("bird",), ("cat", "dog"), ("dog", "bird"), ()]
    chosen = [pairs[index % 6] for index in range(72)]
    texts = [f"{' '.join(names)} number {index % 9}." for index, names in enumerate(chosen)]
    table = {"text": texts, "label": [list(names) for names in chosen]}
    result = train_recipe("classifier", RecordingReporter(), table, **{**SETTINGS, "multiLabel": True, "epochs": 10})
    assert result.labels == ["bird", "cat", "dog"]
    assert result.measures["f1"] > 0.9

    async def scenario(post: Post) -> None:
        status, body = await post(model="trained:made", input=["cat dog number 5."])
        assert status == 200, body
        [scores] = body["data"]
        assert scores["cat"] > 0.5 < scores["dog"]
        assert scores["bird"] < 0.5

    with_post(settings_for(data_folder, tiny_model), "/v1/classify", scenario)


def test_labels_that_teach_nothing_are_told_before_the_training(train_recipe: TrainRecipe, data_folder: Path) -> None:
    def refusal(table: dict[str, list[Any]], **changes: object) -> Any:  # noqa: ANN401
        with pytest.raises(TrainingFailed) as failure:
            train_recipe("classifier", RecordingReporter(), table, **{**SETTINGS, **changes})
        return failure.value.error

    error = refusal({"text": ["a", "b"], "label": ["cat", "cat"]})
    assert (error.code, error.data["label"]) == ("training_label_single", "cat")
    validation = write_columns(data_folder, "validation.parquet", {"text": ["a", "b"], "label": ["cat", "cow"]})
    train = write_columns(data_folder, "train.parquet", animal_table(8))
    error = refusal(animal_table(8), data={"train": train, "validation": validation})
    assert (error.code, error.data["label"], error.data["row"]) == ("training_label_unseen", "cow", 1)
    many = {"text": ["x"] * 10_001, "label": [str(index) for index in range(10_001)]}
    assert refusal(many).code == "training_labels_too_many"


def test_rows_without_text_or_label_are_counted(train_recipe: TrainRecipe) -> None:
    table = {"text": ["cat", "dog", None, "", "dog"], "label": ["cat", "dog", "cat", "cat", None]}
    result = train_recipe("classifier", RecordingReporter(), table, **{**SETTINGS, "validationFraction": 0})
    codes = [(row.row, row.code) for row in result.skipped.rows]
    assert codes == [(2, "null_value"), (3, "empty_value"), (4, "label_missing")]
    assert result.train_rows == 2


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_an_interrupted_classifier_ends_where_an_uninterrupted_one_does(
    train_recipe: TrainRecipe, data_folder: Path, how: str
) -> None:
    settings = {**SETTINGS, "epochs": 3, "validationFraction": 0.25, "evaluateEverySteps": 3}
    train_recipe("classifier", RecordingReporter(), animal_table(), modelId="straight", **settings)
    # Between two checkpoints, wherever that is.
    step = random.choice([4, 5, 7, 8])
    reporter = RecordingReporter(stop_at=step) if how == "stopped" else RecordingReporter(die_at=step)
    with pytest.raises(TrainingInterrupted if how == "stopped" else Killed):
        train_recipe("classifier", reporter, animal_table(), modelId="resumed", **settings)
    reporter = RecordingReporter()
    train_recipe("classifier", reporter, animal_table(), modelId="resumed", **settings)
    assert "resumed_from_checkpoint" in reporter.notes()
    straight, resumed = (data_folder / "models" / name / "model.safetensors" for name in ("straight", "resumed"))
    assert straight.read_bytes() == resumed.read_bytes()

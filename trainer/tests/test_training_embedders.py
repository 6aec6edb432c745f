"""Embedding models that learn what belongs together, and are served afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import NO_CHECKPOINTS, RecordingReporter
from model_server import Post, settings_for, with_post
from trainer.errors import TrainingInterrupted

TrainRecipe = Callable[..., Any]
# Words that share no letters with what they belong to, so that an untrained model cannot know.
PAIRS = [
    ("sun", "hot"), ("sea", "blue"), ("cat", "milk"), ("dog", "bone"),
    ("bird", "fly"), ("moon", "night"), ("tree", "leaf"), ("car", "road"),
]  # fmt: skip
SETTINGS: dict[str, Any] = {"margin": 0.5, "epochs": 6, "batchSize": 8, "learningRate": 5e-3, "validationFraction": 0}
LORA = {"kind": "lora", "rank": 8, "alpha": 16, "dropout": 0}
COLUMNS: dict[str, dict[str, str]] = {
    "pairs": {"kind": "pairs", "anchor": "a", "positive": "b"},
    "triplets": {"kind": "triplets", "anchor": "a", "positive": "b", "negative": "c"},
    "labelled-pairs": {"kind": "labelled-pairs", "anchor": "a", "other": "b", "label": "near"},
}


def texts() -> list[tuple[str, str, str]]:
    rows = []
    for number in range(6):
        for place, (one, other) in enumerate(PAIRS):
            wrong = PAIRS[(place + 1 + number) % len(PAIRS)][1]
            rows.append((f"{one} {number}", f"{other} {number}", f"{wrong} {number}"))
    return [row for row in rows if row[1] != row[2]]


def table(kind: str) -> dict[str, list[Any]]:
    rows = texts()
    if kind == "labelled-pairs":
        near = [(one, other, 1.0) for one, other, _wrong in rows] + [(one, wrong, 0.0) for one, _other, wrong in rows]
        return {"a": [row[0] for row in near], "b": [row[1] for row in near], "near": [row[2] for row in near]}
    return {"a": [row[0] for row in rows], "b": [row[1] for row in rows], "c": [row[2] for row in rows]}


def share_found(data_folder: Path, builtin: Path, model: str) -> float:
    """Of the words, those whose own word is the nearest of all."""
    found: list[bool] = []

    async def scenario(post: Post) -> None:
        async def embed(words: list[str]) -> np.ndarray:
            status, body = await post(model=model, input=words)
            assert status == 200, body
            return np.array([one["embedding"] for one in body["data"]])

        anchors = await embed([f"{one} 3" for one, _other in PAIRS])
        others = await embed([f"{other} 3" for _one, other in PAIRS])
        found.extend((anchors @ others.T).argmax(axis=1) == np.arange(len(PAIRS)))

    with_post(settings_for(data_folder, builtin), "/v1/embeddings", scenario)
    return float(np.mean(found))


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_right_one_is_nearest_after_the_training(
    train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path, kind: str
) -> None:
    assert share_found(data_folder, tiny_model, "builtin") < 0.5
    reporter = RecordingReporter()
    epochs = 12 if kind == "labelled-pairs" else 8
    changes = {**SETTINGS, **NO_CHECKPOINTS, "columns": COLUMNS[kind], "epochs": epochs}
    train_recipe("embedder", reporter, table(kind), **changes)
    assert reporter.losses()[-1] < reporter.losses()[0] / 2
    assert share_found(data_folder, tiny_model, "trained:made") == 1


def test_an_adapter_is_folded_into_what_is_kept(train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path) -> None:
    changes = {**SETTINGS, **NO_CHECKPOINTS, "columns": COLUMNS["pairs"], "method": LORA, "learningRate": 1e-2}
    result = train_recipe("embedder", RecordingReporter(), table("pairs"), **{**changes, "epochs": 24})
    assert 0 < result.trainable_parameters < result.parameters / 2
    assert not (data_folder / result.folder / "adapter_config.json").exists()
    assert share_found(data_folder, tiny_model, "trained:made") >= 0.75


@pytest.mark.parametrize(
    ("kind", "measure"),
    [("pairs", "cosine_accuracy@1"), ("triplets", "cosine_accuracy"), ("labelled-pairs", "spearman_cosine")],
)
def test_validation_measures_what_the_model_is_for(train_recipe: TrainRecipe, kind: str, measure: str) -> None:
    changes = {**SETTINGS, "columns": COLUMNS[kind], "validationFraction": 0.25, "epochs": 3}
    changes["bestCheckpoint"] = "measure"
    reporter = RecordingReporter()
    result = train_recipe("embedder", reporter, table(kind), **changes)
    assert result.measures[measure] == pytest.approx(max(reporter.values(measure, "eval")))
    assert result.measures[measure] > 0.5


def test_rows_that_cannot_be_used_are_counted(train_recipe: TrainRecipe) -> None:
    columns = {"a": ["x", None, "y", "z"], "b": ["x", "y", "", "z"], "near": ["0.5", "1", "1", "2"]}
    result = train_recipe(
        "embedder", RecordingReporter(), columns, **{**SETTINGS, "columns": COLUMNS["labelled-pairs"], "epochs": 1}
    )
    codes = [(row.row, row.code) for row in result.skipped.rows]
    assert codes == [(1, "null_value"), (2, "empty_value"), (3, "label_is_not_0_to_1")]


def test_an_interrupted_embedder_ends_where_an_uninterrupted_one_does(
    train_recipe: TrainRecipe, data_folder: Path
) -> None:
    settings = {**SETTINGS, "columns": COLUMNS["pairs"], "epochs": 2, "evaluateEverySteps": 4, "method": LORA}
    train_recipe("embedder", RecordingReporter(), table("pairs"), modelId="straight", **settings)
    with pytest.raises(TrainingInterrupted):
        train_recipe("embedder", RecordingReporter(stop_at=8), table("pairs"), modelId="resumed", **settings)
    reporter = RecordingReporter()
    train_recipe("embedder", reporter, table("pairs"), modelId="resumed", **settings)
    assert "resumed_from_checkpoint" in reporter.notes()
    straight, resumed = (data_folder / "models" / name / "model.safetensors" for name in ("straight", "resumed"))
    assert straight.read_bytes() == resumed.read_bytes()

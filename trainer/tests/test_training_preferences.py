"""Models that learn what is preferred: by pairs, by single verdicts, by rewards."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import PLAIN, SENTENCES, Killed, RecordingReporter
from model_server import Post, settings_for, with_post
from trainer.errors import TrainingFailed, TrainingInterrupted

TrainRecipe = Callable[..., Any]
PAIRS = {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"}
DPO: dict[str, Any] = {**PLAIN, "columns": PAIRS, "beta": 0.1, "loss": "sigmoid", "labelSmoothing": 0, "epochs": 4}
LORA = {"kind": "lora", "rank": 8, "alpha": 16, "dropout": 0}


def preference_table(count: int = 24) -> dict[str, list[Any]]:
    return {
        "prompt": [f"Say {index}:" for index in range(count)],
        "chosen": [f" {SENTENCES[index % 6]}" for index in range(count)],
        "rejected": [f" No number {index}." for index in range(count)],
    }


@pytest.mark.parametrize("method", [{"kind": "full"}, LORA], ids=["full", "lora"])
def test_the_first_dpo_loss_is_that_of_no_preference_and_the_margin_grows(
    train_recipe: TrainRecipe, method: dict[str, Any]
) -> None:
    reporter = RecordingReporter()
    rate = 1e-3 if method["kind"] == "full" else 1e-2
    changes = {**DPO, "method": method, "learningRate": rate, "validationFraction": 0.2}
    result = train_recipe("dpo", reporter, preference_table(), **changes)
    assert reporter.losses()[0] == pytest.approx(math.log(2), abs=1e-4)
    assert reporter.losses()[-1] < 0.6
    margins = reporter.values("rewards/margins")
    assert margins[-1] > margins[0] + 0.1
    assert result.measures["rewards/accuracies"] == 1
    assert result.measures["rewards/margins"] > 0


@pytest.mark.parametrize("loss", ["hinge", "ipo", "exo_pair", "robust", "apo_zero"])
def test_other_losses_of_dpo_train_too(train_recipe: TrainRecipe, loss: str) -> None:
    reporter = RecordingReporter()
    smoothing = 0.1 if loss in ("robust", "exo_pair") else 0
    train_recipe("dpo", reporter, preference_table(), **{**DPO, "loss": loss, "labelSmoothing": smoothing, "epochs": 2})
    margins = reporter.values("rewards/margins")
    assert margins[-1] > margins[0]


def test_the_paired_loss_of_kto_is_what_its_formula_says() -> None:
    import torch

    from trainer.training.kto_pair import kto_pair_losses

    # The chosen are 2 from where they were on average, the rejected nearer than nothing: 1 - s(1/2), 1 - s(3/2) and
    # 1 - s((2 + 1) / 2), 1 - s((2 + 3) / 2).
    losses = kto_pair_losses(torch.tensor([1.0, 3.0]), torch.tensor([-1.0, -3.0]), 0.5)
    assert losses.tolist() == pytest.approx([0.377541, 0.182426, 0.182426, 0.075858], abs=1e-6)
    # The other way about: 1 - s((0 - 3) / 2) twice, 1 - s((0 - 2) / 2) and 1 - s((0 - 4) / 2).
    losses = kto_pair_losses(torch.tensor([0.0, 0.0]), torch.tensor([2.0, 4.0]), 0.5)
    assert losses.tolist() == pytest.approx([0.817574, 0.817574, 0.731059, 0.880797], abs=1e-6)


@pytest.mark.parametrize("precomputed", [False, True])
@pytest.mark.parametrize("method", [{"kind": "full"}, LORA], ids=["full", "lora"])
def test_the_paired_loss_of_kto_trains(train_recipe: TrainRecipe, method: dict[str, Any], precomputed: bool) -> None:
    reporter = RecordingReporter()
    changes = {**DPO, "loss": "kto_pair", "method": method, "epochs": 2, "validationFraction": 0.2, "batchSize": 1}
    changes["advanced"] = {"precompute_ref_log_probs": precomputed, "loss_weights": [2]}
    result = train_recipe("dpo", reporter, preference_table(), **{**changes, "learningRate": 1e-3})

    def sigmoid(value: float) -> float:
        return 1 / (1 + math.exp(-value))

    # With one pair at a time the loss follows from the rewards that TRL tells of it.
    rewards = zip(reporter.values("rewards/chosen"), reporter.values("rewards/rejected"), strict=True)
    wanted = [2 - sigmoid(c - max(r, 0)) - sigmoid(max(c, 0) - r) for c, r in rewards]
    assert reporter.losses() == pytest.approx(wanted, abs=1e-4)
    assert reporter.losses()[0] == pytest.approx(2 * 0.5, abs=1e-4)
    assert reporter.losses()[-1] < 0.95
    assert result.measures["rewards/accuracies"] == 1


def test_an_argument_that_the_paired_loss_of_kto_does_not_know_is_told(train_recipe: TrainRecipe) -> None:
    changes = {**DPO, "loss": "kto_pair", "advanced": {"ld_alpha": 0.5}}
    with pytest.raises(TrainingFailed) as failure:
        train_recipe("dpo", RecordingReporter(), preference_table(4), **changes)
    assert "ld_alpha" in failure.value.error.message


def test_a_loss_that_lacks_its_smoothing_is_told(train_recipe: TrainRecipe) -> None:
    with pytest.raises(TrainingFailed) as failure:
        train_recipe("dpo", RecordingReporter(), preference_table(4), **{**DPO, "loss": "exo_pair"})
    assert failure.value.error.code == "training_setting_unfit"


def test_pairs_that_prefer_nothing_are_counted(train_recipe: TrainRecipe) -> None:
    table = {
        "prompt": ["a", "b", "c", "long " * 60],
        "chosen": ["x", "same", None, "x"],
        "rejected": ["y", "same", "y", "y"],
    }
    result = train_recipe("dpo", RecordingReporter(), table, **{**DPO, "epochs": 1})
    codes = [(row.row, row.code) for row in result.skipped.rows]
    assert codes == [(1, "chosen_equals_rejected"), (2, "null_value"), (3, "prompt_too_long")]
    assert result.train_rows == 1


@pytest.mark.parametrize("recipe", ["dpo", "orpo"])
def test_pairs_that_are_all_equal_are_told_by_their_reason(train_recipe: TrainRecipe, recipe: str) -> None:
    table = {"prompt": ["a"] * 5, "chosen": ["same"] * 5, "rejected": ["same"] * 5}
    settings = DPO if recipe == "dpo" else {**PLAIN, "columns": PAIRS, "beta": 0.1}
    with pytest.raises(TrainingFailed) as failure:
        train_recipe(recipe, RecordingReporter(), table, **settings)
    error = failure.value.error
    assert (error.code, error.data["skipped"]) == ("training_no_rows", 5)
    assert error.data["detail"] == "every row was left out: 5 × chosen equals rejected"


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_an_interrupted_dpo_ends_where_an_uninterrupted_one_does(
    train_recipe: TrainRecipe, data_folder: Path, how: str
) -> None:
    settings = {**DPO, "epochs": 2, "validationFraction": 0.25, "evaluateEverySteps": 3}
    train_recipe("dpo", RecordingReporter(), preference_table(), modelId="straight", **settings)
    # Between two checkpoints, wherever that is.
    step = random.choice([4, 5, 7, 8])
    reporter = RecordingReporter(stop_at=step) if how == "stopped" else RecordingReporter(die_at=step)
    with pytest.raises(TrainingInterrupted if how == "stopped" else Killed):
        train_recipe("dpo", reporter, preference_table(), modelId="resumed", **settings)
    reporter = RecordingReporter()
    train_recipe("dpo", reporter, preference_table(), modelId="resumed", **settings)
    assert "resumed_from_checkpoint" in reporter.notes()
    straight, resumed = (data_folder / "models" / name / "model.safetensors" for name in ("straight", "resumed"))
    assert straight.read_bytes() == resumed.read_bytes()


@pytest.mark.parametrize("form", ["completion", "chat"])
def test_orpo_learns_the_chosen_answer_and_to_prefer_it(train_recipe: TrainRecipe, form: str) -> None:
    reporter = RecordingReporter()
    changes = {**PLAIN, "format": form, "columns": PAIRS, "beta": 0.1, "epochs": 4}
    result = train_recipe("orpo", reporter, preference_table(), **changes, validationFraction=0.2)
    assert reporter.losses()[-1] < reporter.losses()[0] / 2
    assert result.measures["rewards/accuracies"] == 1


def test_kto_learns_from_single_answers(train_recipe: TrainRecipe) -> None:
    pairs = preference_table()
    table = {
        "prompt": pairs["prompt"] * 2,
        "completion": pairs["chosen"] + pairs["rejected"],
        "label": ["yes"] * 24 + ["no"] * 23 + ["perhaps"],
    }
    reporter = RecordingReporter()
    columns = {"prompt": "prompt", "completion": "completion", "label": "label"}
    changes: dict[str, Any] = {
        **PLAIN, "columns": columns, "beta": 0.1, "loss": "kto", "wantedWeight": 1, "unwantedWeight": 1
    }  # fmt: skip
    result = train_recipe("kto", reporter, table, **changes, epochs=4, learningRate=1e-3)
    assert [(row.row, row.code) for row in result.skipped.rows] == [(47, "label_is_not_yes_or_no")]
    assert reporter.losses()[0] == pytest.approx(0.5, abs=0.01)
    assert reporter.losses()[-1] < 0.45
    with pytest.raises(TrainingFailed) as failure:
        train_recipe("kto", RecordingReporter(), table, **changes, batchSize=1)
    assert failure.value.error.code == "training_setting_unfit"


REWARD: dict[str, Any] = {"separator": " ", "epochs": 6, "validationFraction": 0.2, "learningRate": 2e-3}
REWARD_PAIRS = {"kind": "pairs", **PAIRS, "chosenScore": None, "rejectedScore": None}


@pytest.mark.parametrize("method", [{"kind": "full"}, LORA], ids=["full", "lora"])
def test_a_reward_model_prefers_what_was_chosen_and_is_served(
    train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path, method: dict[str, Any]
) -> None:
    rate = 2e-3 if method["kind"] == "full" else 2e-2
    changes = {**REWARD, "columns": REWARD_PAIRS, "method": method, "learningRate": rate}
    result = train_recipe("reward-model", RecordingReporter(), preference_table(), **changes)
    assert result.measures["accuracy"] == 1

    async def scenario(post: Post) -> None:
        status, body = await post(model="trained:made", input=[f"Say 90: {SENTENCES[1]}", "Say 90: No number 90."])
        assert status == 200, body
        good, bad = (scores["reward"] for scores in body["data"])
        assert good > bad + 0.5

    with_post(settings_for(data_folder, tiny_model), "/v1/classify", scenario)


def test_scores_of_pairs_are_the_margin_that_is_asked_for(train_recipe: TrainRecipe) -> None:
    table = {**preference_table(4), "best": [9.0, 9.0, None, 1.0], "worst": [1.0, 1.0, 1.0, 2.0]}
    columns = {**REWARD_PAIRS, "chosenScore": "best", "rejectedScore": "worst"}
    reporter = RecordingReporter()
    changes = {**REWARD, "columns": columns, "validationFraction": 0, "epochs": 1}
    result = train_recipe("reward-model", reporter, table, **changes)
    assert [row.code for row in result.skipped.rows] == ["score_missing", "chosen_scores_less"]
    # Of two nearly equal rewards and a margin of 8, the loss is about log(1 + e^8).
    assert reporter.losses()[0] == pytest.approx(8, abs=1)


def test_a_reward_model_learns_scores(train_recipe: TrainRecipe) -> None:
    table = {
        "prompt": ["Rate:"] * 48,
        "completion": ["The cat sees the sun." if index % 2 else "No." for index in range(48)],
        "score": [1.0 if index % 2 else 0.0 for index in range(48)],
    }
    columns = {"kind": "scores", "prompt": "prompt", "completion": "completion", "score": "score"}
    result = train_recipe("reward-model", RecordingReporter(), table, **{**REWARD, "columns": columns})
    assert result.measures["mse"] < 0.05

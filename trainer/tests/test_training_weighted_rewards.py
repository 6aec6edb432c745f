"""Several rewards of one training: what each is worth, their weights, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from conftest import PLAIN, RecordingReporter

TrainRecipe = Callable[..., Any]
PROMPTS = [f"Say {index}:" for index in range(16)]
SETTINGS: dict[str, Any] = {
    **PLAIN,
    "columns": {"prompt": "prompt", "answer": None},
    "reward": None,
    "replies": 4,
    "maxNewTokens": 4,
    "temperature": 1,
    "topP": 1,
    "beta": 0,
    "batchSize": 16,
}
# Optimiser steps for two batches of replies: PPO takes four for each.
TWO_BATCHES = {"grpo": 2, "rloo": 2, "ppo": 8}
COSINE = {
    "kind": "cosine", "maxLen": 100, "minValueWrong": -1, "maxValueWrong": -0.5, "minValueCorrect": 0.5,
    "maxValueCorrect": 1,
}  # fmt: skip


def weigh(weight: float, kind: str, **settings: object) -> dict[str, Any]:
    return {"weight": weight, "reward": {"kind": kind, **settings}}


def score(reward: dict[str, Any], replies: list[str], answers: list[str] | None = None, tokens: int = 1) -> Any:  # noqa: ANN401
    from trainer.contracts.rewards import AnyReward
    from trainer.rewards.ready_made import score_by_library
    from trainer.rewards.written import Written

    parsed: Any = TypeAdapter(AnyReward).validate_python(reward)
    written = Written([""] * len(replies), replies, [[1] * tokens] * len(replies), answers or [""] * len(replies))
    return score_by_library(parsed)(written)


THIRD = r"It is \boxed{\frac{1}{3}}."
HALF = r"It is \boxed{\frac{1}{2}}."


def test_rewards_of_the_library_are_what_its_papers_say() -> None:
    from trainer.contracts.rewards import RepetitionReward
    from trainer.rewards.ready_made import score_by_library
    from trainer.rewards.written import Written

    # Two ways of writing it, another number, one that is not shown as an answer, and a right one that is not there.
    replies = [THIRD, r"So the final answer is $\frac{2}{6}$.", HALF, "1/3", HALF]
    assert score({"kind": "accuracy"}, replies, [r"\frac{1}{3}"] * 4 + [""]) == [1, 1, 0, 0, None]
    assert score({"kind": "think-format"}, ["<think>a</think>b", "<think>a", "b"]) == [1, 0, 0]
    # Half way: the middle of 0.5 and 1 where it is right, of -1 and -0.5 where it is wrong.
    answers = [r"\frac{1}{3}"] * 2 + [""]
    assert score(COSINE, [THIRD, HALF, HALF], answers, tokens=50) == pytest.approx([0.75, -0.75, None])
    # At no length and beyond the longest: short is better where it is right, long where it is wrong.
    assert score(COSINE, [THIRD, HALF], answers[:2], tokens=0) == pytest.approx([1, -1])
    assert score(COSINE, [THIRD, HALF], answers[:2], tokens=900) == pytest.approx([0.5, -0.5])
    overlong = {"kind": "overlong", "maxCompletionLen": 100, "softPunishCache": 20}
    assert [score(overlong, ["a"], tokens=tokens)[0] for tokens in (80, 90, 100, 101)] == [0, -0.5, -1, -1]
    # Of the pairs 1 2, 2 1, 1 2 a third repeats; one token makes no pair.
    repetition = RepetitionReward(kind="repetition", ngram_size=2, max_penalty=-3)
    written = Written([""] * 3, ["a"] * 3, [[1, 2, 1, 2], [1, 2, 3], [1]], [""] * 3)
    assert score_by_library(repetition)(written) == pytest.approx([-1, 0, 0])
    with pytest.raises(ValidationError):
        RepetitionReward(kind="repetition", ngram_size=2, max_penalty=1)


@pytest.mark.parametrize("algorithm", ["grpo", "rloo", "ppo"])
def test_rewards_are_added_up_by_their_weights_and_drawn_by_name(train_recipe: TrainRecipe, algorithm: str) -> None:
    rewards = [
        weigh(2, "pattern", pattern="[aeiou]"),
        weigh(-0.5, "pattern", pattern="[st]"),
        weigh(1, "overlong", maxCompletionLen=8, softPunishCache=8),
    ]
    reporter = RecordingReporter()
    changes = {**SETTINGS, "rewards": rewards, "algorithm": algorithm, "maxSteps": TWO_BATCHES[algorithm]}
    train_recipe("reinforcement", reporter, {"prompt": PROMPTS}, **changes)
    vowels, consonants, lengths = (
        reporter.values(f"rewards/{name}/mean") for name in ("pattern", "pattern-2", "overlong")
    )
    # Replies of four tokens of eight, of which each costs an eighth.
    assert lengths == pytest.approx([-0.5, -0.5], abs=0.2)
    assert 0 < vowels[0] < 1 and 0 < consonants[0] < 1
    wanted = [2 * a - 0.5 * b + c for a, b, c in zip(vowels, consonants, lengths, strict=True)]
    assert reporter.values("reward") == pytest.approx(wanted)


def test_the_model_learns_what_several_rewards_ask(train_recipe: TrainRecipe) -> None:
    # The second forbids by its weight the half of what the first asks for.
    rewards = [weigh(1, "pattern", pattern="[aeiou]"), weigh(-2, "pattern", pattern="[a-e]")]
    reporter = RecordingReporter()
    changes = {"algorithm": "grpo", "replies": 8, "batchSize": 32, "learningRate": 1e-2, "scheduler": "constant"}
    train_recipe(
        "reinforcement", reporter, {"prompt": PROMPTS}, **{**SETTINGS, **changes, "rewards": rewards, "maxSteps": 15}
    )
    allowed, forbidden = reporter.values("rewards/pattern/mean"), reporter.values("rewards/pattern-2/mean")
    assert sum(forbidden[-3:]) < sum(forbidden[:3]) / 2
    assert sum(allowed[-3:]) > sum(allowed[:3])


@pytest.mark.parametrize("algorithm", ["grpo", "rloo", "ppo"])
def test_a_reward_that_is_missing_is_counted_and_left_to_the_others(train_recipe: TrainRecipe, algorithm: str) -> None:
    # Every second right answer cannot be read as mathematics.
    table = {"prompt": PROMPTS, "answer": ["7", "—"] * 8}
    columns = {"prompt": "prompt", "answer": "answer"}
    rewards = [weigh(1, "pattern", pattern="[aeiou]"), weigh(3, "accuracy")]
    reporter = RecordingReporter()
    changes = {**SETTINGS, "columns": columns, "algorithm": algorithm, "batchSize": 64, "maxSteps": 1}
    train_recipe("reinforcement", reporter, table, **{**changes, "rewards": rewards})
    assert reporter.values("rewards/accuracy/missing") == [0.5]
    assert reporter.values("rewards/accuracy/mean") == [0]
    # No random reply is right, so that the first reward alone counts, of all rows.
    assert reporter.values("reward") == reporter.values("rewards/pattern/mean")
    assert 0 < reporter.values("reward")[0] < 1
    assert "answer_unreadable" in reporter.notes()


@pytest.mark.parametrize("algorithm", ["grpo", "rloo", "ppo"])
def test_replies_without_any_reward_teach_nothing(
    train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path, algorithm: str
) -> None:
    from safetensors.torch import load_file

    reporter = RecordingReporter()
    changes: dict[str, Any] = {**SETTINGS, "algorithm": algorithm, "maxSteps": TWO_BATCHES[algorithm]}
    changes["columns"] = {"prompt": "prompt", "answer": "answer"}
    rewards = [weigh(1, "accuracy"), weigh(1, "cosine", **{name: COSINE[name] for name in COSINE if name != "kind"})]
    table = {"prompt": PROMPTS, "answer": ["—"] * 16}
    result = train_recipe("reinforcement", reporter, table, **changes, rewards=rewards)
    assert reporter.values("reward") == [None, None]
    assert reporter.values("rewards/cosine/missing") == [1, 1]
    saved = load_file(data_folder / result.folder / "model.safetensors")
    before = load_file(tiny_model / "model.safetensors")
    assert all((saved[name] == before[name]).all() for name in before)

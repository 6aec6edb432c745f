"""Where a sweep looks next, and what it gives up: by Optuna, the same each time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import pytest

from model_server import Post, settings_for, with_post
from trainer.contracts.training import Evaluation, Pruning
from trainer.sweeps.prune import is_hopeless
from trainer.sweeps.suggest import TrialQuestion, suggest_point

SPACE = [
    {"kind": "range", "low": 1e-6, "high": 1e-1, "scale": "log", "whole": False},
    {"kind": "range", "low": 1, "high": 8, "scale": "linear", "whole": True},
    {"kind": "values", "count": 3},
]


def ask(trials: list[dict[str, object]], seed: int) -> list[float]:
    question = {"space": SPACE, "trials": trials, "direction": "minimise", "seed": seed, "startup": 5}
    return suggest_point(TrialQuestion.model_validate(question))


def cost(point: list[float]) -> float:
    return abs(math.log10(point[0]) + 3) + abs(point[1] - 6) / 4 + point[2]


def search(direction: str, sign: int, startup: int = 5) -> float:
    """The mean cost of the last of thirty trials."""
    trials: list[dict[str, object]] = []
    costs: list[float] = []
    for number in range(30):
        question = {"space": SPACE, "trials": trials, "direction": direction, "seed": number, "startup": startup}
        point = suggest_point(TrialQuestion.model_validate(question))
        assert 1e-6 <= point[0] <= 1e-1 and point[1] in range(1, 9) and point[2] in (0, 1, 2)
        costs.append(cost(point))
        trials.append({"point": point, "value": sign * costs[-1], "state": "done"})
    return sum(costs[-15:]) / 15


def test_later_trials_are_better_than_at_random_in_both_directions() -> None:
    at_random = search("minimise", 1, startup=1000)
    for direction, sign in (("minimise", 1), ("maximise", -1)):
        assert search(direction, sign) < 0.7 * at_random, direction


def test_the_same_question_has_the_same_answer_and_failed_trials_are_not_the_worst() -> None:
    trials: list[dict[str, object]] = [
        {"point": [10.0**-n, n, n % 3], "value": float(n), "state": "done"} for n in range(1, 7)
    ]
    trials.append({"point": [1e-2, 1.0, 0.0], "value": None, "state": "failed"})
    trials.append({"point": [1e-2, 2.0, 0.0], "value": None, "state": "running"})
    assert ask(trials, seed=3) == ask(trials, seed=3)
    assert ask(trials, seed=3) != ask(trials, seed=4)


def test_a_question_is_answered_over_http_and_a_broken_one_refused(data_folder: Path, tiny_model: Path) -> None:
    async def send(post: Post) -> None:
        status, body = await post(space=SPACE, trials=[], direction="minimise", seed=1, startup=10)
        assert status == 200 and len(body["point"]) == 3, body
        status, body = await post(space=SPACE, trials=[], direction="sideways", seed=1, startup=10)
        assert status == 400 and "direction" in body["error"]["message"]

    with_post(settings_for(data_folder, tiny_model), "/v1/suggest-trial", send)


def course(*losses: float) -> list[Evaluation]:
    return [Evaluation(step=step, loss=loss) for step, loss in enumerate(losses, start=1)]


def test_a_course_behind_the_median_is_hopeless_once_enough_trials_have_ended() -> None:
    pruning = Pruning(rule="median", startup=2, earlier=[course(2.0, 1.5, 1.0), course(2.1, 1.6, 1.1)])
    assert not is_hopeless(pruning, course(1.9, 1.2))
    assert is_hopeless(pruning, course(1.9, 1.9))
    assert not is_hopeless(pruning.model_copy(update={"startup": 3}), course(1.9, 1.9))
    # A trial that failed tells nothing.
    assert not is_hopeless(Pruning(rule="median", startup=1, earlier=[[]]), course(9.0))


@pytest.mark.parametrize("rule", ["halving", "hyperband"])
def test_halving_and_hyperband_keep_the_best_and_decide_alike_each_time(rule: Literal["halving", "hyperband"]) -> None:
    earlier = [course(*(2.0 / step + number / 50 for step in range(1, 10))) for number in range(20)]
    pruning = Pruning(rule=rule, startup=1, earlier=earlier)
    best, worst = course(*(2.0 / step - 0.5 for step in range(1, 10))), course(*[50.0] * 9)
    assert not is_hopeless(pruning, best)
    decisions = [is_hopeless(pruning, worst[:end]) for end in range(1, 10)]
    assert any(decisions)
    assert decisions == [is_hopeless(pruning, worst[:end]) for end in range(1, 10)]

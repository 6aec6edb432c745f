"""The rewards that TRL brings, which want each reply as a chat's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trl.rewards.accuracy_rewards import accuracy_reward, get_cosine_scaled_reward
from trl.rewards.format_rewards import think_format_reward
from trl.rewards.other_rewards import get_repetition_penalty_reward, get_soft_overlong_punishment

from trainer.contracts.rewards import (
    AccuracyReward,
    CosineReward,
    ReadyReward,
    RepetitionReward,
    ThinkFormatReward,
)
from trainer.rewards.written import Score, Written


def score_by_library(reward: ReadyReward) -> Score:
    function = _choose_function(reward)

    def score(written: Written) -> list[float | None]:
        completions = [[{"role": "assistant", "content": reply}] for reply in written.replies]
        return function(completions=completions, solution=written.answers, completion_ids=written.ids)

    return score


def _choose_function(reward: ReadyReward) -> Callable[..., Any]:
    # The settings are called as the functions' arguments are.
    settings = reward.model_dump(exclude={"kind"})
    if isinstance(reward, AccuracyReward):
        return accuracy_reward
    if isinstance(reward, ThinkFormatReward):
        return think_format_reward
    if isinstance(reward, CosineReward):
        return get_cosine_scaled_reward(**settings)
    if isinstance(reward, RepetitionReward):
        return get_repetition_penalty_reward(**settings)
    return get_soft_overlong_punishment(**settings)

"""Rewards as TRL asks for them: functions of prompts and replies that give a number for each, or None."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from trainer.contracts.rewards import (
    AnswerReward,
    AnyReward,
    JudgeReward,
    ModelReward,
    PatternReward,
    WeightedReward,
)
from trainer.contracts.training import ReinforcementRequest
from trainer.rewards.ask_judge import ask_judge
from trainer.rewards.check_reply import compare_answer, compile_pattern, find_pattern
from trainer.rewards.ready_made import score_by_library
from trainer.rewards.score_by_model import score_by_model
from trainer.rewards.written import Score, Written
from trainer.training.train_model import Workplace

Reward = Callable[..., list[float | None]]

# Kinds that may give None for a reply, and what is then noted.
_MAY_BE_MISSING = {"judge": "judge_gave_no_number", "accuracy": "answer_unreadable", "cosine": "answer_unreadable"}
_READ_ANSWERS = ("answer", "accuracy", "cosine")


def list_rewards(request: ReinforcementRequest) -> list[WeightedReward]:
    return request.rewards if request.reward is None else [WeightedReward(weight=1, reward=request.reward)]


def reads_answers(request: ReinforcementRequest) -> bool:
    return any(weighted.reward.kind in _READ_ANSWERS for weighted in list_rewards(request))


def make_rewards(request: ReinforcementRequest, place: Workplace) -> list[Reward]:
    """Raises TrainingFailed, ModelNotFound where a reward cannot be given."""
    rewards = [weighted.reward for weighted in list_rewards(request)]
    return [_make_reward(reward, name, place) for reward, name in zip(rewards, _name_rewards(rewards), strict=True)]


def _name_rewards(rewards: list[AnyReward]) -> list[str]:
    """By their kinds, as their curves are called; numbered where there are several of a kind."""
    seen: Counter[str] = Counter()
    names = []
    for reward in rewards:
        seen[reward.kind] += 1
        names.append(reward.kind if seen[reward.kind] == 1 else f"{reward.kind}-{seen[reward.kind]}")
    return names


def _make_reward(reward: AnyReward, name: str, place: Workplace) -> Reward:
    score = _choose_score(reward, place)
    note = _MAY_BE_MISSING.get(reward.kind)

    def give(
        completions: list[Any],
        completion_ids: list[list[int]],
        question: list[str],
        answer: list[str],
        log_metric: Callable[[str, float], None],
        **_rest: object,
    ) -> list[float | None]:
        replies = [_text_of(completion) for completion in completions]
        given = score(Written(question, replies, completion_ids, answer))
        if note is not None:
            missing = given.count(None)
            log_metric(f"rewards/{name}/missing", missing / len(given))
            if missing:
                place.progress.note(note)
        return given

    # What the library calls the reward's mean after.
    give.__name__ = name
    return give


def _choose_score(reward: AnyReward, place: Workplace) -> Score:
    if isinstance(reward, ModelReward):
        return score_by_model(reward.model, place)
    if isinstance(reward, PatternReward):
        pattern = compile_pattern(reward.pattern)
        return lambda written: [find_pattern(pattern, reply) for reply in written.replies]
    if isinstance(reward, AnswerReward):
        within = compile_pattern(reward.pattern) if reward.pattern else None
        return lambda written: [
            compare_answer(within, reply, answer)
            for reply, answer in zip(written.replies, written.answers, strict=True)
        ]
    if isinstance(reward, JudgeReward):
        return ask_judge(reward)
    return score_by_library(reward)


def _text_of(completion: object) -> str:
    """Of a chat, what the assistant wrote."""
    return completion if isinstance(completion, str) else str(completion[-1]["content"])  # pyright: ignore

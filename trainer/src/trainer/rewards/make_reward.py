"""A reward as TRL asks for it: a function of prompts and replies that gives a number for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trainer.contracts.training import AnswerReward, ModelReward, PatternReward, ReinforcementRequest
from trainer.rewards.ask_judge import ask_judge
from trainer.rewards.check_reply import compare_answer, compile_pattern, find_pattern
from trainer.rewards.score_by_model import score_by_model
from trainer.training.train_model import Workplace

# Questions, replies and right answers, row by row, to rewards; None where there is none.
Score = Callable[[list[str], list[str], list[str]], list[float | None]]


def make_reward(request: ReinforcementRequest, place: Workplace) -> Callable[..., list[float | None]]:
    """Raises TrainingFailed, ModelNotFound where the reward cannot be given."""
    score = _choose_score(request, place)

    def reward(completions: list[Any], question: list[str], answer: list[str], **_rest: object) -> list[float | None]:
        return score(question, [_text_of(completion) for completion in completions], answer)

    return reward


def _choose_score(request: ReinforcementRequest, place: Workplace) -> Score:
    reward = request.reward
    if isinstance(reward, ModelReward):
        return score_by_model(reward.model, place)
    if isinstance(reward, PatternReward):
        pattern = compile_pattern(reward.pattern)
        return lambda _questions, replies, _answers: [find_pattern(pattern, reply) for reply in replies]
    if isinstance(reward, AnswerReward):
        within = compile_pattern(reward.pattern) if reward.pattern else None
        return lambda _questions, replies, answers: [
            compare_answer(within, reply, answer) for reply, answer in zip(replies, answers, strict=True)
        ]
    return ask_judge(reward, place)


def _text_of(completion: object) -> str:
    """Of a chat, what the assistant wrote."""
    return completion if isinstance(completion, str) else str(completion[-1]["content"])  # pyright: ignore

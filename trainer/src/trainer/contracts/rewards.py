"""What a reply is rewarded by, mirrored from `lib/contracts/trainer-rewards.ts`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer.contracts.model_source import LocalModelSource
from trainer.contracts.strict import Strict


class ModelReward(Strict):
    kind: Literal["model"]
    model: LocalModelSource


class PatternReward(Strict):
    kind: Literal["pattern"]
    pattern: str = Field(min_length=1)


class AnswerReward(Strict):
    kind: Literal["answer"]
    pattern: str | None


class JudgeReward(Strict):
    kind: Literal["judge"]
    model: LocalModelSource
    instruction: str = Field(min_length=1)


class AccuracyReward(Strict):
    kind: Literal["accuracy"]


class ThinkFormatReward(Strict):
    kind: Literal["think-format"]


class CosineReward(Strict):
    kind: Literal["cosine"]
    max_len: int = Field(ge=1)
    min_value_wrong: float
    max_value_wrong: float
    min_value_correct: float
    max_value_correct: float


class RepetitionReward(Strict):
    kind: Literal["repetition"]
    ngram_size: int = Field(ge=1)
    max_penalty: float = Field(le=0)


class OverlongReward(Strict):
    kind: Literal["overlong"]
    max_completion_len: int = Field(ge=1)
    soft_punish_cache: int = Field(ge=0)


OnlyReward = Annotated[ModelReward | PatternReward | AnswerReward | JudgeReward, Field(discriminator="kind")]
ReadyReward = AccuracyReward | ThinkFormatReward | CosineReward | RepetitionReward | OverlongReward
AnyReward = Annotated[
    ModelReward | PatternReward | AnswerReward | JudgeReward | ReadyReward, Field(discriminator="kind")
]


class WeightedReward(Strict):
    weight: float
    reward: AnyReward

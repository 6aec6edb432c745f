"""Where the next trial of a sweep is to be looked for, by what the trials before gave (Optuna's TPE)."""

from __future__ import annotations

from typing import Annotated, Literal

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial
from pydantic import BaseModel, ConfigDict, Field

optuna.logging.set_verbosity(optuna.logging.WARNING)
MOST_DIMENSIONS, MOST_TRIALS = 50, 200


class _Values(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["values"]
    # A point has the value's place in the list.
    count: int = Field(ge=1)


class _Range(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    kind: Literal["range"]
    low: float
    high: float
    scale: Literal["linear", "log"]
    whole: bool


class _Trial(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    # A number for each dimension, in their order.
    point: list[float]
    # Of what is under way, or failed, there is none.
    value: float | None
    state: Literal["done", "failed", "running"]


class TrialQuestion(BaseModel):
    """Mirrors `TrialQuestion` of lib/contracts/trainer.ts."""

    model_config = ConfigDict(extra="forbid")
    space: list[Annotated[_Values | _Range, Field(discriminator="kind")]] = Field(max_length=MOST_DIMENSIONS)
    trials: list[_Trial] = Field(max_length=MOST_TRIALS)
    direction: Literal["maximise", "minimise"]
    seed: int = Field(ge=0, le=2**32 - 1)
    # Trials drawn at random before outcomes are looked at.
    startup: int = Field(ge=1)


def suggest_point(question: TrialQuestion) -> list[float]:
    """The same question has the same answer: the study is made anew, its sampler seeded by the question."""
    distributions = {str(place): _distribution(entry) for place, entry in enumerate(question.space)}
    sampler = optuna.samplers.TPESampler(seed=question.seed, n_startup_trials=question.startup)
    direction = "maximize" if question.direction == "maximise" else "minimize"
    study = optuna.create_study(direction=direction, sampler=sampler)
    for trial in question.trials:
        params = {name: _read(distribution, trial.point[int(name)]) for name, distribution in distributions.items()}
        state = {"done": TrialState.COMPLETE, "failed": TrialState.FAIL, "running": TrialState.RUNNING}[trial.state]
        study.add_trial(
            create_trial(
                params=params,
                distributions=distributions,
                state=state,
                value=trial.value if state == TrialState.COMPLETE else None,
            )
        )
    params = study.ask(distributions).params
    return [float(params[str(place)]) for place in range(len(question.space))]


def _distribution(entry: _Values | _Range) -> BaseDistribution:
    if isinstance(entry, _Values):
        return CategoricalDistribution(tuple(range(entry.count)))
    is_log = entry.scale == "log"
    if entry.whole:
        return IntDistribution(round(entry.low), round(entry.high), log=is_log)
    return FloatDistribution(entry.low, entry.high, log=is_log)


def _read(distribution: BaseDistribution, value: float) -> float | int:
    return value if isinstance(distribution, FloatDistribution) else round(value)

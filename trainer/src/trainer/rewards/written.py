"""What rewards are given for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Written:
    """Replies, row by row, with what stands beside them."""

    questions: list[str]
    replies: list[str]
    # The replies' tokens.
    ids: list[list[int]]
    answers: list[str]


# A number for each reply; None where there is none.
Score = Callable[[Written], list[float | None]]

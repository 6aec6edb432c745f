"""Rewards that a rule can give."""

from __future__ import annotations

import regex

from trainer.errors import TrainingFailed

# A pattern that backtracks without end would hold the training up for ever.
SECONDS = 1.0


def compile_pattern(pattern: str) -> regex.Pattern[str]:
    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise TrainingFailed("training_setting_unfit", f"the pattern {pattern} cannot be read: {error}") from error


def find_pattern(pattern: regex.Pattern[str], reply: str) -> float:
    return float(_find_last(pattern, reply) is not None)


def compare_answer(within: regex.Pattern[str] | None, reply: str, answer: str) -> float:
    """Whether the reply, or what the pattern's first group finds in it last, is the answer: case and spaces apart."""
    found = reply
    if within is not None:
        match = _find_last(within, reply)
        if match is None:
            return 0.0
        found = match.group(1 if within.groups else 0) or ""
    return float(" ".join(found.split()).casefold() == " ".join(answer.split()).casefold())


def _find_last(pattern: regex.Pattern[str], text: str) -> regex.Match[str] | None:
    last = None
    try:
        for match in pattern.finditer(text, timeout=SECONDS):
            last = match
    except TimeoutError as error:
        raise TrainingFailed(
            "training_setting_unfit",
            f"the pattern {pattern.pattern} takes more than {SECONDS:g} s for one reply. Write it without nested "
            "repetitions.",
        ) from error
    return last

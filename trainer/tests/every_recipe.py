"""The smallest request of each recipe beside the fine-tune: its table and its own settings."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from conftest import PLAIN, SENTENCES, save_tiny_model
from test_training_sequences import save_tiny_t5

COUNT = 16
PROMPTS = [f"Say {index}:" for index in range(COUNT)]
PREFERENCES: dict[str, list[Any]] = {
    "prompt": PROMPTS,
    "chosen": [f" {SENTENCES[index % 6]}" for index in range(COUNT)],
    "rejected": [f" No number {index}." for index in range(COUNT)],
}
PAIR = {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"}
ANSWERS: dict[str, list[Any]] = {
    "prompt": PROMPTS,
    "completion": [f" {SENTENCES[index % 6]}" if index % 2 else f" No number {index}." for index in range(COUNT)],
    "wanted": [index % 2 == 1 for index in range(COUNT)],
}
REWARDED: dict[str, Any] = {
    **PLAIN, "columns": {"prompt": "prompt", "answer": None}, "reward": {"kind": "pattern", "pattern": "[aeiou]"},
    "replies": 4, "maxNewTokens": 4, "temperature": 1, "topP": 1, "beta": 0.1, "batchSize": 8,
}  # fmt: skip

# By the name of the case: recipe, table, settings.
CASES: dict[str, tuple[str, dict[str, list[Any]], dict[str, Any]]] = {
    "classifier": (
        "classifier",
        {"text": [f"Number {index}" for index in range(COUNT)], "label": ["odd", "even"] * (COUNT // 2)},
        {"columns": {"text": "text", "label": "label"}, "multiLabel": False},
    ),
    "embedder": (
        "embedder",
        {"a": PROMPTS, "b": PREFERENCES["chosen"]},
        {"columns": {"kind": "pairs", "anchor": "a", "positive": "b"}, "margin": 0.5},
    ),
    "dpo": ("dpo", PREFERENCES, {**PLAIN, "columns": PAIR, "beta": 0.1, "loss": "sigmoid", "labelSmoothing": 0}),
    "orpo": ("orpo", PREFERENCES, {**PLAIN, "columns": PAIR, "beta": 0.1}),
    "kto": (
        "kto",
        ANSWERS,
        {
            **PLAIN, "columns": {"prompt": "prompt", "completion": "completion", "label": "wanted"},
            "beta": 0.1, "loss": "kto", "wantedWeight": 1, "unwantedWeight": 1,
        },
    ),
    "reward-model": (
        "reward-model",
        PREFERENCES,
        {"columns": {"kind": "pairs", **PAIR, "chosenScore": None, "rejectedScore": None}, "separator": " "},
    ),
    "fine-tune-sequence": (
        "fine-tune-sequence",
        ANSWERS,
        {"columns": {"prompt": "prompt", "completion": "completion"}, "base": {"kind": "folder", "path": "t5"}},
    ),
    "grpo": ("reinforcement", {"prompt": PROMPTS}, {**REWARDED, "algorithm": "grpo"}),
    "rloo": ("reinforcement", {"prompt": PROMPTS}, {**REWARDED, "algorithm": "rloo"}),
    "ppo": (
        "reinforcement",
        {"prompt": PROMPTS},
        # The checkpoint lies between two steps upon the same replies.
        {**REWARDED, "algorithm": "ppo", "advanced": {"num_iterations": 2}, "checkpointEverySteps": 3},
    ),
    "distillation": (
        "distillation",
        {"prompt": PROMPTS},
        {
            **PLAIN, "columns": {"prompt": "prompt"}, "teacher": {"kind": "folder", "path": "teacher"},
            "maxNewTokens": 4, "temperature": 1, "beta": 0.5,
        },
    ),
}  # fmt: skip


def prepare_models(data_folder: Path, tiny_model: Path) -> None:
    """What some of them start from or learn from: an encoder with a decoder, and a teacher."""
    save_tiny_t5(data_folder / "t5", tiny_model)
    save_tiny_model(data_folder / "teacher")
    shutil.copy(tiny_model / "tokenizer.json", data_folder / "teacher" / "tokenizer.json")

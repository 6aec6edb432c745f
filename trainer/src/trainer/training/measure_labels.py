"""How well labels are guessed: for rows of one label each, and for rows that may have several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import accuracy_score, f1_score


def measure_one(truth: np.ndarray | Sequence[int], guess: np.ndarray | Sequence[int]) -> dict[str, float]:
    """Of places of labels."""
    _values, counts = np.unique(truth, return_counts=True)
    return {
        "accuracy": float(accuracy_score(truth, guess)),
        "f1": float(f1_score(truth, guess, average="macro", zero_division=0)),  # pyright: ignore[reportArgumentType]
        # What always saying the commonest label would reach.
        "majority": float(counts.max() / counts.sum()),
    }


def measure_several(truth: np.ndarray, guess: np.ndarray) -> dict[str, float]:
    """Of tables with a row a text and a column a label, true where it fits."""
    return {
        "accuracy": float(accuracy_score(truth, guess)),
        "f1": float(f1_score(truth, guess, average="micro", zero_division=0)),  # pyright: ignore[reportArgumentType]
    }

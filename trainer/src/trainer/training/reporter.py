"""What a recipe tells the world while it runs. The recipe knows this shape, not the database behind it."""

from __future__ import annotations

import math
import time
from typing import Any, Protocol

from trainer.contracts.outcome import ProgressNote, TrainingProgress
from trainer.errors import TrainingInterrupted


class Reporter(Protocol):
    def progress(self, progress: TrainingProgress) -> None: ...

    def metric(self, step: int, kind: str, values: dict[str, Any]) -> None: ...

    def should_stop(self) -> bool: ...


class SilentReporter:
    """Of the processes beside the first one, which tells for all; it hears all the same that it is to stop."""

    def __init__(self) -> None:
        self._stop = False

    def progress(self, progress: TrainingProgress) -> None:
        return

    def metric(self, step: int, kind: str, values: dict[str, Any]) -> None:
        return

    def should_stop(self) -> bool:
        return self._stop

    def request_stop(self) -> None:
        self._stop = True


class ProgressState:
    """Keeps the latest progress and passes it on at most every half second, phases and notes at once."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._last_sent = 0.0
        self._started: tuple[float, int] | None = None
        self.current = TrainingProgress(phase="loading", step=0, total_steps=None, epoch=0, seconds_left=None, notes=[])

    def enter(self, phase: str) -> None:
        """Raises TrainingInterrupted where the training is asked to stop before it has begun."""
        if phase != "saving" and self._reporter.should_stop():
            raise TrainingInterrupted
        self.current = self.current.model_copy(update={"phase": phase, "seconds_left": None})
        self._send()

    def note(self, code: str, **data: object) -> None:
        """Says a thing once, however often it is found again."""
        if any(note.code == code and note.data == data for note in self.current.notes):
            return
        self.current = self.current.model_copy(
            update={"notes": [*self.current.notes, ProgressNote(code=code, data=dict(data))]}
        )
        self._send()

    def step(self, step: int, total: int, epoch: float) -> None:
        now = time.monotonic()
        if self._started is None or step < self._started[1]:
            self._started = (now, step)
        started, first = self._started
        left = (now - started) / (step - first) * (total - step) if step > first else None
        self.current = self.current.model_copy(
            update={"step": step, "total_steps": total, "epoch": epoch, "seconds_left": left}
        )
        if now - self._last_sent >= 0.5 or step >= total:
            self._send()

    def _send(self) -> None:
        self._last_sent = time.monotonic()
        self._reporter.progress(self.current)


def finite_values(values: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN, and Postgres refuses it."""
    return {
        key: (value if not isinstance(value, float) or math.isfinite(value) else None)
        for key, value in values.items()
        if isinstance(value, (int, float)) or value is None
    }

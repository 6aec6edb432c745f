"""How many rows go through a model at once: fewer after each time that the memory did not hold them."""

from __future__ import annotations

import gc
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import torch

from trainer.errors import is_out_of_memory

logger = logging.getLogger("trainer")
Item = TypeVar("Item")
Result = TypeVar("Result")


class BatchSize:
    """Belongs to one loaded model and is forgotten with it."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def run(
        self, items: Sequence[Item], work: Callable[[list[Item]], list[Result]]
    ) -> Iterator[tuple[list[Item], list[Result] | None]]:
        """Passes the items through `work`, batch by batch; None for an item that the memory does not hold alone."""
        waiting = deque(items)
        while waiting:
            batch = [waiting.popleft() for _ in range(min(self.rows, len(waiting)))]
            results = _try(batch, work)
            if results is None and len(batch) > 1:
                self.rows = len(batch) // 2
                logger.warning("out of memory with %d rows; %d at a time from now on", len(batch), self.rows)
                waiting.extendleft(reversed(batch))
                continue
            yield batch, results


def _try(batch: list[Item], work: Callable[[list[Item]], list[Result]]) -> list[Result] | None:
    try:
        return work(batch)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        # The traceback holds the tensors of the failed batch.
        error.__traceback__ = None
    free_memory()
    return None


def free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

"""Requests wait here; one thread answers them, those for the same model together."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import is_out_of_memory
from trainer.serving.errors import ApiError, out_of_memory
from trainer.serving.requests import ModelRequest, Task

if TYPE_CHECKING:
    from trainer.serving.loaded_models import KeptModel

logger = logging.getLogger("trainer")
MAX_WAITING = 1024
# Rows of requests that are answered together: all wait for the last of them.
MAX_ROWS_TOGETHER = {"chat": 32, "count": 512, "embed": 256, "classify": 256, "likelihood": 64}
# Requests of one table arrive within a few milliseconds of each other.
GATHER_SECONDS = 0.01


class Engine:
    def __init__(self, data_folder: Path, builtin_model: Path) -> None:
        self._data_folder = data_folder
        self._builtin_model = builtin_model
        self._waiting: deque[ModelRequest] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def submit(self, request: ModelRequest) -> asyncio.Future[Any]:
        with self._changed:
            if len(self._waiting) >= MAX_WAITING:
                raise ApiError(429, "queue_full", f"{MAX_WAITING} requests are waiting already.", retry_after=1)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="generate", daemon=True)
                self._thread.start()
            self._waiting.append(request)
            self._changed.notify()
        return request.future

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify()

    def _run(self) -> None:
        # Here and not above: importing torch takes seconds, and the event loop has a lease to renew.
        from trainer.serving.batch_size import free_memory
        from trainer.serving.loaded_models import LoadedModels

        models = LoadedModels(self._data_folder, self._builtin_model)
        while True:
            batch = self._take_batch()
            if batch is None:
                return
            if not batch:
                continue
            try:
                for request, answer in _answer(models.get(_weights_task(batch[0]), batch[0].model), batch):
                    request.loop.call_soon_threadsafe(_settle, request.future, answer)
            except ApiError as error:
                _fail(batch, error)
            except Exception as error:
                if not is_out_of_memory(error):
                    logger.exception("a request failed")
                _fail(batch, _describe(error))
                # The traceback holds tensors.
                error.__traceback__ = None
                free_memory()

    def _take_batch(self) -> list[ModelRequest] | None:
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            if self._closing:
                return None
        time.sleep(GATHER_SECONDS)
        with self._changed:
            live = deque(request for request in self._waiting if not request.future.done())
            if not live:
                self._waiting = live
                return []
            batch = _take_alike(live)
            chosen = set(map(id, batch))
            self._waiting = deque(request for request in live if id(request) not in chosen)
            return batch


def _take_alike(waiting: deque[ModelRequest]) -> list[ModelRequest]:
    """The first request and those behind it for the same model, up to as many rows as are answered together."""
    first = waiting[0]
    batch, rows = [first], first.rows
    for request in list(waiting)[1:]:
        if request.task != first.task or request.model != first.model:
            continue
        rows += request.rows
        if rows > MAX_ROWS_TOGETHER[first.task]:
            break
        batch.append(request)
    return batch


def _weights_task(request: ModelRequest) -> Task:
    """What is counted is counted by the model that would answer."""
    return "chat" if request.task == "count" else request.task


def _answer(kept: KeptModel, batch: list[Any]) -> Iterator[tuple[ModelRequest, object]]:
    # Here and not above, as with the models.
    task = batch[0].task
    if task == "embed":
        from trainer.serving.embed_texts import embed_texts

        return embed_texts(kept, batch)
    if task == "classify":
        from trainer.serving.classify_texts import classify_texts

        return classify_texts(kept, batch)
    if task == "likelihood":
        from trainer.serving.score_likelihood import score_likelihood

        return score_likelihood(kept, batch)
    from trainer.serving.answer_chats import answer_chats, count_chats

    if task == "count":
        return count_chats(kept, batch)
    return answer_chats(kept, batch)


def _describe(error: Exception) -> ApiError:
    if is_out_of_memory(error):
        return out_of_memory()
    return ApiError(500, "generation_failed", f"{type(error).__name__}: {error}"[:500])


def _fail(batch: list[ModelRequest], error: ApiError) -> None:
    for request in batch:
        request.loop.call_soon_threadsafe(_settle, request.future, error)


def _settle(future: asyncio.Future[Any], answer: object) -> None:
    if future.done():
        return
    if isinstance(answer, ApiError):
        future.set_exception(answer)
    else:
        future.set_result(answer)

"""Requests wait here; one thread answers them, those for the same model together."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.errors import is_out_of_memory
from trainer.serving.errors import ApiError

if TYPE_CHECKING:
    from trainer.serving.generate_batch import Answer
    from trainer.serving.loaded_models import LoadedModels

logger = logging.getLogger("trainer")
MAX_WAITING = 1024
MAX_BATCH = 32
# Requests of one table arrive within a few milliseconds of each other.
GATHER_SECONDS = 0.01


@dataclass(eq=False)
class ChatRequest:
    model: str
    messages: list[dict[str, Any]]
    temperature: float
    top_p: float
    max_tokens: int | None
    stop: tuple[str, ...]
    seed: int
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    future: asyncio.Future[Answer] = field(init=False)

    def __post_init__(self) -> None:
        self.future = self.loop.create_future()


class Engine:
    def __init__(self, data_folder: Path, builtin_model: Path) -> None:
        self._data_folder = data_folder
        self._builtin_model = builtin_model
        self._waiting: deque[ChatRequest] = deque()
        self._changed = threading.Condition()
        self._batch_limits: dict[str, int] = {}
        self._closing = False
        self._thread: threading.Thread | None = None

    def submit(self, request: ChatRequest) -> asyncio.Future[Answer]:
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
        from trainer.serving.loaded_models import LoadedModels

        models = LoadedModels(self._data_folder, self._builtin_model)
        while True:
            batch = self._take_batch()
            if batch is None:
                return
            if not batch:
                continue
            try:
                self._answer(models, batch)
            except ApiError as error:
                _fail(batch, error)
            except Exception as error:
                if is_out_of_memory(error) and len(batch) > 1:
                    self._batch_limits[batch[0].model] = len(batch) // 2
                    logger.warning("out of memory: %s is now served %d at a time", batch[0].model, len(batch) // 2)
                    with self._changed:
                        self._waiting.extendleft(reversed(batch))
                elif is_out_of_memory(error):
                    _fail(batch, ApiError(503, "out_of_memory", "The memory does not hold this request."))
                else:
                    logger.exception("generation failed")
                    _fail(batch, ApiError(500, "generation_failed", f"{type(error).__name__}: {error}"[:500]))
                # The traceback holds the tensors of the failed batch.
                error.__traceback__ = None
                models.free_memory()

    def _take_batch(self) -> list[ChatRequest] | None:
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
            model = live[0].model
            limit = self._batch_limits.get(model, MAX_BATCH)
            batch = [request for request in live if request.model == model][:limit]
            chosen = set(map(id, batch))
            self._waiting = deque(request for request in live if id(request) not in chosen)
            return batch

    def _answer(self, models: LoadedModels, batch: list[ChatRequest]) -> None:
        from trainer.serving.generate_batch import encode_messages, fit_context, generate_batch
        from trainer.serving.sampling import SamplingParams

        loaded = models.get(batch[0].model)
        accepted: list[tuple[ChatRequest, list[int], SamplingParams]] = []
        for request in batch:
            try:
                prompt = encode_messages(loaded, request.messages)
                if not prompt:
                    raise ApiError(400, "empty_prompt", "The prompt has no tokens.")
                room = fit_context(loaded, len(prompt), request.max_tokens)
            except ApiError as error:
                _fail([request], error)
                continue
            params = SamplingParams(request.temperature, request.top_p, room, request.stop, request.seed)
            accepted.append((request, prompt, params))
        if not accepted:
            return
        answers = generate_batch(loaded, [prompt for _, prompt, _ in accepted], [params for *_, params in accepted])
        for (request, _prompt, _params), answer in zip(accepted, answers, strict=True):
            request.loop.call_soon_threadsafe(_settle, request.future, answer, None)


def _fail(batch: list[ChatRequest], error: ApiError) -> None:
    for request in batch:
        request.loop.call_soon_threadsafe(_settle, request.future, None, error)


def _settle(future: asyncio.Future[Any], answer: object, error: ApiError | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(answer)

"""The BullMQ queue as a wake-up: it carries an id, and what is to be done stands in Postgres."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bullmq import Job, Worker

from trainer.settings import Settings

logger = logging.getLogger("trainer")
QUEUE = "trainer"


def listen_queue(settings: Settings, wake: asyncio.Event) -> Worker:
    options: dict[str, Any] = {"removeOnComplete": {"count": 100}, "removeOnFail": {"count": 100}}
    if settings.redis_url:
        options["connection"] = settings.redis_url
    else:
        options |= {"backend": "postgres", "connection": settings.database_url, "schema": "bullmq"}

    async def process(job: Job, _token: str) -> None:
        # Done at once: a job held for hours would need its lock kept, and it could be lost all the same.
        logger.info("woken by the queue for training %s", (job.data or {}).get("trainingId"))
        wake.set()

    worker = Worker(QUEUE, process, options)  # pyright: ignore[reportArgumentType]
    worker.on("error", lambda error, *_rest: logger.warning("queue: %s", error))
    return worker

"""The row that says this process lives."""

from __future__ import annotations

import asyncio
import importlib.metadata
import logging
import os
import socket
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from trainer.supervisor.lease import Database

logger = logging.getLogger("trainer")
HEARTBEAT_SECONDS = 3
LIBRARIES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "bullmq")


def library_versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


async def keep_heartbeat(
    database: Database,
    worker_id: str,
    read_detail: Callable[[], dict[str, Any]],
    kind: str = "trainer",
    changed: asyncio.Event | None = None,
) -> None:
    """Where `changed` is set it beats at once."""
    changed = changed or asyncio.Event()
    while True:
        changed.clear()
        values = {"id": worker_id, "kind": kind, "pid": os.getpid(), "host": socket.gethostname()}
        try:
            await database.execute(
                "INSERT INTO worker_process (id, kind, pid, host, detail, heartbeat_at) "
                "VALUES (%(id)s, %(kind)s, %(pid)s, %(host)s, %(detail)s, now()) "
                "ON CONFLICT (id) DO UPDATE SET detail = EXCLUDED.detail, heartbeat_at = now()",
                {**values, "detail": Jsonb(read_detail())},
            )
        except psycopg.Error as error:
            logger.warning("heartbeat: %s", error)
        try:
            await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
        except asyncio.TimeoutError:
            pass


async def end_heartbeat(database: Database, worker_id: str) -> None:
    try:
        await database.execute("DELETE FROM worker_process WHERE id = %(id)s", {"id": worker_id})
    except psycopg.Error as error:
        logger.warning("heartbeat: %s", error)

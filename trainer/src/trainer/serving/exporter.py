"""Exports, one after the other, each in a process of its own: a large model must not weigh on the server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from aiohttp import web

from trainer.serving.errors import ApiError
from trainer.settings import Settings

LOOK_SECONDS = 0.5
LOG_CHARACTERS = 2000


class Exporter:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = asyncio.Lock()

    async def export(self, request: web.Request) -> dict[str, Any]:
        """What the export's process says. It ends with the request: nobody waits for it then. Raises ApiError."""
        body = await request.read()
        async with self._turn:
            if _is_gone(request):
                raise ApiError(499, "cancelled", "The export was cancelled while it waited.")
            process = await self._start()
            waiting = asyncio.ensure_future(process.communicate(body))
            try:
                while not waiting.done():
                    await asyncio.wait({waiting}, timeout=LOOK_SECONDS)
                    if _is_gone(request):
                        raise ApiError(499, "cancelled", "The export was cancelled.")
            finally:
                if process.returncode is None:
                    process.kill()
                output, log = await waiting
        return _read_answer(process.returncode, output, log)

    async def _start(self) -> asyncio.subprocess.Process:
        environment = dict(
            os.environ,
            REVERIE_DATA=str(self._settings.data_folder),
            REVERIE_BUILTIN_MODEL=str(self._settings.builtin_model),
            DATABASE_URL=self._settings.database_url,
            TOKENIZERS_PARALLELISM="false",
        )
        environment.pop("TRAINER_TOKEN", None)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "trainer",
            "run-export",
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _read_answer(status: int | None, output: bytes, log: bytes) -> dict[str, Any]:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    if status != 0 or not lines:
        said = log.decode("utf-8", "replace").strip()[-LOG_CHARACTERS:]
        raise ApiError(500, "export_failed", f"The export's process ended with status {status}: {said}")
    answer: dict[str, Any] = json.loads(lines[-1])
    if "refused" in answer:
        raise ApiError(422, "export_refused", answer["refused"])
    return answer

"""The model server over HTTP, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from trainer.serving.engine import Engine
from trainer.serving.http_app import build_app
from trainer.settings import Settings

Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]
Post = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]
HEADERS = {"Authorization": "Bearer secret"}


def settings_for(data_folder: Path, model: Path) -> Settings:
    return Settings("", None, data_folder, "127.0.0.1", 0, "secret", model)


def with_server(settings: Settings, scenario: Callable[[Ask, ClientSession], Awaitable[None]]) -> None:
    async def run() -> None:
        engine = Engine(settings.data_folder, settings.builtin_model)
        runner = web.AppRunner(build_app(engine, settings))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession(base) as session:

            async def ask(text: str, **body: object) -> tuple[int, dict[str, Any]]:
                body = {"model": "builtin", "messages": [{"role": "user", "content": text}], "max_tokens": 20, **body}
                async with session.post("/v1/chat/completions", json=body, headers=HEADERS) as response:
                    return response.status, await response.json()

            await scenario(ask, session)
        await runner.cleanup()
        engine.close()

    asyncio.run(run())


def with_post(settings: Settings, path: str, scenario: Callable[[Post], Awaitable[None]]) -> None:
    """Runs a scenario that posts bodies to one path; each gives status and answer."""

    async def run(_ask: Ask, session: ClientSession) -> None:
        async def post(**body: object) -> tuple[int, dict[str, Any]]:
            async with session.post(path, json=body, headers=HEADERS) as response:
                return response.status, await response.json()

        await scenario(post)

    with_server(settings, run)


def text_of(answer: tuple[int, dict[str, Any]]) -> str:
    assert answer[0] == 200, answer
    return answer[1]["choices"][0]["message"]["content"]

"""The model server's HTTP face: the part of OpenAI's interface that a text model has, classification and likelihood."""

from __future__ import annotations

import asyncio
import base64
import hmac
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from trainer.serving.bodies import ChatBody, ClassifyBody, CountBody, EmbeddingBody, LikelihoodBody, read_body
from trainer.serving.engine import Engine
from trainer.serving.errors import ApiError
from trainer.serving.exporter import Exporter
from trainer.serving.requests import ChatAnswer, CountAnswer, TextsAnswer
from trainer.settings import Settings, is_safe_name

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger("trainer")
MAX_BODY_BYTES = 16 * 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(engine: Engine, settings: Settings) -> web.Application:
    exporter = Exporter(settings)
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_as_api_errors, _require_token(settings.token)])

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def list_models(_request: web.Request) -> web.Response:
        folder = settings.data_folder / "models"
        trained = sorted(
            f"trained:{entry.name}"
            for entry in (folder.iterdir() if folder.is_dir() else [])
            if entry.is_dir() and is_safe_name(entry.name) and not entry.name.endswith(".partial")
        )
        names = (["builtin"] if (settings.builtin_model / "config.json").is_file() else []) + trained
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "reverie"} for name in names]
        return web.json_response({"object": "list", "data": data})

    async def chat(request: web.Request) -> web.Response:
        body = await read_body(request, ChatBody)
        answer: ChatAnswer = await engine.submit(body.to_request())
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": answer.text, "refusal": None},
            "logprobs": None,
            "finish_reason": answer.finish_reason,
        }
        usage = {
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "total_tokens": answer.prompt_tokens + answer.completion_tokens,
        }
        return web.json_response(
            {
                "id": f"chatcmpl-{uuid.uuid4().hex}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": body.model,
                "choices": [choice],
                "usage": usage,
            }
        )

    async def embed(request: web.Request) -> web.Response:
        body = await read_body(request, EmbeddingBody)
        answer: TextsAnswer = await engine.submit(body.to_request())
        data = [
            {"object": "embedding", "index": index, "embedding": _write_vector(vector, body.encoding_format)}
            for index, vector in enumerate(answer.results)
        ]
        return web.json_response(
            {"object": "list", "model": body.model, "data": data, "usage": _count(answer.prompt_tokens)}
        )

    async def classify(request: web.Request) -> web.Response:
        body = await read_body(request, ClassifyBody)
        answer: TextsAnswer = await engine.submit(body.to_request())
        return web.json_response({"model": body.model, "data": answer.results, "usage": _count(answer.prompt_tokens)})

    async def likelihood(request: web.Request) -> web.Response:
        body = await read_body(request, LikelihoodBody)
        answer: TextsAnswer = await engine.submit(body.to_request())
        return web.json_response({"model": body.model, "data": answer.results, "usage": _count(answer.prompt_tokens)})

    async def count(request: web.Request) -> web.Response:
        body = await read_body(request, CountBody)
        answer: CountAnswer = await engine.submit(body.to_request())
        return web.json_response({"model": body.model, "tokens": answer.tokens, "context": answer.context})

    async def export(request: web.Request) -> web.Response:
        return web.json_response(await exporter.export(request))

    async def suggest(request: web.Request) -> web.Response:
        # Loaded where it is first asked for: it brings a database library along.
        from trainer.sweeps.suggest import TrialQuestion, suggest_point

        question = await read_body(request, TrialQuestion)
        return web.json_response({"point": await asyncio.to_thread(suggest_point, question)})

    app.router.add_get("/health", health)
    app.router.add_get("/v1/models", list_models)
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_post("/v1/embeddings", embed)
    app.router.add_post("/v1/classify", classify)
    app.router.add_post("/v1/likelihood", likelihood)
    app.router.add_post("/v1/count", count)
    app.router.add_post("/v1/exports", export)
    app.router.add_post("/v1/suggest-trial", suggest)
    return app


def _count(prompt_tokens: int) -> dict[str, int]:
    return {"prompt_tokens": prompt_tokens, "total_tokens": prompt_tokens}


def _write_vector(vector: np.ndarray, encoding: str) -> list[float] | str:
    """Numbers, or base64 of 32-bit floats, little-endian."""
    if encoding == "float":
        return vector.tolist()
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def _require_token(token: str | None) -> Any:  # noqa: ANN401
    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if token is not None and request.path != "/health":
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), token.encode()):
                raise ApiError(401, "invalid_api_key", "The bearer token is missing or wrong.")
        return await handler(request)

    return check


@web.middleware
async def _as_api_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        return web.json_response(error.to_json(), status=error.status, headers=headers)
    except web.HTTPException as error:
        wrapped = ApiError(error.status, error.reason.lower().replace(" ", "_"), error.reason)
        return web.json_response(wrapped.to_json(), status=error.status)
    except Exception:
        logger.exception("request failed")
        return web.json_response(ApiError(500, "internal_error", "The request failed here.").to_json(), status=500)

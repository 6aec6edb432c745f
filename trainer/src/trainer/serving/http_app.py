"""The model server's HTTP face: the part of OpenAI's interface that a text model has."""

from __future__ import annotations

import hmac
import logging
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainer.serving.engine import ChatRequest, Engine
from trainer.serving.errors import ApiError
from trainer.settings import Settings, is_safe_name

logger = logging.getLogger("trainer")
MAX_BODY_BYTES = 16 * 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _TextPart(BaseModel):
    type: str
    text: str


class _Message(BaseModel):
    role: str
    content: str | list[_TextPart]

    def to_plain(self) -> dict[str, Any]:
        content = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": self.role, "content": content}


class _ChatBody(BaseModel):
    # Clients send settings that a text model here has no use for; they are let pass, as elsewhere.
    model_config = ConfigDict(extra="ignore")

    model: str
    messages: list[_Message] = Field(min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=100)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: str | list[str] | None = None
    seed: int | None = None
    n: int | None = Field(default=None, ge=1)
    stream: bool | None = None


def build_app(engine: Engine, settings: Settings) -> web.Application:
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
        body = await _read_body(request)
        answer = await engine.submit(_to_chat_request(body))
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

    app.router.add_get("/health", health)
    app.router.add_get("/v1/models", list_models)
    app.router.add_post("/v1/chat/completions", chat)
    return app


async def _read_body(request: web.Request) -> _ChatBody:
    try:
        body = _ChatBody.model_validate_json(await request.read())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ApiError(400, "invalid_request", f"{place}: {first['msg']}" if place else first["msg"]) from error
    if body.stream:
        raise ApiError(400, "stream_unsupported", "Streaming is not available here. Send the request without stream.")
    if body.n not in (None, 1):
        raise ApiError(400, "n_unsupported", "One answer a request is available here. Send n requests with n seeds.")
    return body


def _to_chat_request(body: _ChatBody) -> ChatRequest:
    stop = [body.stop] if isinstance(body.stop, str) else body.stop or []
    return ChatRequest(
        model=body.model,
        messages=[message.to_plain() for message in body.messages],
        temperature=1.0 if body.temperature is None else body.temperature,
        top_p=1.0 if body.top_p is None else body.top_p,
        max_tokens=body.max_completion_tokens or body.max_tokens,
        stop=tuple(text for text in stop if text),
        seed=secrets.randbits(63) if body.seed is None else body.seed,
    )


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

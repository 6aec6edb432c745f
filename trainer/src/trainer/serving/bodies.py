"""The bodies that clients send. Settings that a local model has no use for are let pass, as elsewhere."""

from __future__ import annotations

import json
import secrets
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainer.serving.errors import ApiError
from trainer.serving.requests import ChatRequest, ClassifyRequest, CountRequest, EmbeddingRequest, LikelihoodRequest

MAX_TEXTS = 2048
Body = TypeVar("Body", bound=BaseModel)
Texts = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, max_length=MAX_TEXTS)]


class _TextPart(BaseModel):
    type: str
    text: str


class _Message(BaseModel):
    role: str
    content: str | list[_TextPart]

    def to_plain(self) -> dict[str, Any]:
        content = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": self.role, "content": content}


class ChatBody(BaseModel):
    model_config = ConfigDict(extra="ignore")

    model: str
    messages: list[_Message] = Field(min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=100)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: str | list[str] | None = None
    seed: int | None = None
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    repetition_penalty: float | None = Field(default=None, gt=0)
    logit_bias: dict[Annotated[int, Field(ge=0)], Annotated[float, Field(ge=-100, le=100)]] | None = None
    n: int | None = Field(default=None, ge=1)
    stream: bool | None = None

    def to_request(self) -> ChatRequest:
        if self.stream:
            message = "Streaming is not available here. Send the request without stream."
            raise ApiError(400, "stream_unsupported", message)
        if self.n not in (None, 1):
            message = "One answer a request is available here. Send n requests with n seeds."
            raise ApiError(400, "n_unsupported", message)
        stop = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return ChatRequest(
            model=self.model,
            messages=[message.to_plain() for message in self.messages],
            temperature=1.0 if self.temperature is None else self.temperature,
            top_p=1.0 if self.top_p is None else self.top_p,
            max_tokens=self.max_completion_tokens or self.max_tokens,
            stop=tuple(text for text in stop if text),
            seed=secrets.randbits(63) if self.seed is None else self.seed,
            frequency_penalty=self.frequency_penalty or 0.0,
            presence_penalty=self.presence_penalty or 0.0,
            repetition_penalty=self.repetition_penalty or 1.0,
            logit_bias=self.logit_bias or {},
        )


class CountBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: str
    messages: list[_Message] = Field(min_length=1)

    def to_request(self) -> CountRequest:
        return CountRequest(model=self.model, messages=[message.to_plain() for message in self.messages])


class EmbeddingBody(BaseModel):
    model_config = ConfigDict(extra="ignore")

    model: str
    input: str | Texts
    dimensions: int | None = Field(default=None, ge=1)
    encoding_format: Literal["float", "base64"] = "float"
    # Beyond OpenAI's: cut texts that are too long, and which of the model's own prompts stands before them.
    truncate: bool = False
    input_type: Literal["query", "document"] | None = None

    def to_request(self) -> EmbeddingRequest:
        return EmbeddingRequest(
            model=self.model,
            texts=[self.input] if isinstance(self.input, str) else self.input,
            truncate=self.truncate,
            dimensions=self.dimensions,
            purpose=self.input_type,
        )


class ClassifyBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: str
    input: Texts
    truncate: bool = False

    def to_request(self) -> ClassifyRequest:
        return ClassifyRequest(model=self.model, texts=self.input, truncate=self.truncate)


class LikelihoodBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: str
    # [what stands before, the text that is scored]
    input: list[tuple[str, Annotated[str, Field(min_length=1)]]] = Field(min_length=1, max_length=MAX_TEXTS)
    truncate: bool = False

    def to_request(self) -> LikelihoodRequest:
        texts = [json.dumps(pair) for pair in self.input]
        return LikelihoodRequest(model=self.model, texts=texts, truncate=self.truncate)


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    try:
        return kind.model_validate_json(await request.read())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ApiError(400, "invalid_request", f"{place}: {first['msg']}" if place else first["msg"]) from error

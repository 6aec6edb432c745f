"""What can be asked of a model. A request waits in the engine until its future is settled."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

Task = Literal["chat", "count", "embed", "classify", "likelihood"]


@dataclass(eq=False, kw_only=True)
class ModelRequest:
    task: ClassVar[Task]
    model: str
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    future: asyncio.Future[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.future = self.loop.create_future()

    @property
    def rows(self) -> int:
        """Inputs of the model in this request."""
        return 1


@dataclass(eq=False, kw_only=True)
class ChatRequest(ModelRequest):
    task = "chat"
    messages: list[dict[str, Any]]
    temperature: float
    top_p: float
    max_tokens: int | None
    stop: tuple[str, ...]
    seed: int
    frequency_penalty: float
    presence_penalty: float
    repetition_penalty: float
    logit_bias: dict[int, float]


@dataclass(eq=False, kw_only=True)
class CountRequest(ModelRequest):
    """How many tokens messages are, and how many the model takes."""

    task = "count"
    messages: list[dict[str, Any]]


@dataclass(eq=False, kw_only=True)
class TextsRequest(ModelRequest):
    texts: list[str]
    # Whether a text over the model's length loses its end; otherwise the request is refused.
    truncate: bool

    @property
    def rows(self) -> int:
        return len(self.texts)


@dataclass(eq=False, kw_only=True)
class EmbeddingRequest(TextsRequest):
    task = "embed"
    # Wished length of a vector; None for the model's own.
    dimensions: int | None
    # Which of the model's own prompts stands before each text, where it has that one.
    purpose: Literal["query", "document"] | None


@dataclass(eq=False, kw_only=True)
class ClassifyRequest(TextsRequest):
    task = "classify"


@dataclass(eq=False, kw_only=True)
class LikelihoodRequest(TextsRequest):
    """Each of its texts is JSON of [what stands before, the text that is scored]."""

    task = "likelihood"


@dataclass(frozen=True)
class ChatAnswer:
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class CountAnswer:
    tokens: int
    # Of prompt and answer together; None where the model has no bound.
    context: int | None


@dataclass(frozen=True)
class TextsAnswer:
    # One of each text, in their order: a vector (a row of float32), or numbers by name.
    results: list[Any]
    prompt_tokens: int

"""Chats: those for one model share its passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trainer.models.load_model import LoadedModel
from trainer.serving.errors import ApiError, out_of_memory
from trainer.serving.generate_batch import context_of, encode_messages, fit_context, generate_batch
from trainer.serving.loaded_models import KeptModel
from trainer.serving.requests import ChatAnswer, ChatRequest, CountAnswer, CountRequest
from trainer.serving.sampling import SamplingParams

Accepted = tuple[ChatRequest, list[int], SamplingParams]


def answer_chats(kept: KeptModel, requests: list[ChatRequest]) -> Iterator[tuple[ChatRequest, ChatAnswer | ApiError]]:
    if not isinstance(kept.model, LoadedModel):
        for request in requests:
            yield request, _ask_llama(kept.model.llama, request)
        return
    loaded = kept.model
    accepted: list[Accepted] = []
    for request in requests:
        try:
            accepted.append(_accept(loaded, request))
        except ApiError as error:
            yield request, error

    def generate(batch: list[Accepted]) -> list[ChatAnswer]:
        return generate_batch(loaded, [prompt for _, prompt, _ in batch], [params for *_, params in batch])

    for batch, answers in kept.batch.run(accepted, generate):
        for (request, *_), answer in zip(batch, answers or [out_of_memory()] * len(batch), strict=True):
            yield request, answer


def count_chats(kept: KeptModel, requests: list[CountRequest]) -> Iterator[tuple[CountRequest, CountAnswer | ApiError]]:
    for request in requests:
        if not isinstance(kept.model, LoadedModel):
            llama = kept.model.llama
            text = "\n\n".join(message["content"] for message in request.messages)
            yield request, CountAnswer(len(llama.tokenize(text.encode(), add_bos=True)), int(llama.n_ctx()))
            continue
        try:
            tokens = len(encode_messages(kept.model, request.messages))
            yield request, CountAnswer(tokens, context_of(kept.model))
        except ApiError as error:
            yield request, error


def _accept(loaded: LoadedModel, request: ChatRequest) -> Accepted:
    prompt = encode_messages(loaded, request.messages)
    if not prompt:
        raise ApiError(400, "empty_prompt", "The prompt has no tokens.")
    room = fit_context(loaded, len(prompt), request.max_tokens)
    return (
        request,
        prompt,
        SamplingParams(
            request.temperature,
            request.top_p,
            room,
            request.stop,
            request.seed,
            request.frequency_penalty,
            request.presence_penalty,
            request.repetition_penalty,
            request.logit_bias,
        ),
    )


def _ask_llama(llama: Any, request: ChatRequest) -> ChatAnswer | ApiError:  # noqa: ANN401
    try:
        reply = llama.create_chat_completion(
            request.messages,
            temperature=request.temperature,
            top_p=request.top_p,
            max_tokens=request.max_tokens,
            stop=list(request.stop),
            seed=request.seed & (2**31 - 1),
            frequency_penalty=request.frequency_penalty,
            presence_penalty=request.presence_penalty,
            repeat_penalty=request.repetition_penalty,
            logit_bias=request.logit_bias or None,
        )
    except ValueError as error:
        return ApiError(400, "invalid_request", str(error))
    choice, usage = reply["choices"][0], reply["usage"]
    text = choice["message"]["content"] or ""
    return ChatAnswer(text, choice["finish_reason"], usage["prompt_tokens"], usage["completion_tokens"])

"""Answers for several prompts in one pass of the model."""

from __future__ import annotations

from typing import Any, cast

import torch
from transformers import LogitsProcessorList, StoppingCriteriaList

from trainer.data.tokenise_example import encode_chat, encode_prompt
from trainer.models.load_model import LoadedModel
from trainer.serving.errors import ApiError
from trainer.serving.requests import ChatAnswer
from trainer.serving.sampling import RowSampling, RowStopping, SamplingParams

DEFAULT_MAX_TOKENS = 1024


def encode_messages(loaded: LoadedModel, messages: list[dict[str, Any]]) -> list[int]:
    if loaded.format != "completion" and loaded.tokenizer.chat_template is not None:
        try:
            return encode_chat(loaded.tokenizer, messages, True)
        except Exception as error:
            raise ApiError(400, "invalid_messages", f"The chat template refuses the messages: {error}") from error
    text = "\n\n".join(message["content"] for message in messages)
    if _is_seq2seq(loaded):
        # An encoder reads its text to the end token, which a causal model must not see.
        return list(cast("list[int]", loaded.tokenizer(text)["input_ids"]))
    return encode_prompt(loaded.tokenizer, text)


def _is_seq2seq(loaded: LoadedModel) -> bool:
    return bool(getattr(loaded.model.config, "is_encoder_decoder", False))


def context_of(loaded: LoadedModel) -> int | None:
    return getattr(loaded.model.config, "max_position_embeddings", None)


def fit_context(loaded: LoadedModel, prompt_tokens: int, max_tokens: int | None) -> int:
    context = context_of(loaded)
    if _is_seq2seq(loaded):
        # Prompt and answer each have the whole context, where there is a bound at all.
        room = context or DEFAULT_MAX_TOKENS
        if prompt_tokens > room and context is not None:
            raise _too_long(prompt_tokens, context)
        return min(room, max_tokens or DEFAULT_MAX_TOKENS)
    if context is not None and prompt_tokens >= context:
        raise _too_long(prompt_tokens, context)
    room = DEFAULT_MAX_TOKENS if context is None else context - prompt_tokens
    return min(room, max_tokens or DEFAULT_MAX_TOKENS)


def _too_long(prompt_tokens: int, context: int) -> ApiError:
    return ApiError(
        400,
        "context_length_exceeded",
        f"The prompt has {prompt_tokens} tokens and the model's context is {context}, answer included.",
    )


@torch.inference_mode()
def generate_batch(loaded: LoadedModel, prompts: list[list[int]], rows: list[SamplingParams]) -> list[ChatAnswer]:
    model, tokenizer = loaded.model, loaded.tokenizer
    width = max(len(prompt) for prompt in prompts)
    pad = tokenizer.pad_token_id or 0
    ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts], device=model.device)
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=model.device)
    # What the answer follows: the prompts, or the one token that a decoder apart from its encoder begins with.
    start = 1 if _is_seq2seq(loaded) else width
    begins = [1 if _is_seq2seq(loaded) else width - len(prompt) for prompt in prompts]
    output = model.generate(  # pyright: ignore[reportCallIssue]
        ids,
        attention_mask=mask,
        do_sample=False,
        max_new_tokens=max(row.max_tokens for row in rows),
        pad_token_id=pad,
        logits_processor=LogitsProcessorList([RowSampling(rows, model.device, begins, start)]),
        stopping_criteria=StoppingCriteriaList([RowStopping(rows, start, tokenizer)]),
    )
    ends = _end_tokens(loaded)
    return [
        _read_answer(loaded, output[index, start:].tolist(), ends, row, len(prompts[index]))
        for index, row in enumerate(rows)
    ]


def _end_tokens(loaded: LoadedModel) -> set[int]:
    configured = loaded.model.generation_config.eos_token_id
    ends = [loaded.tokenizer.eos_token_id, *(configured if isinstance(configured, list) else [configured])]
    return {end for end in ends if isinstance(end, int)}


def _read_answer(
    loaded: LoadedModel, made: list[int], ends: set[int], row: SamplingParams, prompt_tokens: int
) -> ChatAnswer:
    """Cuts a row at its own end: behind it stand the paddings of a batch that went on for others."""
    made = made[: row.max_tokens]
    reason, count = "length", len(made)
    for index, token in enumerate(made):
        if token in ends:
            # The end token was generated too, so it is counted.
            made, reason, count = made[:index], "stop", index + 1
            break
    text = str(loaded.tokenizer.decode(made, skip_special_tokens=True))
    places = [place for place in (text.find(stop) for stop in row.stop) if place >= 0]
    if places:
        text, reason = text[: min(places)], "stop"
        count = _count_to_stop(loaded, made, row)
    return ChatAnswer(text, reason, prompt_tokens, count)


def _count_to_stop(loaded: LoadedModel, made: list[int], row: SamplingParams) -> int:
    # Generation ended for this row at the first token that completed a stop string.
    low, high = 1, len(made)
    while low < high:
        middle = (low + high) // 2
        text = str(loaded.tokenizer.decode(made[:middle], skip_special_tokens=True))
        if any(stop in text for stop in row.stop):
            high = middle
        else:
            low = middle + 1
    return low

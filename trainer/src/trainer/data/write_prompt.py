"""Prompts and answers as TRL's trainers take them: plain text, or messages that a chat template will wrap."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from transformers import PreTrainedTokenizerBase

from trainer.contracts.training import PromptFormat
from trainer.data.tokenise_example import encode_chat, encode_prompt

Messages = list[dict[str, Any]]


def text_type(form: PromptFormat) -> pa.DataType:
    return pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])) if _is_chat(form) else pa.string()


def write_prompt(form: PromptFormat, prompt: str) -> str | Messages:
    if not _is_chat(form):
        return prompt if not form.system_prompt else f"{form.system_prompt}\n\n{prompt}"
    system = [{"role": "system", "content": form.system_prompt}] if form.system_prompt else []
    return [*system, {"role": "user", "content": prompt}]


def write_answer(form: PromptFormat, answer: str) -> str | Messages:
    return [{"role": "assistant", "content": answer}] if _is_chat(form) else answer


def count_prompt_tokens(tokenizer: PreTrainedTokenizerBase, prompt: str | Messages) -> int:
    ids = encode_prompt(tokenizer, prompt) if isinstance(prompt, str) else encode_chat(tokenizer, prompt, True)
    return len(ids)


def count_tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> int:
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])  # pyright: ignore[reportArgumentType]


def _is_chat(form: PromptFormat) -> bool:
    return form.format == "chat"

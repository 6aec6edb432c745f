"""One example as token ids, exactly as the model will meet it when it is served."""

from __future__ import annotations

from typing import Any, cast

from transformers import PreTrainedTokenizerBase

IGNORED = -100


def _ids(tokenizer: PreTrainedTokenizerBase, text: str, special: bool) -> list[int]:
    return list(cast("list[int]", tokenizer(text, add_special_tokens=special)["input_ids"]))


def end_token(tokenizer: PreTrainedTokenizerBase) -> int:
    return cast("int", tokenizer.eos_token_id)


def encode_prompt(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Ids of a plain prompt. An end token that a tokenizer adds by itself would end the answer before it begins."""
    ids = _ids(tokenizer, text, True)
    if ids and ids[-1] == tokenizer.eos_token_id and not text.endswith(str(tokenizer.eos_token)):
        ids.pop()
    return ids


def encode_chat(tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, Any]], open_answer: bool) -> list[int]:
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=open_answer)
    return _ids(tokenizer, str(text), False)


def tokenise_example(
    tokenizer: PreTrainedTokenizerBase, prompt: str | None, completion: str, chat: bool, system_prompt: str | None
) -> tuple[list[int], list[int]]:
    """Ids and labels; labels leave out the prompt, so that the loss is on the answer alone."""
    answer = _ids(tokenizer, completion, False)
    if prompt is None:
        ids = encode_prompt(tokenizer, completion) + [end_token(tokenizer)]
        return ids, list(ids)
    if not chat:
        # Prompt and answer are split before they become tokens: joined, tokens could merge across the border
        # and the model would be trained on a context that it never sees when it is asked.
        text = prompt if not system_prompt else f"{system_prompt}\n\n{prompt}"
        start = encode_prompt(tokenizer, text)
        ids = start + answer + [end_token(tokenizer)]
    else:
        system = [{"role": "system", "content": system_prompt}] if system_prompt else []
        messages: list[dict[str, Any]] = [*system, {"role": "user", "content": prompt}]
        start = encode_chat(tokenizer, messages, True)
        whole = encode_chat(tokenizer, [*messages, {"role": "assistant", "content": completion}], False)
        # Some templates write the opening of an answer differently when it stands alone.
        ids = whole if whole[: len(start)] == start else start + answer
        if end_token(tokenizer) not in ids[len(start) :]:
            ids = ids + [end_token(tokenizer)]
    return ids, [IGNORED] * len(start) + ids[len(start) :]

"""Rows to learn to write from, of texts or of conversations, as token ids and labels."""

from __future__ import annotations

from collections.abc import Callable

from transformers import PreTrainedTokenizerBase

from trainer.contracts.training import FineTuneRequest
from trainer.data.conversations import read_conversation
from trainer.data.mask_conversation import tokenise_conversation
from trainer.data.read_rows import Row, reason_to_skip, to_text
from trainer.data.tokenise_example import tokenise_example
from trainer.data.write_prompt import after_prompt, open_prompts

# Ids and labels of a row, or why it cannot be learned from.
ReadExample = Callable[[Row], tuple[list[int], list[int]] | str]


def read_examples(request: FineTuneRequest, tokenizer: PreTrainedTokenizerBase) -> tuple[list[str], ReadExample]:
    """The columns that are read, and what reads a row of them."""
    columns, writer = request.columns, open_prompts(request, tokenizer, hands_on_tools=True)

    def read_text(row: Row) -> tuple[list[int], list[int]] | str:
        completion = to_text(row[columns.completion])
        prompt = None if columns.prompt is None else to_text(row[columns.prompt])
        # An empty prompt is a prompt; an empty answer teaches nothing.
        code = reason_to_skip(completion) or (None if columns.prompt is None or prompt is not None else "null_value")
        is_chat, system = request.format == "chat", request.system_prompt
        return code or tokenise_example(tokenizer, prompt, completion or "", is_chat, system)

    def read_chat(row: Row) -> tuple[list[int], list[int]] | str:
        answer = read_conversation(row[columns.completion])
        before = read_conversation(row[columns.prompt]) if columns.prompt is not None else []
        if writer.chats is None or (answer is None and not before):
            return read_text(row)
        said = to_text(row[columns.completion])
        if not said:
            return "null_value" if said is None else "empty_value"
        answer = answer or [{"role": "assistant", "content": said}]
        if before is None:
            before = [{"role": "user", "content": to_text(row[columns.prompt or ""]) or ""}]
        if before:
            reply = after_prompt(answer, before)
            if reply is None:
                return "answer_is_no_reply_to_the_prompt"
            answer = reply
        system = writer.system([*before, *answer])
        messages = [*system, *before, *answer]
        asked = len(system) + len(before) if before else 0
        return tokenise_conversation(writer.chats, messages, writer.tools_of(row), request.turns, asked)

    wanted = [name for name in (columns.prompt, columns.completion) if name is not None]
    return [*wanted, *writer.columns()], read_chat

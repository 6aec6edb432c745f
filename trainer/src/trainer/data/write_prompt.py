"""Prompts and answers as TRL's trainers take them: plain text, or messages that a chat template will wrap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from datasets import Features, Json, Value
from transformers import PreTrainedTokenizerBase

from trainer.contracts.training import PromptFormat
from trainer.data.conversations import Message, Messages, conversation_text, read_conversation, read_tools
from trainer.data.mask_conversation import ConversationWriter, open_writer
from trainer.data.read_rows import Row, to_text
from trainer.data.tokenise_example import encode_prompt

TOOLS = "tools"


class UnusableCell(Exception):
    """A cell that cannot be a prompt or an answer; its text is the code that the row is left out with."""


@dataclass(frozen=True)
class PromptWriter:
    """Reads a row's cells as its request says: as text, or as conversations that the model's template can write."""

    form: PromptFormat
    tokenizer: PreTrainedTokenizerBase
    # None where prompts are plain text.
    chats: ConversationWriter | None
    # Whether a trainer hands the tools of a row to the template; else they are written into the conversation.
    hands_on_tools: bool

    def features(self, messages: list[str], **others: str) -> pa.Schema:
        """Columns with messages, or text, and then columns of other types."""
        chats = {name: Json() if self.chats else Value("string") for name in messages}
        tools = {TOOLS: Json()} if self.offers_tools else {}
        return Features({**chats, **tools, **{name: Value(kind) for name, kind in others.items()}}).arrow_schema

    @property
    def offers_tools(self) -> bool:
        return self.chats is not None and self.form.tools is not None and self.hands_on_tools and self.chats.takes_tools

    def columns(self) -> list[str]:
        return [self.form.tools] if self.form.tools is not None and self.chats is not None else []

    def tools_of(self, row: Row) -> list[dict[str, Any]]:
        return [tool for name in self.columns() for tool in read_tools(row[name])]

    def prompt(self, cell: object, tools: list[dict[str, Any]]) -> str | Messages:
        """Raises UnusableCell."""
        text = to_text(cell)
        if text is None or text == "":
            raise UnusableCell("null_value" if text is None else "empty_value")
        if self.chats is None:
            return text if not self.form.system_prompt else f"{self.form.system_prompt}\n\n{text}"
        messages = read_conversation(cell) or [{"role": "user", "content": text}]
        if messages[-1]["role"] == "assistant":
            raise UnusableCell("prompt_ends_with_the_assistant")
        return self._fit([*self.system(messages), *messages], tools)

    def answer(self, cell: object, prompt: str | Messages, asked: object) -> str | Messages:
        """An answer to a prompt; one that repeats the conversation before it is taken from where it goes on."""
        text = to_text(cell)
        if text is None or text == "":
            raise UnusableCell("null_value" if text is None else "empty_value")
        if isinstance(prompt, str):
            return text
        messages = read_conversation(cell) or [{"role": "assistant", "content": text}]
        before = read_conversation(asked) or [{"role": "user", "content": to_text(asked)}]
        reply = after_prompt(messages, before)
        if reply is None:
            raise UnusableCell("answer_is_no_reply_to_the_prompt")
        return self._fit(reply, [])

    def system(self, messages: Messages) -> list[Message]:
        own = self.form.system_prompt
        return [{"role": "system", "content": own}] if own and messages[0]["role"] != "system" else []

    def count(self, prompt: str | Messages, tools: list[dict[str, Any]]) -> int:
        """Tokens of a prompt, with the opening of its answer."""
        if isinstance(prompt, str):
            return len(encode_prompt(self.tokenizer, prompt))
        assert self.chats is not None
        offered = tools if self.offers_tools and tools else None
        return count_tokens(self.tokenizer, self.chats.render(prompt, offered, is_open=True))

    def _fit(self, messages: Messages, tools: list[dict[str, Any]]) -> Messages:
        assert self.chats is not None
        if self.chats.takes_tools and (self.hands_on_tools or not tools):
            return messages
        return ConversationWriter(self.tokenizer, None, False).fit(messages, tools)[0]


def open_prompts(form: PromptFormat, tokenizer: PreTrainedTokenizerBase, hands_on_tools: bool = False) -> PromptWriter:
    return PromptWriter(form, tokenizer, open_writer(tokenizer) if form.format == "chat" else None, hands_on_tools)


def after_prompt(answer: Messages, prompt: Messages) -> Messages | None:
    """What an answer adds to its prompt, which it may repeat; None where it begins with another one."""
    if answer[0]["role"] in ("assistant", "tool"):
        return answer
    own = [message for message in prompt if message["role"] != "system"]
    rest = [message for message in answer if message["role"] != "system"]
    is_repeated = rest[: len(own)] == own and len(rest) > len(own)
    return rest[len(own) :] if is_repeated else None


def said_text(value: str | Messages) -> str:
    return value if isinstance(value, str) else conversation_text(value)


def count_tokens(tokenizer: PreTrainedTokenizerBase, text: str) -> int:
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])  # pyright: ignore[reportArgumentType]

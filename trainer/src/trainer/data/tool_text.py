"""Tools in the words of a conversation, for a chat template that knows none. The tags are those of Hermes and Qwen."""

from __future__ import annotations

import json
from typing import Any

from trainer.data.conversations import Message, Messages

INTRODUCTION = "You may call these functions:"


def uses_tools(messages: Messages) -> bool:
    return any(message["role"] == "tool" or message.get("tool_calls") for message in messages)


def write_tools(messages: Messages, tools: list[dict[str, Any]]) -> Messages:
    """The same conversation with system, user and assistant alone."""
    written = [_write_message(message) for message in messages]
    if not tools:
        return written
    listed = "\n".join(_json(tool["function"]) for tool in tools)
    offer = f"{INTRODUCTION}\n<tools>\n{listed}\n</tools>"
    if written and written[0]["role"] == "system":
        return [{"role": "system", "content": f"{written[0]['content']}\n\n{offer}"}, *written[1:]]
    return [{"role": "system", "content": offer}, *written]


def _write_message(message: Message) -> Message:
    if message["role"] == "tool":
        return {"role": "user", "content": f"<tool_response>\n{message['content']}\n</tool_response>"}
    calls = [f"<tool_call>\n{_json(call['function'])}\n</tool_call>" for call in message.get("tool_calls", [])]
    if not calls:
        return {"role": message["role"], "content": message["content"]}
    said = [message["content"]] if message["content"] else []
    return {"role": "assistant", "content": "\n".join([*said, *calls])}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

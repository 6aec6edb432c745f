"""
Conversations and tools as people keep them, as the chat templates of transformers take them: columns of structs, the
same as JSON text, and ShareGPT's `from` and `value`.
"""

from __future__ import annotations

import json
from typing import Any

Message = dict[str, Any]
Messages = list[Message]

# By OpenAI's names, ShareGPT's and LLaMA-Factory's.
ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "function_call": "assistant",
    "tool_call": "assistant",
    "tool": "tool",
    "observation": "tool",
    "function": "tool",
    "function_response": "tool",
    "tool_response": "tool",
    "ipython": "tool",
}
CALLS = ("function_call", "tool_call")
# What a row may keep its conversation under, where a cell is an object.
MEMBERS = ("messages", "conversations", "conversation")


def read_conversation(cell: object) -> Messages | None:
    """The messages of a cell; None for one that holds no conversation, such as plain text."""
    value = _parse(cell)
    if isinstance(value, dict):
        own = next((value[name] for name in MEMBERS if value.get(name) is not None), None)
        value = [value] if own is None else _parse(own)
    if not isinstance(value, list) or not value:
        return None
    messages = [_read_message(_parse(entry)) for entry in value]
    return None if any(message is None for message in messages) else [one for one in messages if one is not None]


def read_tools(cell: object) -> list[dict[str, Any]]:
    """Descriptions of functions, each in OpenAI's envelope; a bare one is put into it."""
    value = _parse(cell)
    listed = value if isinstance(value, list) else [] if value in (None, "") else [value]
    tools = [_without_nulls(tool) for tool in (_parse(entry) for entry in listed) if isinstance(tool, dict)]
    return [tool if "function" in tool else {"type": "function", "function": tool} for tool in tools]


def conversation_text(messages: Messages) -> str:
    """For a reader of plain text: a single message as it stands, several with who says them."""
    if len(messages) == 1:
        return str(messages[0]["content"])
    return "\n\n".join(f"{message['role'].capitalize()}: {message['content']}" for message in messages)


def _parse(value: object) -> Any:  # noqa: ANN401
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _read_message(entry: object) -> Message | None:
    if not isinstance(entry, dict):
        return None
    said, role = (entry["value"], entry.get("from")) if "value" in entry else (entry.get("content"), entry.get("role"))
    known = ROLES.get(str(role).lower())
    if known is None or ("content" not in entry and "value" not in entry and not entry.get("tool_calls")):
        return None
    if str(role).lower() in CALLS:
        return {"role": "assistant", "content": "", "tool_calls": _read_calls(said)}
    content = _read_content(said)
    if content is None:
        return None
    message: Message = {"role": known, "content": content}
    calls = _read_calls(entry.get("tool_calls")) if entry.get("tool_calls") else []
    # OpenAI's older form has one call.
    calls += _read_calls(entry.get("function_call")) if entry.get("function_call") else []
    if calls:
        message["tool_calls"] = calls
    kept = {key: entry[key] for key in ("name", "tool_call_id", "reasoning_content", "thinking") if entry.get(key)}
    return {**message, **kept}


def _read_content(said: object) -> str | None:
    """Text, or the texts of content parts; None where a part is no text."""
    if said is None:
        return ""
    if isinstance(said, list):
        texts = [part.get("text") if isinstance(part, dict) else part for part in said]
        words = [text for text in texts if isinstance(text, str)]
        return "".join(words) if len(words) == len(texts) else None
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)


def _read_calls(given: object) -> list[dict[str, Any]]:
    value = _parse(given)
    calls = []
    for entry in value if isinstance(value, list) else [value]:
        call = _parse(entry)
        if not isinstance(call, dict):
            # Not a call that can be read: what was said stays what is learned.
            call = {"name": "", "arguments": {"text": str(call)}}
        inner = call.get("function")
        function: dict[str, Any] = inner if isinstance(inner, dict) else call
        arguments = _parse(function.get("arguments", function.get("parameters")))
        own = {key: call[key] for key in ("id",) if call.get(key)}
        function = {"name": str(function.get("name") or ""), "arguments": _without_nulls(arguments or {})}
        calls.append({**own, "type": "function", "function": function})
    return calls


def _without_nulls(value: Any) -> Any:  # noqa: ANN401
    """A column of structs has every row's members in each of them, null where a row has none."""
    if isinstance(value, dict):
        return {key: _without_nulls(own) for key, own in value.items() if own is not None}
    return [_without_nulls(own) for own in value] if isinstance(value, list) else value

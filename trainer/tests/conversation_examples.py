"""A conversation in which a tool is called, in the two forms that data sets have."""

from __future__ import annotations

import json

CALL = {"type": "function", "function": {"name": "find", "arguments": {"city": "Huế", "days": 2}}}
TOOLS = [{"type": "function", "function": {"name": "find", "description": "Finds.", "parameters": {"type": "object"}}}]
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Weather?"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "content": '{"rain": true}'},
    {"role": "assistant", "content": "It rains."},
    {"role": "user", "content": "Thanks"},
    {"role": "assistant", "content": "Welcome."},
]
SHAREGPT = [
    {"from": "system", "value": "Be brief."},
    {"from": "human", "value": "Weather?"},
    {"from": "function_call", "value": json.dumps({"name": "find", "arguments": {"city": "Huế", "days": 2}})},
    {"from": "observation", "value": '{"rain": true}'},
    {"from": "gpt", "value": "It rains."},
    {"from": "human", "value": "Thanks"},
    {"from": "gpt", "value": "Welcome."},
]

"""A conversation as token ids, with labels on what the assistant says alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase
from transformers.utils.chat_template_utils import render_jinja_template
from trl.chat_template_utils import get_training_chat_template, has_generation_markers, supports_tool_calling

from trainer.data.conversations import Messages
from trainer.data.tokenise_example import IGNORED, end_token
from trainer.data.tool_text import uses_tools, write_tools

Turns = Literal["all", "last", "everything"]


@dataclass(frozen=True)
class ConversationWriter:
    """How a tokenizer's chat template writes conversations for a training."""

    tokenizer: PreTrainedTokenizerBase
    # With `{% generation %}` around what the assistant says; None where the template has none and TRL knows none.
    marked_template: str | None
    takes_tools: bool

    def fit(self, messages: Messages, tools: list[dict[str, Any]]) -> tuple[Messages, list[dict[str, Any]] | None]:
        """The conversation as the template can write all of it: tools become words where it knows none."""
        if self.takes_tools or not (tools or uses_tools(messages)):
            return messages, tools or None
        return write_tools(messages, tools), None

    def render(self, messages: Messages, tools: list[dict[str, Any]] | None, is_open: bool = False) -> str:
        """Raises TemplateError, TypeError where the template refuses the conversation."""
        functions: Any = tools
        text = self.tokenizer.apply_chat_template(
            messages, tools=functions, tokenize=False, add_generation_prompt=is_open
        )
        return str(text)


def open_writer(tokenizer: PreTrainedTokenizerBase) -> ConversationWriter:
    takes_tools = supports_tool_calling(tokenizer)
    template = tokenizer.chat_template
    try:
        marked = get_training_chat_template(tokenizer)
    except (ValueError, TemplateError, TypeError):
        own = template["default"] if isinstance(template, dict) else str(template)
        return ConversationWriter(tokenizer, own if has_generation_markers(own) else None, takes_tools)
    return ConversationWriter(tokenizer, marked or str(template), takes_tools)


def tokenise_conversation(
    writer: ConversationWriter, messages: Messages, tools: list[dict[str, Any]], turns: Turns, prompt_length: int = 0
) -> tuple[list[int], list[int]] | str:
    """
    Ids and labels, or why it cannot be learned from. The first `prompt_length` messages are never learned.
    """
    fitted, offered = writer.fit(messages, tools)
    # A system message that was put before the others to offer the tools.
    first = prompt_length + len(fitted) - len(messages) if prompt_length else 0
    answers = [place for place, message in enumerate(fitted) if message["role"] == "assistant" and place >= first]
    if not answers:
        return "no_assistant_turn"
    learned = answers[-1:] if turns == "last" else answers
    try:
        found = _marked_spans(writer, fitted, offered, learned)
        whole, spans = found if found is not None else _grown_spans(writer, fitted, offered, learned)
        if turns == "everything":
            spans = [(0, len(whole))]
    except (TemplateError, TypeError, ValueError):
        return "refused_by_the_chat_template"
    if spans is None:
        return "chat_template_rewrites_earlier_turns"
    ends_with_answer = not whole[spans[-1][1] :].strip()
    ids, labels = _label(writer.tokenizer, whole[: spans[-1][1]] if ends_with_answer else whole, spans)
    end = end_token(writer.tokenizer)
    # Whatever sign the template ends a turn with, the model is stopped at this one.
    if ends_with_answer and ids[-1] != end:
        ids, labels = [*ids, end], [*labels, end]
    return ids, labels


def _marked_spans(
    writer: ConversationWriter,
    messages: Messages,
    tools: list[dict[str, Any]] | None,
    learned: list[int],
) -> tuple[str, list[tuple[int, int]]] | None:
    """Text, and where the template says that the assistant speaks; None where it does not say so of each turn."""
    if writer.marked_template is None:
        return None
    signs: Any = writer.tokenizer.special_tokens_map
    functions: Any = tools
    rendered: Any = render_jinja_template(
        conversations=[messages],
        tools=functions,
        chat_template=writer.marked_template,
        return_assistant_tokens_mask=True,
        **signs,
    )
    [text], [found] = rendered
    answers = [place for place, message in enumerate(messages) if message["role"] == "assistant"]
    if len(found) != len(answers) or any(start == end for start, end in found):
        return None
    by_place = dict(zip(answers, found, strict=True))
    spans = [by_place[place] for place in learned]
    return text, [(start, start + len(_until_end_sign(writer.tokenizer, text[start:end]))) for start, end in spans]


def _grown_spans(
    writer: ConversationWriter,
    messages: Messages,
    tools: list[dict[str, Any]] | None,
    learned: list[int],
) -> tuple[str, list[tuple[int, int]] | None]:
    """
    Text, and each turn from the end of its prompt to the end of itself; None where the template writes a turn otherwise
    once others follow.
    """
    whole, spans = writer.render(messages, tools), []
    for place in learned:
        before = writer.render(messages[:place], tools, is_open=True)
        until = writer.render(messages[: place + 1], tools)
        if not until.startswith(before) or not whole.startswith(until):
            return whole, None
        spans.append((len(before), len(before) + len(_until_end_sign(writer.tokenizer, until[len(before) :]))))
    return whole, spans


def _until_end_sign(tokenizer: PreTrainedTokenizerBase, turn: str) -> str:
    """Without the line break after the sign that ends a turn: the model stops at the sign."""
    stripped = turn.rstrip()
    return stripped if stripped.endswith(tuple(str(sign) for sign in tokenizer.all_special_tokens)) else turn


def _label(tokenizer: PreTrainedTokenizerBase, text: str, spans: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids: list[int] = list(encoded["input_ids"])  # pyright: ignore[reportArgumentType]
    offsets: list[tuple[int, int]] = encoded["offset_mapping"]  # pyright: ignore[reportAssignmentType]
    labels, remaining = [], list(spans)
    for token, (start, end) in zip(ids, offsets, strict=True):
        while remaining and start >= remaining[0][1]:
            remaining.pop(0)
        # A token over the border is of both sides and is not learned.
        is_learned = bool(remaining) and start >= remaining[0][0] and end <= remaining[0][1] and end > start
        labels.append(token if is_learned else IGNORED)
    return ids, labels

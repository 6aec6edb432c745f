"""Conversations, however they are kept, are learned where the assistant speaks and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trl
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from conftest import REPOSITORY, save_tiny_model
from conversation_examples import CALL, SHAREGPT, TALK, TOOLS
from trainer.data.conversations import read_conversation, read_tools
from trainer.data.mask_conversation import open_writer, tokenise_conversation

TEMPLATES = Path(trl.__file__).parent / "chat_templates"
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# Leaves out what the assistant said before its last turn.
FORGETFUL = (
    "{% for message in messages %}{% if message['role'] != 'assistant' or loop.last %}"
    "{{ '<' + message['role'] + '>' + message['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roomy-model")
    save_tiny_model(folder, context=1024)
    return folder


@pytest.fixture
def tokenizer(tiny_model: Path) -> PreTrainedTokenizerBase:
    tokenizer = AutoTokenizer.from_pretrained(str(tiny_model))
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    return tokenizer


def learned(tokenizer: PreTrainedTokenizerBase, ids: list[int], labels: list[int]) -> list[str]:
    """The stretches that are learned, as text."""
    stretches, before = [], False
    for token, label in zip(ids, labels, strict=True):
        if label != -100:
            assert label == token
            if not before:
                stretches.append([])
            stretches[-1].append(token)
        before = label != -100
    return [str(tokenizer.decode(stretch)) for stretch in stretches]


OPENAI = [
    *TALK[:2],
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "a", "type": "function", "function": {**CALL["function"], "arguments": '{"city": "Huế", "days": 2}'}}
        ],  # type: ignore # noqa: E501
    },
    {"role": "tool", "content": '{"rain": true}', "tool_call_id": "a"},
    {"role": "assistant", "content": [{"type": "text", "text": "It "}, {"type": "text", "text": "rains."}]},
    *TALK[5:],
]


@pytest.mark.parametrize(
    "cell",
    [
        TALK,
        json.dumps(TALK),
        SHAREGPT,
        json.dumps(SHAREGPT),
        {"messages": TALK},
        json.dumps({"conversations": SHAREGPT}),
    ],
    ids=["structs", "json", "sharegpt", "sharegpt json", "object", "object json"],
)
def test_a_conversation_is_read_however_it_is_kept(cell: object) -> None:
    assert read_conversation(cell) == TALK


def test_openai_messages_are_read_and_null_members_of_structs_left_out() -> None:
    read = read_conversation(OPENAI)
    assert read is not None
    assert [message["content"] for message in read] == [message["content"] for message in TALK]
    assert read[2]["tool_calls"] == [{"id": "a", **CALL}]
    padded = [{**message, "name": None, "tool_calls": message.get("tool_calls")} for message in TALK]
    padded[2]["tool_calls"] = [
        {
            "type": "function",
            "function": {"name": "find", "arguments": {**CALL["function"]["arguments"], "other": None}},
        }
    ]  # type: ignore # noqa: E501
    assert read_conversation(padded) == TALK


@pytest.mark.parametrize("cell", ["plain", "[1, 2]", "[note] hello", "{broken", [], None, 5, [{"a": 1}], '["a"]'])
def test_what_is_no_conversation_is_none(cell: object) -> None:
    assert read_conversation(cell) is None


def test_tools_are_put_into_their_envelope() -> None:
    bare = TOOLS[0]["function"]
    for cell in (TOOLS, json.dumps(TOOLS), json.dumps([bare]), json.dumps(bare), [json.dumps(TOOLS[0])]):
        assert read_tools(cell) == TOOLS
    assert read_tools(None) == read_tools("") == []


def test_a_template_with_generation_marks_says_what_is_learned(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = (TEMPLATES / "qwen3.jinja").read_text("utf-8")
    writer = open_writer(tokenizer)
    assert writer.takes_tools and writer.marked_template
    made = tokenise_conversation(writer, TALK, TOOLS, "all")
    assert not isinstance(made, str)
    parts = learned(tokenizer, *made)
    assert len(parts) == 3
    assert json.loads(parts[0].split("<tool_call>\n")[1].split("\n</tool_call>")[0]) == CALL["function"]
    assert [
        part.removesuffix("<eos>").endswith(("It rains.<|im_end|>", "Welcome.<|im_end|>")) for part in parts[1:]
    ] == [True, True]  # noqa: E501
    assert '"description": "Finds."' in tokenizer.decode(made[0])
    last = tokenise_conversation(writer, TALK, TOOLS, "last")
    assert not isinstance(last, str)
    assert learned(tokenizer, *last) == parts[2:]


@pytest.mark.parametrize("template", [CHATML, None], ids=["chatml", "plain"])
def test_a_template_without_marks_is_grown_turn_by_turn(
    tokenizer: PreTrainedTokenizerBase, template: str | None
) -> None:
    from trainer.models.load_model import PLAIN_CHAT_TEMPLATE

    tokenizer.chat_template = template or PLAIN_CHAT_TEMPLATE
    writer = open_writer(tokenizer)
    assert writer.marked_template is None and not writer.takes_tools
    made = tokenise_conversation(writer, TALK, TOOLS, "all")
    assert not isinstance(made, str)
    call = "<tool_call>\n" + json.dumps(CALL["function"], ensure_ascii=False) + "\n</tool_call>"
    end = "<|im_end|>" if template else "<eos>"
    parts = learned(tokenizer, *made)
    assert [part.removesuffix("<eos>") + ("" if template else "<eos>") for part in parts] == [
        f"{call}{end}",
        f"It rains.{end}",
        f"Welcome.{end}",
    ]
    # What the template knows no place for is said in words all the same.
    text = tokenizer.decode(made[0])
    assert "<tool_response>" in text and '"name": "find", "description": "Finds."' in text


def test_a_template_that_forgets_turns_is_told(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = FORGETFUL
    writer = open_writer(tokenizer)
    talk = [TALK[1], {"role": "assistant", "content": "Rain."}, *TALK[5:]]
    assert tokenise_conversation(writer, talk, [], "all") == "chat_template_rewrites_earlier_turns"
    last = tokenise_conversation(writer, talk, [], "last")
    assert not isinstance(last, str)
    assert learned(tokenizer, *last) == ["Welcome.<eos>"]
    assert tokenise_conversation(writer, [TALK[1]], [], "all") == "no_assistant_turn"


GLAIVE = REPOSITORY.parent / "shared" / "data" / "glaive_toolcall_en_demo.json"


def call_in_words(call: dict[str, Any]) -> str:
    return "<tool_call>\n" + json.dumps(call, ensure_ascii=False) + "\n</tool_call>"


def call_of_llama(call: dict[str, Any]) -> str:
    return json.dumps({"name": call["name"], "parameters": call["arguments"]}, ensure_ascii=False)


# What each template writes before a turn of the assistant, how it writes a call, and what ends the turn.
TURNS: dict[str, tuple[str, Callable[[dict[str, Any]], str], str]] = {
    "qwen3.jinja": ("<think>\n\n</think>\n\n", call_in_words, "<|im_end|>"),
    "llama3_1.jinja": ("", call_of_llama, "<|eot_id|>"),
    "built in": ("", call_in_words, "<|end|>"),
}


@pytest.mark.parametrize("template", TURNS)
@pytest.mark.parametrize("source", ["glaive", "ours"])
def test_the_loss_of_tool_calls_is_exactly_on_what_the_assistant_says(
    tokenizer: PreTrainedTokenizerBase, template: str, source: str
) -> None:
    if source == "glaive" and not GLAIVE.is_file():
        pytest.skip("there is no ../shared/data/glaive_toolcall_en_demo.json beside the repository")
    ours = [{"conversations": SHAREGPT, "tools": json.dumps(TOOLS)}]
    rows = json.loads(GLAIVE.read_text("utf-8")) if source == "glaive" else ours
    own = REPOSITORY / "trainer" / "builtin" / "model" / "chat_template.jinja"
    tokenizer.chat_template = (own if template == "built in" else TEMPLATES / template).read_text("utf-8")
    writer = open_writer(tokenizer)
    before, write_call, end = TURNS[template]
    calls = 0
    for row in rows:
        messages, tools = read_conversation(row["conversations"]), read_tools(row["tools"])
        assert messages is not None
        made = tokenise_conversation(writer, messages, tools, "all")
        assert not isinstance(made, str), made
        said = [message for message in messages if message["role"] == "assistant"]
        wanted = []
        for message in said:
            written = [write_call(call["function"]) for call in message.get("tool_calls", [])]
            wanted.append(before + "\n".join([*([message["content"]] if message["content"] else []), *written]) + end)
            calls += len(written)
        ends_with_answer = messages[-1] is said[-1]
        if ends_with_answer:
            wanted[-1] += "<eos>"
        assert learned(tokenizer, *made) == wanted
        # And what is not learned is the rest of what the template writes, to the letter.
        fitted, offered = writer.fit(messages, tools)
        functions: Any = offered
        whole = tokenizer.apply_chat_template(
            fitted, tools=functions, tokenize=False, chat_template=writer.marked_template or tokenizer.chat_template
        )
        text = str(tokenizer.decode(made[0]))
        assert (text.removesuffix("<eos>") if ends_with_answer else text).rstrip() == str(whole).rstrip()
    assert calls == (211 if source == "glaive" else 1)

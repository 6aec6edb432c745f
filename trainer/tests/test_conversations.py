"""Conversations, however they are kept, are learned where the assistant speaks and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import trl
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from conftest import PLAIN, REPOSITORY, RecordingReporter, request_json, save_tiny_model, train_request
from trainer.data.conversations import read_conversation, read_tools
from trainer.data.mask_conversation import open_writer, tokenise_conversation
from trainer.errors import TrainingFailed

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


SHAREGPT = [
    {"from": "system", "value": "Be brief."},
    {"from": "human", "value": "Weather?"},
    {"from": "function_call", "value": json.dumps({"name": "find", "arguments": {"city": "Huế", "days": 2}})},
    {"from": "observation", "value": '{"rain": true}'},
    {"from": "gpt", "value": "It rains."},
    {"from": "human", "value": "Thanks"},
    {"from": "gpt", "value": "Welcome."},
]
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


@pytest.mark.parametrize("template", ["qwen3.jinja", "llama3_1.jinja", "built in"])
def test_the_loss_of_real_tool_calls_is_on_the_assistant_alone(
    tokenizer: PreTrainedTokenizerBase, template: str
) -> None:
    """The 300 conversations of glaive, if the folder of real data is there; six of their kind else."""
    path = REPOSITORY.parent / "shared" / "data" / "glaive_toolcall_en_demo.json"
    rows = (
        json.loads(path.read_text("utf-8"))
        if path.is_file()
        else [{"conversations": SHAREGPT, "tools": json.dumps(TOOLS)}] * 6
    )  # noqa: E501
    own = REPOSITORY / "trainer" / "builtin" / "model" / "chat_template.jinja"
    tokenizer.chat_template = (own if template == "built in" else TEMPLATES / template).read_text("utf-8")
    writer = open_writer(tokenizer)
    for row in rows:
        messages, tools = read_conversation(row["conversations"]), read_tools(row["tools"])
        assert messages is not None
        made = tokenise_conversation(writer, messages, tools, "all")
        assert not isinstance(made, str), made
        parts = learned(tokenizer, *made)
        said = [message for message in messages if message["role"] == "assistant"]
        assert len(parts) == len(said)
        for part, message in zip(parts, said, strict=True):
            assert message["content"].strip() in part
            for call in message.get("tool_calls", []):
                assert call["function"]["name"] in part
            others = [
                other["content"] for other in messages if other["role"] != "assistant" and len(other["content"]) > 40
            ]
            assert not any(other in part for other in others)


def struct_table(data_folder: Path, columns: dict[str, list[Any]]) -> dict[str, Any]:
    pq.write_table(pa.table(columns), data_folder / "talks.parquet")
    return {"parts": ["talks.parquet"], "rows": len(next(iter(columns.values())))}


def test_a_column_of_messages_is_fine_tuned_on_without_further_settings(data_folder: Path, tiny_model: Path) -> None:
    reporter = RecordingReporter()
    data = struct_table(data_folder, {"messages": [TALK] * 6, "tools": [json.dumps(TOOLS)] * 6})
    request = {
        **request_json(data, columns={"prompt": None, "completion": "messages"}),
        "tools": "tools",
        "maxLength": 512,
        "maxSteps": 2,
    }  # noqa: E501
    result = train_request(request, data_folder, tiny_model, reporter)
    assert (result.train_rows, result.skipped.count) == (6, 0)
    assert "format_chat" in reporter.notes()
    record = json.loads((data_folder / result.folder / "reverie-training.json").read_text("utf-8"))
    assert record["request"]["format"] == "chat"


PAIR = {"columns": {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"}}
PREFERENCES: dict[str, dict[str, Any]] = {
    "dpo": {**PAIR, "beta": 0.1, "loss": "sigmoid", "labelSmoothing": 0},
    "orpo": {**PAIR, "beta": 0.1},
    "kto": {
        "columns": {"prompt": "prompt", "completion": "chosen", "label": "good"},
        "beta": 0.1,
        "loss": "kto",
        "wantedWeight": 1,
        "unwantedWeight": 1,
    },
    "reward-model": {
        "columns": {"kind": "pairs", **PAIR["columns"], "chosenScore": None, "rejectedScore": None},
        "separator": "\n\n",
    },
}


@pytest.mark.parametrize("recipe", PREFERENCES)
def test_preferences_between_answers_of_a_conversation_are_trained(
    train_recipe: Callable[..., Any], recipe: str
) -> None:
    asked = TALK[:6]
    table = {
        "prompt": [json.dumps(asked)] * 8,
        # As an answer alone, in ShareGPT's form, and with the conversation before it.
        "chosen": [json.dumps([TALK[6]]), json.dumps({"from": "gpt", "value": "Good."}), json.dumps(TALK), "Well."] * 2,
        "rejected": [json.dumps([{"role": "assistant", "content": f"No {place}."}]) for place in range(8)],
        "good": [True, False] * 4,
        "tools": [json.dumps(TOOLS)] * 8,
    }
    own = {} if recipe == "reward-model" else {**PLAIN, "tools": "tools"}
    reporter = RecordingReporter()
    result = train_recipe(recipe, reporter, table, **{**PREFERENCES[recipe], **own, "maxLength": 512, "maxSteps": 2})
    assert (result.train_rows, result.skipped.count) == (8, 0)
    if recipe != "reward-model":
        assert "format_chat" in reporter.notes()


def test_an_answer_to_another_prompt_is_left_out(train_recipe: Callable[..., Any]) -> None:
    table = {"prompt": [json.dumps(TALK[:2])], "chosen": [json.dumps(TALK[5:])], "rejected": ["No."]}
    with pytest.raises(TrainingFailed) as failure:
        train_recipe("dpo", RecordingReporter(), table, **{**PREFERENCES["dpo"], **PLAIN, "maxSteps": 1})
    assert failure.value.error.data["detail"] == "every row was left out: 1 × answer is no reply to the prompt"

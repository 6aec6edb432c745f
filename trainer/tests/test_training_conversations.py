"""Columns of conversations, by every recipe that reads prompts and answers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import PLAIN, RecordingReporter, request_json, save_tiny_model, train_request
from conversation_examples import SHAREGPT, TALK, TOOLS
from trainer.errors import TrainingFailed


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roomy-model")
    save_tiny_model(folder, context=1024)
    return folder


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
    }
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


@pytest.mark.parametrize("recipe", ["reinforcement", "distillation"])
def test_prompts_that_are_conversations_are_answered(
    train_recipe: Callable[..., Any], data_folder: Path, tiny_model: Path, recipe: str
) -> None:
    """As messages, in ShareGPT's form and within an object; a plain prompt beside them is a chat too."""
    asked = TALK[:6]
    prompts = [json.dumps(asked), json.dumps(SHAREGPT[:6]), json.dumps({"messages": asked}), "Weather?"]
    answers = [json.dumps([TALK[6]]), "Welcome.", json.dumps(TALK), "Rain."]
    table = {"prompt": prompts * 2, "answer": answers * 2, "tools": [json.dumps(TOOLS)] * 8}
    common = {**PLAIN, "tools": "tools", "maxNewTokens": 4, "temperature": 1, "maxLength": 512, "maxSteps": 1}
    if recipe == "reinforcement":
        own: dict[str, Any] = {
            "columns": {"prompt": "prompt", "answer": "answer"}, "reward": {"kind": "answer", "pattern": None},
            "algorithm": "grpo", "replies": 4, "topP": 1, "beta": 0, "batchSize": 8,
        }  # fmt: skip
    else:
        shutil.copytree(tiny_model, data_folder / "teacher")
        own = {"columns": {"prompt": "prompt"}, "teacher": {"kind": "folder", "path": "teacher"}, "beta": 0.5}
    reporter = RecordingReporter()
    result = train_recipe(recipe, reporter, table, **{**common, **own})
    assert (result.train_rows, result.skipped.count) == (8, 0)
    assert "format_chat" in reporter.notes()
    assert len(reporter.losses()) == 1

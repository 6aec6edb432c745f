"""The recipe on a tiny model, with the real libraries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from conftest import SENTENCES, RecordingReporter, example_rows, write_table
from trainer.errors import TrainingFailed, TrainingInterrupted

Train = Callable[..., Any]
LORA = {"kind": "lora", "rank": 8, "alpha": 16, "dropout": 0.1}


def weights(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(str(folder / "model.safetensors"))


def test_full_training_lowers_the_loss_and_loads_in_transformers(train: Train, data_folder: Path) -> None:
    reporter = RecordingReporter()
    result = train(reporter, epochs=8, evaluateEverySteps=10, validationFraction=0.2)
    assert reporter.losses()[-1] < reporter.losses()[0] / 2
    assert (result.train_rows, result.validation_rows, result.steps) == (20, 4, 40)
    assert result.best_eval_loss == min(reporter.losses("eval"))
    assert {"learning_rate", "grad_norm", "epoch", "memory_mb"} <= set(reporter.metrics[0][2])
    assert all(values["perplexity"] > 1 for _step, kind, values in reporter.metrics if kind == "eval")
    folder = data_folder / result.folder
    model = AutoModelForCausalLM.from_pretrained(str(folder))
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    ids = tokenizer("Say 1:", return_tensors="pt")
    answer = tokenizer.decode(model.generate(**ids, do_sample=False, max_new_tokens=40)[0][ids["input_ids"].shape[1] :])
    assert answer.endswith("<eos>")
    record = json.loads((folder / "reverie-training.json").read_text())
    assert record["result"]["steps"] == 40
    assert not (data_folder / "checkpoints" / "one").exists()
    assert not (data_folder / "models" / "made.partial").exists()


def test_lora_trains_an_adapter_that_peft_loads(train: Train, data_folder: Path, tiny_model: Path) -> None:
    from peft import PeftModel

    reporter = RecordingReporter()
    result = train(reporter, epochs=8, method=LORA, learningRate=0.02)
    assert reporter.losses()[-1] < reporter.losses()[0]
    assert 0 < result.trainable_parameters < result.parameters
    folder = data_folder / result.folder
    assert json.loads((folder / "base.json").read_text()) == {"base": {"kind": "builtin"}}
    PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(str(tiny_model)), str(folder))


def test_a_trained_adapter_can_be_trained_further(train: Train, data_folder: Path) -> None:
    train(RecordingReporter(), method=LORA)
    base = {"kind": "trained", "id": "made", "folder": "models/made"}
    result = train(RecordingReporter(), modelId="further", base=base)
    assert "lora" not in " ".join(weights(data_folder / result.folder))


def test_loss_is_on_the_answer_alone(tiny_model: Path) -> None:
    from trainer.data.tokenise_example import tokenise_example

    tokenizer = AutoTokenizer.from_pretrained(str(tiny_model))
    ids, labels = tokenise_example(tokenizer, "Say 1:", " Yes.", False, None)
    learned = [label for label in labels if label != -100]
    assert tokenizer.decode(learned) == " Yes.<eos>"
    assert tokenizer.decode(ids) == "Say 1: Yes.<eos>"


def test_chat_format_brings_a_template(train: Train, data_folder: Path) -> None:
    result = train(RecordingReporter(), format="chat", systemPrompt="Be brief.")
    tokenizer = AutoTokenizer.from_pretrained(str(data_folder / result.folder))
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hi"}], tokenize=False, add_generation_prompt=True
    )
    assert text == "User: Hi\n\nAssistant: "


def test_one_row_is_enough_and_an_empty_validation_is_noted(train: Train) -> None:
    reporter = RecordingReporter()
    result = train(reporter, rows=example_rows(1), validationFraction=0.5, epochs=2)
    assert (result.train_rows, result.validation_rows, result.steps) == (1, 0, 2)
    assert result.best_eval_loss is None
    assert "validation_empty" in reporter.notes()


def test_rows_without_values_are_counted_with_their_reason(train: Train) -> None:
    rows = [*example_rows(4), (None, "x"), ("x", None), ("x", ""), ("y" * 200, "z"), ("x", "y" * 200)]
    result = train(RecordingReporter(), rows=rows)
    assert [(row.row, row.code) for row in result.skipped.rows] == [
        (4, "null_value"),
        (5, "null_value"),
        (6, "empty_value"),
        (7, "nothing_left_after_truncation"),
    ]
    assert (result.train_rows, result.skipped.count, result.truncated_rows) == (5, 4, 2)


def test_no_rows_and_missing_columns_are_told(train: Train) -> None:
    with pytest.raises(TrainingFailed) as no_rows:
        train(RecordingReporter(), rows=[(None, None)])
    assert no_rows.value.error.code == "training_no_rows"
    assert no_rows.value.error.data["detail"] == "every row was left out: 1 × null value"
    with pytest.raises(TrainingFailed) as no_column:
        train(RecordingReporter(), columns={"prompt": "question", "completion": "completion"})
    assert no_column.value.error.code == "training_column_missing"
    assert no_column.value.error.data["column"] == "question"


def test_rows_that_are_all_cut_away_are_told_by_their_reason(train: Train) -> None:
    rows: list[tuple[str | None, str | None]] = [("word " * 80, "Answer 3.")] * 16
    with pytest.raises(TrainingFailed) as failure:
        train(RecordingReporter(), rows=rows, maxLength=24)
    error = failure.value.error
    assert error.data["detail"] == "every row was left out: 16 × nothing left after truncation"
    assert all(isinstance(value, (str, int, float, bool, type(None))) for value in error.data.values())


def test_a_model_that_is_not_there_is_told(train: Train) -> None:
    for base in (
        {"kind": "folder", "path": "nowhere"},
        {"kind": "hub", "id": "nobody/nothing", "revision": None},
        {"kind": "trained", "id": "x", "folder": "../../etc"},
    ):
        with pytest.raises(TrainingFailed) as failure:
            train(RecordingReporter(), base=base)
        assert failure.value.error.code == "training_model_not_found"


def test_a_loss_that_is_not_a_number_stops_and_names_the_step(train: Train) -> None:
    with pytest.raises(TrainingFailed) as failure:
        train(RecordingReporter(), epochs=50, learningRate=1e30)
    assert failure.value.error.code == "training_nan_loss"
    assert failure.value.error.data["step"] >= 2
    assert "learning rate" in failure.value.error.message


def test_early_stopping_keeps_the_best_checkpoint(train: Train, data_folder: Path) -> None:
    # Validation answers that the training contradicts: the loss on them can only rise.
    validation = write_table(data_folder, "validation.parquet", [("Say 1:", f" {SENTENCES[9]}")] * 4)
    train_table = write_table(data_folder, "train.parquet", example_rows(24))
    reporter = RecordingReporter()
    result = train(
        reporter,
        epochs=40,
        learningRate=0.01,
        evaluateEverySteps=5,
        data={"train": train_table, "validation": validation},
        earlyStopping={"patience": 2, "threshold": 0},
    )
    assert result.stopped_early
    assert result.steps < 240
    assert result.best_eval_loss == min(reporter.losses("eval"))


@pytest.mark.parametrize("method", [{"kind": "full"}, LORA], ids=["full", "lora"])
def test_an_interrupted_training_ends_where_an_uninterrupted_one_does(
    train: Train, data_folder: Path, method: dict[str, Any]
) -> None:
    settings = {"epochs": 4, "method": method, "validationFraction": 0.2, "batchSize": 3, "gradientAccumulation": 2}
    train(RecordingReporter(), modelId="straight", **settings)
    with pytest.raises(TrainingInterrupted):
        train(RecordingReporter(stop_at=6), modelId="resumed", **settings)
    assert not (data_folder / "models" / "resumed").exists()
    reporter = RecordingReporter()
    train(reporter, modelId="resumed", **settings)
    assert "resumed_from_checkpoint" in reporter.notes()
    name = "model.safetensors" if method["kind"] == "full" else "adapter_model.safetensors"
    straight, resumed = (data_folder / "models" / kind / name for kind in ("straight", "resumed"))
    assert straight.read_bytes() == resumed.read_bytes()


def test_a_half_written_checkpoint_is_not_resumed(tmp_path: Path) -> None:
    from trainer.training.checkpoints import find_last_complete, mark_complete

    for step in (5, 10):
        (tmp_path / f"checkpoint-{step}").mkdir()
    mark_complete(tmp_path / "checkpoint-5")
    assert find_last_complete(tmp_path) == tmp_path / "checkpoint-5"
    assert not (tmp_path / "checkpoint-10").exists()


def test_parts_outside_the_data_folder_are_refused(train: Train) -> None:
    from trainer.errors import PathOutsideData

    with pytest.raises(PathOutsideData):
        train(RecordingReporter(), data={"train": {"parts": ["../x.parquet"], "rows": 1}, "validation": None})

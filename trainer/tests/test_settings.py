"""Settings that every recipe shares: what they do, and what is told where they cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer

from conftest import PLAIN, Killed, RecordingReporter, example_rows, write_table
from trainer.errors import TrainingFailed

Train = Callable[..., Any]


def refusal(train: Train, **changes: object) -> Any:  # noqa: ANN401
    with pytest.raises(TrainingFailed) as failure:
        train(RecordingReporter(), **changes)
    return failure.value.error


def test_further_arguments_reach_the_library_and_unknown_ones_are_named(train: Train) -> None:
    reporter = RecordingReporter()
    train(reporter, epochs=2, advanced={"adam_beta1": 0.5, "lr_scheduler_kwargs": {}})
    plain = RecordingReporter()
    train(plain, epochs=2, modelId="plain")
    assert reporter.losses()[0] == plain.losses()[0]
    assert reporter.losses()[-1] != plain.losses()[-1]
    error = refusal(train, advanced={"adam_beta_1": 0.5})
    assert error.code == "training_argument_unknown"
    assert "did you mean adam_beta1?" in error.message
    assert refusal(train, advanced={"learning_rate": 1}).code == "training_setting_unfit"
    error = refusal(train, optimiser="adam_of_my_own")
    assert (error.code, "adam_of_my_own" in error.message) == ("training_setting_unfit", True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="says what is told where there is no CUDA device")
def test_a_device_that_is_not_there_is_told_before_anything_is_loaded(train: Train) -> None:
    lora = {"rank": 4, "alpha": 8, "dropout": 0}
    for changes in ({"device": "cuda"}, {"precision": "fp16"}, {"method": {"kind": "qlora", **lora}}):
        error = refusal(train, base={"kind": "folder", "path": "nowhere"}, **changes)
        assert error.code == "training_device_missing"
        assert error.data["available"] == "cpu"


def test_half_precision_and_recomputed_activations_train_too(train: Train) -> None:
    for name, changes in (("half", {"precision": "bf16"}), ("again", {"gradientCheckpointing": True})):
        reporter = RecordingReporter()
        train(reporter, modelId=name, epochs=4, **changes)
        assert reporter.losses()[-1] < reporter.losses()[0]


def test_packing_takes_fewer_steps_for_the_same_rows(train: Train) -> None:
    result = train(RecordingReporter(), rows=example_rows(24), packing=True, maxLength=128)
    assert (result.train_rows, result.steps < 6) == (24, True)


def test_noise_on_the_embeddings_changes_the_training(train: Train, data_folder: Path) -> None:
    quiet, noisy = RecordingReporter(), RecordingReporter()
    train(quiet, modelId="quiet")
    train(noisy, modelId="noisy", neftuneAlpha=15)
    assert quiet.losses()[0] != noisy.losses()[0]


def test_a_written_template_takes_the_place_of_the_models_own(train: Train, data_folder: Path) -> None:
    # The last newline of a template is not Jinja's to write.
    template = "### Instruction:\n{{ messages[-1]['content'] }}\n\n### Response:{{ '\n' }}"
    result = train(RecordingReporter(), format="chat", chatTemplate=template)
    tokenizer = AutoTokenizer.from_pretrained(str(data_folder / result.folder))
    messages = [{"role": "user", "content": "Hi"}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == "### Instruction:\nHi\n\n### Response:\n"
    error = refusal(train, format="chat", chatTemplate="{% for %}")
    assert error.code == "training_template_invalid"


def test_the_kept_checkpoint_is_the_one_that_was_asked_for(train: Train, data_folder: Path) -> None:
    validation = write_table(data_folder, "validation.parquet", [("Say 9:", " Something else altogether.")] * 2)
    table = write_table(data_folder, "train.parquet", example_rows(24))
    changes: dict[str, Any] = {"epochs": 10, "learningRate": 0.02, "data": {"train": table, "validation": validation}}
    best = train(RecordingReporter(), modelId="best", **changes)
    last = train(RecordingReporter(), modelId="last", bestCheckpoint="last", **changes)
    assert best.best_eval_loss == last.best_eval_loss
    assert best.measures["loss"] == best.best_eval_loss < last.measures["loss"]
    from safetensors.torch import load_file

    kept, final = (load_file(str(data_folder / "models" / name / "model.safetensors")) for name in ("best", "last"))
    assert any(not torch.equal(kept[name], final[name]) for name in kept)


def test_an_evaluation_at_the_start_asks_for_validation_rows(train: Train) -> None:
    error = refusal(train, rows=example_rows(4), advanced={"eval_on_start": True})
    assert error.code == "training_setting_unfit"
    assert "validation rows" in error.message


def test_validation_rows_that_are_training_rows_are_counted_or_refused(train: Train, data_folder: Path) -> None:
    table = write_table(data_folder, "train.parquet", example_rows(6))
    mixed = write_table(data_folder, "mixed.parquet", [*example_rows(2), ("Say 8:", " No.")])
    reporter = RecordingReporter()
    train(reporter, rows=example_rows(6), data={"train": table, "validation": mixed})
    [note] = [note for note in reporter.progresses[-1].notes if note.code == "validation_rows_shared"]
    assert note.data == {"count": 2, "of": 3}
    error = refusal(train, rows=example_rows(6), data={"train": table, "validation": table})
    assert (error.code, error.data["rows"]) == ("training_validation_shared", 6)
    assert not list(data_folder.glob("checkpoints/one/prepared/shared*"))


def test_checkpoints_come_by_steps_or_minutes_apart_from_evaluations(train: Train) -> None:
    for name, cadence, saved in (
        ("steps", {"checkpointEverySteps": 3}, 3),
        ("time", {"checkpointEveryMinutes": 1e-6}, 4),
    ):
        settings = {"modelId": name, "validationFraction": 0.2, "evaluateEverySteps": 1000, "epochs": 2, **cadence}
        with pytest.raises(Killed):
            train(RecordingReporter(die_at=5), **settings)
        # How often is nothing that a training would have to begin anew for.
        reporter = RecordingReporter()
        train(reporter, **{**settings, "checkpointEverySteps": None, "checkpointEveryMinutes": None})
        [note] = [note for note in reporter.progresses[-1].notes if note.code == "resumed_from_checkpoint"]
        assert note.data == {"step": saved}


def test_samples_are_written_at_each_evaluation(train: Train, train_recipe: Train) -> None:
    def samples(reporter: RecordingReporter) -> list[Any]:
        return [values["samples"] for _step, kind, values in reporter.metrics if kind == "sample"]

    reporter = RecordingReporter()
    train(reporter, epochs=12, validationFraction=0.2)
    written = samples(reporter)
    assert len(written) == 12
    assert not any(sample["reply"] == sample["wanted"] for sample in written[0])
    assert any(sample["reply"] == sample["wanted"] for sample in written[-1])
    chat = RecordingReporter()
    train(chat, epochs=1, validationFraction=0.2, format="chat", modelId="chat")
    assert all("Say" in sample["prompt"] for sample in samples(chat)[0])
    preference = RecordingReporter()
    table = {"prompt": ["a", "b"] * 4, "chosen": ["x"] * 8, "rejected": ["y"] * 8}
    columns = {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"}
    train_recipe(
        "orpo", preference, table, **PLAIN, columns=columns, beta=0.1, validationFraction=0.5, modelId="preferred"
    )
    assert samples(preference)[0][0]["wanted"] == "x"

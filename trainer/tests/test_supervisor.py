"""The trainer as a service: queue, leases, crashes, cancellation. Needs PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import RecordingReporter, example_rows, request_json, write_table
from trainer_service import TrainerService, has_state, has_step, is_alive

LONG: dict[str, Any] = {"epochs": 1, "maxSteps": 200, "batchSize": 2, "evaluateEverySteps": 20, "learningRate": 1e-3}


@pytest.fixture
def service(database_url: str, data_folder: Path, tiny_model: Path) -> Iterator[TrainerService]:
    service = TrainerService(database_url, data_folder, tiny_model)
    yield service
    service.stop(signal.SIGKILL)
    if os.environ.get("TRAINER_TEST_LOGS"):
        print((data_folder / "service.log").read_text())


@pytest.fixture
def long_request(data_folder: Path) -> dict[str, Any]:
    return request_json(write_table(data_folder, "train.parquet", example_rows(24)), **LONG)


def has_resumed(row: dict[str, Any]) -> bool:
    return "resumed_from_checkpoint" in [note["code"] for note in row["progress"]["notes"]]


def enqueue(database_url: str, training_id: str) -> None:
    from bullmq import Queue

    async def add() -> None:
        queue = Queue("trainer", {"backend": "postgres", "connection": database_url, "schema": "bullmq"})
        await queue.add("train", {"trainingId": training_id})
        await queue.close()

    asyncio.run(add())


def test_a_queued_training_is_done_and_everything_is_written(service: TrainerService, data_folder: Path) -> None:
    service.start()
    table = write_table(data_folder, "train.parquet", example_rows(24))
    training_id = service.add_training(request_json(table, epochs=4, validationFraction=0.2, evaluateEverySteps=5))
    enqueue(service.database_url, training_id)
    row = service.wait_for(training_id, has_state("done", "failed"))
    assert (row["state"], row["error"], row["attempt"], row["lease_token"]) == ("done", None, 1, None)
    assert row["started_at"] <= row["ended_at"]
    assert row["progress"]["phase"] == "saving"
    metrics = service.query("SELECT * FROM training_metric WHERE training_id = %s ORDER BY step", training_id)
    train_losses = [metric["values"]["loss"] for metric in metrics if metric["kind"] == "train"]
    assert len(train_losses) == row["result"]["steps"] == 20
    assert train_losses[-1] < train_losses[0]
    assert any("perplexity" in metric["values"] for metric in metrics if metric["kind"] == "eval")
    assert "train_runtime" in (data_folder / "logs" / f"training-{training_id}.log").read_text()
    assert (data_folder / row["result"]["folder"] / "model.safetensors").is_file()
    worker = service.query("SELECT * FROM worker_process")[0]
    assert (worker["kind"], worker["pid"], worker["detail"]["device"]) == ("trainer", service.process.pid, "cpu")  # pyright: ignore
    assert worker["detail"]["port"] > 0
    assert service.stop() == 0
    assert service.query("SELECT * FROM worker_process") == []


def test_a_killed_training_ends_with_the_weights_of_an_undisturbed_one(
    service: TrainerService, long_request: dict[str, Any], train: Callable[..., Any], data_folder: Path
) -> None:
    service.start()
    # No job in the queue: Postgres alone has to be enough.
    training_id = service.add_training(long_request)
    service.wait_for(training_id, has_step(30))
    [child] = service.children()
    os.kill(child, signal.SIGKILL)
    service.wait_for(training_id, lambda row: row["attempt"] == 2 and has_resumed(row))
    # And once more, with the supervisor too: its child must not outlive it, and the lease runs out by itself.
    [child] = service.children()
    service.stop(signal.SIGKILL)
    time.sleep(1.5)
    assert not is_alive(child)
    service.query("UPDATE training SET lease_until = now() - interval '1 second'")
    service.start()
    row = service.wait_for(training_id, has_state("done", "failed"))
    assert (row["state"], row["attempt"]) == ("done", 3)
    train(RecordingReporter(), modelId="straight", rows=example_rows(24), **LONG)
    straight, resumed = (data_folder / "models" / name / "model.safetensors" for name in ("straight", "made"))
    assert straight.read_bytes() == resumed.read_bytes()


def test_cancelling_takes_two_seconds_and_keeps_the_checkpoints(
    service: TrainerService, long_request: dict[str, Any], data_folder: Path
) -> None:
    service.start()
    training_id = service.add_training({**long_request, "maxSteps": 20000})
    service.wait_for(training_id, has_step(30))
    [child] = service.children()
    asked = time.monotonic()
    service.query("UPDATE training SET cancel_requested = true WHERE id = %s", training_id)
    service.wait_for(training_id, has_state("cancelled"), seconds=5)
    assert time.monotonic() - asked < 2
    time.sleep(1.5)
    assert not is_alive(child)
    assert list((data_folder / "checkpoints" / training_id).glob("checkpoint-*/complete"))
    waiting = service.add_training(long_request, cancel_requested=True)
    service.wait_for(waiting, has_state("cancelled"), seconds=8)


def test_a_paused_training_gives_its_device_back_and_ends_with_the_weights_of_an_undisturbed_one(
    service: TrainerService, long_request: dict[str, Any], train: Callable[..., Any], data_folder: Path
) -> None:
    service.start()
    # Evaluated never: the checkpoint to go on from is the one that the pause asks for.
    settings = {**LONG, "maxSteps": 150, "evaluateEverySteps": 10000}
    training_id = service.add_training({**long_request, **settings})
    service.wait_for(training_id, has_step(20))
    service.query("UPDATE training SET paused = true WHERE id = %s", training_id)
    row = service.wait_for(training_id, has_state("queued"), seconds=10)
    assert (row["attempt"], row["lease_token"], row["error"]) == (0, None, None)
    # Held it stays where the trainer is started again, and the one device is free for another.
    service.stop()
    service.start()
    # One that its process refuses shows it as well as one that is trained.
    service.wait_for(service.add_training({"version": 2}), has_state("failed"), seconds=60)
    assert (service.training(training_id)["state"], service.training(training_id)["attempt"]) == ("queued", 0)
    service.query("UPDATE training SET paused = false WHERE id = %s", training_id)
    row = service.wait_for(training_id, has_state("done", "failed"), seconds=60)
    assert (row["state"], row["attempt"], has_resumed(row)) == ("done", 1, True)
    train(RecordingReporter(), rows=example_rows(24), **{**settings, "modelId": "straight"})
    straight, resumed = (data_folder / "models" / name / "model.safetensors" for name in ("straight", "made"))
    assert straight.read_bytes() == resumed.read_bytes()


def test_a_training_whose_lease_is_lost_is_ended_and_writes_nothing(
    service: TrainerService, long_request: dict[str, Any]
) -> None:
    service.start()
    training_id = service.add_training({**long_request, "maxSteps": 20000})
    service.wait_for(training_id, has_step(20))
    [child] = service.children()
    service.query(
        "UPDATE training SET lease_token = 'another', progress = NULL, lease_until = now() + interval '1 hour'"
    )
    deadline = time.monotonic() + 8
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_alive(child)
    row = service.training(training_id)
    assert (row["state"], row["lease_token"], row["progress"], row["attempt"]) == ("running", "another", None, 1)


def test_an_orderly_stop_checkpoints_and_hands_the_training_back(
    service: TrainerService, long_request: dict[str, Any], data_folder: Path
) -> None:
    service.start()
    training_id = service.add_training({**long_request, "maxSteps": 20000, "evaluateEverySteps": 10000})
    service.wait_for(training_id, has_step(30))
    assert service.stop() == 0
    row = service.training(training_id)
    assert (row["state"], row["lease_token"], row["attempt"]) == ("queued", None, 0)
    [checkpoint] = (data_folder / "checkpoints" / training_id).glob("checkpoint-*/complete")
    assert int(checkpoint.parent.name.partition("-")[2]) >= 30


def test_the_third_death_fails_the_training_with_its_log(service: TrainerService, long_request: dict[str, Any]) -> None:
    service.start()
    training_id = service.add_training({**long_request, "maxSteps": 20000}, attempt=2)
    refused = service.add_training({"version": 2})
    service.wait_for(training_id, has_step(10))
    [child] = service.children()
    os.kill(child, signal.SIGKILL)
    row = service.wait_for(training_id, has_state("failed"))
    assert row["error"]["code"] == "training_crashed"
    assert "SIGKILL" in row["error"]["message"]
    assert "loss" in row["error"]["data"]["log"]
    row = service.wait_for(refused, has_state("failed"))
    assert row["error"]["code"] == "training_crashed"
    json.dumps(row["error"])

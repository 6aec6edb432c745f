"""One training by several processes, on the processor: it learns, survives the death of one, says what it used."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import example_rows, request_json, write_columns, write_table
from every_recipe import CASES, prepare_models
from trainer_service import TrainerService, has_state, has_step, is_alive

PAIR: dict[str, Any] = {"devices": 2, "batchSize": 4, "evaluateEverySteps": 10, "checkpointEverySteps": 5}


long = pytest.mark.skipif(
    os.environ.get("REVERIE_LONG_TESTS") != "1", reason="it takes about a minute: set REVERIE_LONG_TESTS=1 to run it"
)


@pytest.fixture
def service(database_url: str, data_folder: Path, tiny_model: Path) -> Any:  # noqa: ANN401
    service = TrainerService(database_url, data_folder, tiny_model, {"TRAINER_CPU_PROCESSES": "2"})
    yield service
    service.stop(signal.SIGKILL)
    if os.environ.get("TRAINER_TEST_LOGS"):
        print((data_folder / "service.log").read_text())
        for log in (data_folder / "logs").glob("*.log"):
            print(log.read_text(), file=sys.stderr)


def losses(service: TrainerService, training_id: str, kind: str = "train") -> list[float]:
    rows = service.query(
        "SELECT values FROM training_metric WHERE training_id = %s AND kind = %s ORDER BY step", training_id, kind
    )
    return [row["values"]["loss"] for row in rows]


def test_two_processes_train_one_model_and_the_death_of_one_costs_no_more_than_the_last_checkpoint(
    service: TrainerService, data_folder: Path
) -> None:
    table = write_table(data_folder, "train.parquet", example_rows(24))
    service.start()
    training_id = service.add_training(request_json(table, maxSteps=60, validationFraction=0.2, **PAIR))
    service.wait_for(training_id, has_step(15))
    [group] = service.children()
    ranks = service.children_of(group)
    assert len(ranks) == 2
    os.kill(ranks[1], signal.SIGKILL)
    row = service.wait_for(training_id, lambda row: row["attempt"] == 2)
    assert not any(is_alive(pid) for pid in [group, *ranks])
    row = service.wait_for(training_id, has_state("done", "failed"))
    assert row["state"] == "done", row["error"]
    assert "resumed_from_checkpoint" in [note["code"] for note in row["progress"]["notes"]]
    result = row["result"]
    # 20 rows by 4: the batch of both together is the one that was asked for.
    assert (result["devices"], result["spread"], result["steps"], result["trainRows"]) == (2, "ddp", 60, 20)
    assert len(losses(service, training_id)) == 60
    assert losses(service, training_id)[-1] < losses(service, training_id)[0] / 2


@long
def test_a_model_in_shards_is_trained_paused_and_saved_whole(service: TrainerService, data_folder: Path) -> None:
    from transformers import AutoModelForCausalLM

    table = write_table(data_folder, "train.parquet", example_rows(24))
    service.start()
    request = request_json(table, maxSteps=30, validationFraction=0.2, **{**PAIR, "spread": "fsdp"})
    training_id = service.add_training(request)
    service.wait_for(training_id, has_step(5))
    service.query("UPDATE training SET paused = true WHERE id = %s", training_id)
    row = service.wait_for(training_id, has_state("queued", "failed"), seconds=30)
    assert (row["state"], row["attempt"], row["error"]) == ("queued", 0, None)
    service.query("UPDATE training SET paused = false WHERE id = %s", training_id)
    row = service.wait_for(training_id, has_state("done", "failed"))
    assert row["state"] == "done", row["error"]
    assert (row["result"]["devices"], row["result"]["spread"]) == (2, "fsdp")
    assert losses(service, training_id)[-1] < losses(service, training_id)[0]
    model = AutoModelForCausalLM.from_pretrained(str(data_folder / row["result"]["folder"]))
    assert sum(parameter.numel() for parameter in model.parameters()) == row["result"]["parameters"]


def test_what_cannot_be_spread_is_told_before_anything_is_trained(service: TrainerService, data_folder: Path) -> None:
    table = write_table(data_folder, "train.parquet", example_rows(24))
    service.start()
    many = service.add_training(request_json(table, devices=3, batchSize=3))
    row = service.wait_for(many, has_state("failed"), seconds=60)
    assert (row["error"]["code"], row["error"]["data"]["available"]) == ("training_devices_missing", 2)
    assert row["attempt"] <= 1
    uneven = service.add_training(request_json(table, devices=2, batchSize=5))
    row = service.wait_for(uneven, has_state("failed"), seconds=60)
    assert row["error"]["code"] == "training_setting_unfit"
    assert "multiple of 2" in row["error"]["message"]


@long
def test_every_recipe_trains_by_two_processes(data_folder: Path, tiny_model: Path) -> None:
    prepare_models(data_folder, tiny_model)
    for case, (_recipe, table, _own) in CASES.items():
        write_columns(data_folder, f"{case}.parquet", table)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Path(__file__).with_name("spread_recipes.py")
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    processes = [
        subprocess.Popen(
            [sys.executable, str(script), str(data_folder), str(tiny_model)],
            env={**os.environ, **meeting, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    try:
        said, _ = processes[0].communicate(timeout=240)
    finally:
        for process in processes:
            process.kill()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith('{"case"')]
    assert [line["case"] for line in lines] == list(CASES)
    assert all((line["devices"], line["steps"], len(line["losses"])) == (2, 3, 3) for line in lines)
    # What a person follows, whatever the recipe.
    followed = {"learning_rate", "grad_norm", "tokens_per_second", "memory_mb"}
    assert {line["case"]: sorted(followed - set(line["told"])) for line in lines} == {case: [] for case in CASES}

"""One training over several machines: it learns, survives the death of any process, and says what it used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import example_rows, request_json, write_table
from trainer_service import TrainerService, has_state, has_step, is_alive

PAIR: dict[str, Any] = {"devices": 2, "batchSize": 4, "evaluateEverySteps": 10, "checkpointEverySteps": 5}


class Machine(TrainerService):
    """A further machine, on this one: `python -m trainer join` with an address of its own."""

    prefix: tuple[str, ...] = ()

    def start(self) -> None:
        command = [*self.prefix, sys.executable, "-m", "trainer", "join"]
        self.process = subprocess.Popen(command, env=self._environment, stdout=self._log, stderr=self._log)

    def ranks(self) -> list[int]:
        return [rank for group in self.children() for rank in self.children_of(group)]


class Machines:
    def __init__(self, database_url: str, data_folder: Path, model: Path) -> None:
        self._given = (database_url, data_folder, model)
        self.data_folder = data_folder
        self.head = self.make_head(TRAINER_ADDRESS="127.0.0.1")
        self.joined: list[Machine] = []

    def make_head(self, **environment: str) -> TrainerService:
        return TrainerService(*self._given, environment)

    def join(self, address: str = "127.0.0.2", prefix: tuple[str, ...] = (), **environment: str) -> Machine:
        machine = Machine(*self._given, {"TRAINER_ADDRESS": address, **environment})
        machine.prefix = prefix
        self.joined.append(machine)
        machine.start()
        return machine

    def request(self, **changes: object) -> dict[str, Any]:
        table = write_table(self.data_folder, "train.parquet", example_rows(24))
        return request_json(table, **{"maxSteps": 60, "validationFraction": 0.2, **PAIR, **changes})

    def losses(self, training_id: str) -> list[float]:
        rows = self.head.query(
            "SELECT values FROM training_metric WHERE training_id = %s AND kind = 'train' ORDER BY step", training_id
        )
        return [row["values"]["loss"] for row in rows]


@pytest.fixture
def machines(database_url: str, data_folder: Path, tiny_model: Path) -> Iterator[Machines]:
    machines = Machines(database_url, data_folder, tiny_model)
    yield machines
    for service in [machines.head, *machines.joined]:
        service.stop(signal.SIGKILL)
    if os.environ.get("TRAINER_TEST_LOGS"):
        for log in [data_folder / "service.log", *(data_folder / "logs").glob("*.log")]:
            print(f"== {log.name}\n{log.read_text()}", file=sys.stderr)


def has_resumed(row: dict[str, Any]) -> bool:
    return "resumed_from_checkpoint" in [note["code"] for note in row["progress"]["notes"]]


def have_ended(pids: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(is_alive(pid) for pid in pids)


def test_two_machines_train_one_model_and_the_death_of_one_costs_no_more_than_the_last_checkpoint(
    machines: Machines,
) -> None:
    head, data_folder = machines.head, machines.data_folder
    head.start()
    machine = machines.join()
    training_id = head.add_training(machines.request())
    head.wait_for(training_id, has_step(15))
    [here], [there] = head.children_of(head.children()[0]), machine.ranks()
    machine.stop(signal.SIGKILL)
    assert have_ended([here, there], 10)
    # Waits, however long, for a machine in place of the one that is gone.
    row = head.wait_for(training_id, lambda row: row["state"] == "queued" and row["attempt"] == 1, 10)
    machines.join("127.0.0.3")
    row = head.wait_for(training_id, has_state("done", "failed"))
    assert (row["state"], row["attempt"]) == ("done", 2), row["error"]
    assert has_resumed(row)
    result = row["result"]
    assert (result["devices"], result["machines"], result["spread"], result["steps"]) == (2, 2, "ddp", 60)
    losses = machines.losses(training_id)
    assert len(losses) == 60
    assert losses[-1] < losses[0] / 2
    for address in ("127.0.0.2", "127.0.0.3"):
        assert (data_folder / "logs" / f"training-{training_id}-{address}.log").is_file()


def test_the_ranks_of_a_machine_end_with_the_trainer_and_with_a_cancelled_training(machines: Machines) -> None:
    head = machines.head
    head.start()
    machine = machines.join()
    training_id = head.add_training(machines.request(maxSteps=20000))
    head.wait_for(training_id, has_step(10))
    ranks = [*head.children_of(head.children()[0]), *machine.ranks()]
    head.stop(signal.SIGKILL)
    assert have_ended(ranks, 10)
    head.query("UPDATE training SET lease_until = now() - interval '1 second'")
    head.start()
    head.wait_for(training_id, lambda row: row["attempt"] == 2 and has_resumed(row))
    ranks = [*head.children_of(head.children()[0]), *machine.ranks()]
    assert len(ranks) == 2
    head.query("UPDATE training SET cancel_requested = true WHERE id = %s", training_id)
    head.wait_for(training_id, has_state("cancelled"), seconds=5)
    assert have_ended(ranks, 5)
    assert machine.stop() == 0
    assert [row["kind"] for row in head.query("SELECT kind FROM worker_process WHERE kind = %s", "machine")] == []

"""Several machines with a network between them, and without: each end is told, and none goes on alone."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from test_devices import long
from test_machines import Machine, Machines, has_resumed, have_ended, machines
from trainer_service import has_state, has_step

__all__ = ["machines"]

# Its processes find no memory for more than one row at a time.
SHORT_OF_MEMORY = """
import sys

if "run-training" in sys.orig_argv:
    import trainer.training.train_model as life

    run = life._run

    def _run(trainer, place):
        if place.batch_size > 1:
            raise MemoryError
        run(trainer, place)

    life._run = _run
"""


class Relay:
    """The database's port under another address."""

    def __init__(self, address: str, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server((address, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self._listener.accept()
            far = socket.create_connection(self._target)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


class Network:
    """A second network on this machine, joined to the first by one cable."""

    def __init__(self) -> None:
        self.name = f"reverie{uuid.uuid4().hex[:6]}"
        self.here, self.there = "198.18.73.1", "198.18.73.2"
        near, far = f"{self.name[7:]}a", f"{self.name[7:]}b"
        self._near = near
        self._run("netns", "add", self.name)
        self._run("link", "add", near, "type", "veth", "peer", "name", far, "netns", self.name)
        self._run("addr", "add", f"{self.here}/24", "dev", near)
        self._run("-n", self.name, "addr", "add", f"{self.there}/24", "dev", far)
        for device in ("lo", far):
            self._run("-n", self.name, "link", "set", device, "up")
        self.plug("up")

    def plug(self, state: str) -> None:
        self._run("link", "set", self._near, state)

    @staticmethod
    def _run(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    def remove(self) -> None:
        self._run("netns", "del", self.name)


@pytest.fixture
def network() -> Iterator[Network]:
    try:
        network = Network()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"it needs the right to make a network of its own: {error}")
    yield network
    network.remove()


@long
def test_machines_train_across_a_network_and_a_pulled_cable_ends_both_sides_until_it_is_back(
    machines: Machines, network: Network, database_url: str
) -> None:
    database = urlsplit(database_url)
    relay = Relay(network.here, (database.hostname or "", database.port or 5432))
    machines.head = machines.make_head(TRAINER_ADDRESS=network.here)
    head = machines.head
    head.start()
    near = f"{database.username}:{database.password}@{network.here}:{relay.port}"
    url = f"postgresql://{near}{database.path}"
    machine = machines.join(network.there, ("ip", "netns", "exec", network.name), DATABASE_URL=url)
    done = head.add_training(machines.request())
    row = head.wait_for(done, has_state("done", "failed"))
    assert (row["state"], row["result"]["machines"]) == ("done", 2), row["error"]
    assert machines.losses(done)[-1] < machines.losses(done)[0] / 2
    cut_off = head.add_training(machines.request(maxSteps=20000))
    head.wait_for(cut_off, has_step(10))
    ranks = [*head.children_of(head.children()[0]), *machine.ranks()]
    assert len(ranks) == 2
    network.plug("down")
    # Neither hears of the other's end: each has to find it out.
    assert have_ended(ranks, 30)
    row = head.wait_for(cut_off, lambda row: row["waits_for"] is not None, seconds=15)
    assert row["waits_for"] == {"code": "devices", "devices": 2, "available": 1}
    network.plug("up")
    head.wait_for(cut_off, lambda row: row["attempt"] == 2 and has_resumed(row), seconds=90)


@long
def test_machines_that_cannot_meet_are_told_where_and_for_how_long_they_tried(machines: Machines) -> None:
    # An address of nobody.
    machines.head = machines.make_head(TRAINER_ADDRESS="198.51.100.1", TRAINER_MEETING_SECONDS="20")
    machines.head.start()
    machines.join(TRAINER_MEETING_SECONDS="20")
    training_id = machines.head.add_training(machines.request())
    row = machines.head.wait_for(training_id, has_state("done", "failed"), seconds=90)
    assert (row["error"]["code"], row["attempt"]) == ("training_machines_apart", 1)
    assert row["error"]["data"]["machines"] == "198.51.100.1, 127.0.0.2"


@long
def test_a_machine_short_of_memory_makes_all_start_again_with_fewer_rows_and_one_that_leaves_costs_no_attempt(
    machines: Machines, tmp_path: Path
) -> None:
    machines.head.start()
    (tmp_path / "sitecustomize.py").write_text(SHORT_OF_MEMORY)
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).resolve().parents[1] / "src")])
    machine = machines.join(PYTHONPATH=path)
    training_id = machines.head.add_training(machines.request(maxSteps=120))
    row = machines.head.wait_for(training_id, has_step(10))
    assert row["attempt"] == 1
    assert (machines.data_folder / "checkpoints" / training_id / "batch-size").read_text() == "1"
    assert machine.stop(signal.SIGTERM) == 0
    row = machines.head.wait_for(training_id, has_state("queued"), seconds=15)
    assert (row["attempt"], row["error"]) == (0, None)
    machines.join("127.0.0.3")
    row = machines.head.wait_for(training_id, has_state("done", "failed"))
    assert (row["state"], row["attempt"]) == ("done", 1), row["error"]
    assert has_resumed(row)


@long
def test_a_machine_with_another_data_folder_is_not_used_and_the_refusal_says_so(
    machines: Machines, tmp_path: Path, database_url: str, tiny_model: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    machines.head.start()
    stranger = Machine(database_url, other, tiny_model, {"TRAINER_ADDRESS": "127.0.0.2"})
    machines.joined.append(stranger)
    stranger.start()
    training_id = machines.head.add_training(machines.request())
    row = machines.head.wait_for(training_id, has_state("failed"), seconds=60)
    assert (row["error"]["code"], row["error"]["data"]["available"]) == ("training_devices_missing", 1)
    assert "127.0.0.2 (its data folder" in row["error"]["message"]

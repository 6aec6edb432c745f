"""
Further machines, as the trainer sees them: what each has to give, and how its part of a training stands.

Trainer and machines speak through the database alone: a machine tells of itself in its row of `worker_process`, and the
trainer writes into `training.machine_group` who does what. Each start is a round with a name of its own; what does not
stand in the current round is ended.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, ValidationError

from trainer.supervisor.choose_devices import Device, Machine
from trainer.supervisor.heartbeat import library_versions
from trainer.supervisor.lease import Database, Lease
from trainer.training.exit_status import EXIT_REPORTED
from trainer.training.find_free_port import find_free_port

KIND = "machine"
# A machine that has not beaten for so long is gone: five beats.
SILENT_SECONDS = 15


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Written):
    # Its id in `worker_process`.
    machine: str
    address: str
    devices: tuple[int, ...]
    first_rank: int


class Group(_Written):
    """One round of a training over several machines; the trainer's own has the first ranks."""

    round: str
    # Where the processes meet.
    address: str
    port: int
    # Of all machines together.
    processes: int
    # Where rewards reach the trainer's models.
    server_url: str
    parts: tuple[Part, ...]


class MachineDevice(_Written):
    name: str
    free: float | None
    total: float | None


class MachineDetail(_Written):
    """What a machine writes of itself."""

    address: str
    data_folder: str
    devices: tuple[MachineDevice, ...]
    libraries: dict[str, str]
    # idle | training | stopping
    state: str
    # The round that it works on or has worked on last, and how its processes ended.
    round: str | None
    status: int | None


@dataclass(frozen=True)
class Joined:
    machine: Machine
    address: str
    # Why it cannot be used; None where it can.
    unfit: str | None


@dataclass(frozen=True)
class PartEnd:
    address: str
    # None where the machine has fallen silent.
    status: int | None


def name_data_folder(folder: Path) -> str:
    """What two machines call the same folder, and no two folders: a shared one has one mark in it, at one path."""
    mark = folder / "folder-id"
    try:
        with open(mark, "x") as file:
            file.write(uuid.uuid4().hex)
    except FileExistsError:
        # Empty in the moment in which another writes it; a crash in that moment leaves it so, for all alike.
        deadline = time.monotonic() + 2
        while not mark.read_text("utf-8") and time.monotonic() < deadline:
            time.sleep(0.05)
    return f"{folder} {mark.read_text('utf-8')}"


async def list_machines(database: Database, own_address: str | None, own_folder: str, is_gpu: bool) -> list[Joined]:
    rows = await database.execute(
        "SELECT id, detail, EXISTS (SELECT 1 FROM training WHERE state = 'running' AND lease_until > now() AND "
        "machine_group->'parts' @> jsonb_build_array(jsonb_build_object('machine', worker_process.id))) "
        "FROM worker_process WHERE kind = %(kind)s AND heartbeat_at > now() - make_interval(secs => %(silent)s)",
        {"kind": KIND, "silent": SILENT_SECONDS},
    )
    joined: list[Joined] = []
    for machine_id, written, is_given in rows:
        try:
            detail = MachineDetail.model_validate(written)
        except ValidationError:
            joined.append(Joined(Machine(machine_id, ()), machine_id, "it runs another version of the trainer"))
            continue
        devices = tuple(Device(place, device.free, device.total) for place, device in enumerate(detail.devices))
        busy = is_given or detail.state != "idle"
        unfit = _why_unfit(detail, own_address, own_folder, is_gpu)
        joined.append(Joined(Machine(machine_id, devices, busy), detail.address, unfit))
    return joined


def _why_unfit(detail: MachineDetail, own_address: str | None, own_folder: str, is_gpu: bool) -> str | None:
    if own_address is None:
        return "TRAINER_ADDRESS of the trainer itself is not set"
    if detail.data_folder != own_folder:
        return f"its data folder ({detail.data_folder}) is another one than the trainer's ({own_folder})"
    if detail.libraries != library_versions():
        return "its libraries are of other versions"
    if any(device.name.startswith("cuda") != is_gpu for device in detail.devices):
        return "its devices are of another kind"
    return None


async def forget_gone(database: Database) -> None:
    """Rows of machines that ended without a word; each start makes a row of its own."""
    await database.execute(
        "DELETE FROM worker_process WHERE kind = %(kind)s AND heartbeat_at < now() - interval '1 hour'", {"kind": KIND}
    )


def plan_group(
    address: str, port: int | None, server_url: str, own_devices: int, shares: Sequence[tuple[Joined, tuple[int, ...]]]
) -> Group:
    parts: list[Part] = []
    rank = own_devices
    for joined, devices in shares:
        parts.append(Part(machine=joined.machine.id, address=joined.address, devices=devices, first_rank=rank))
        rank += len(devices)
    return Group(
        round=uuid.uuid4().hex,
        address=address,
        # On all addresses, as the meeting place will listen.
        port=port or find_free_port(""),
        processes=rank,
        server_url=f"http://{address}:{urlsplit(server_url).port}",
        parts=tuple(parts),
    )


async def write_group(database: Database, lease: Lease, group: Group) -> None:
    await database.execute(
        "UPDATE training SET machine_group = %(group)s "
        "WHERE id = %(id)s AND lease_token = %(token)s AND state = 'running'",
        {"id": lease.training_id, "token": lease.token, "group": Jsonb(group.model_dump(mode="json"))},
    )


async def find_part_end(database: Database, group: Group) -> PartEnd | None:
    """The first machine, if any, that will do no more for this round, other than by having done its part."""
    rows = await database.execute(
        "SELECT id, detail->>'round', (detail->>'status')::int FROM worker_process "
        "WHERE id = ANY(%(ids)s) AND heartbeat_at > now() - make_interval(secs => %(silent)s)",
        {"ids": [part.machine for part in group.parts], "silent": SILENT_SECONDS},
    )
    states = {machine: (of_round, status) for machine, of_round, status in rows}
    for part in group.parts:
        if part.machine not in states:
            return PartEnd(part.address, None)
        of_round, status = states[part.machine]
        if of_round == group.round and status not in (None, EXIT_REPORTED):
            return PartEnd(part.address, status)
    return None


@dataclass(frozen=True)
class Order:
    """What a machine is to do now."""

    training_id: str
    token: str
    # Until the lease ends as it stood.
    seconds: float
    group: Group
    part: Part


async def list_orders(database: Database, machine_id: str) -> list[Order]:
    rows = await database.execute(
        "SELECT id, lease_token, extract(epoch FROM lease_until - now())::float, machine_group FROM training "
        "WHERE state = 'running' AND lease_until > now() AND "
        "machine_group->'parts' @> jsonb_build_array(jsonb_build_object('machine', %(machine)s::text)) ORDER BY id",
        {"machine": machine_id},
    )
    orders: list[Order] = []
    for training_id, token, seconds, written in rows:
        group = Group.model_validate(written)
        part = next(part for part in group.parts if part.machine == machine_id)
        orders.append(Order(training_id, token, seconds, group, part))
    return orders

"""Starts the processes of a training on this machine, and keeps what they say."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.settings import Settings
from trainer.supervisor.machines import Group
from trainer.supervisor.read_devices import visible_gpu
from trainer.supervisor.training_log import TrainingLog


@dataclass(frozen=True)
class Work:
    """What this machine does of a training."""

    training_id: str
    token: str
    processes: int
    # Empty for the processor.
    gpus: Sequence[int]
    server_url: str
    # With this machine's first rank; None where it is the only one.
    group: tuple[Group, int] | None = None
    # A group of one process is one too: its training may have had several before.
    is_group: bool = True


@dataclass(frozen=True)
class Started:
    process: asyncio.subprocess.Process
    copying: asyncio.Task[None]

    async def end(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self.copying


async def start_process(settings: Settings, work: Work, log: TrainingLog) -> Started:
    environment = dict(
        os.environ,
        DATABASE_URL=settings.database_url,
        REVERIE_DATA=str(settings.data_folder),
        REVERIE_BUILTIN_MODEL=str(settings.builtin_model),
        TRAINER_LEASE_TOKEN=work.token,
        TOKENIZERS_PARALLELISM="false",
        PYTHONUNBUFFERED="1",
    )
    environment.pop("TRAINER_TOKEN", None)
    # For rewards that ask a judge.
    environment["TRAINER_SERVER_URL"] = work.server_url
    environment["TRAINER_SERVER_TOKEN"] = settings.token or ""
    if work.gpus:
        environment["CUDA_VISIBLE_DEVICES"] = ",".join(visible_gpu(place) for place in work.gpus)
    if work.group:
        for name in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
            # Left alone, gloo takes the address that the host's own name stands for, often one of the loopback.
            interface = os.environ.get(name) or find_interface(settings.address)
            if interface:
                environment[name] = interface
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "trainer",
        *_command(settings, work),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    return Started(process, asyncio.ensure_future(_copy_output(process.stdout, log)))


def _command(settings: Settings, work: Work) -> list[str]:
    if not work.is_group:
        return ["run-training", work.training_id]
    command = ["run-group", work.training_id, str(work.processes)]
    if work.group:
        group, first_rank = work.group
        command += ["--meet-at", f"{group.address}:{group.port}", "--machines", str(1 + len(group.parts))]
        command += ["--world-size", str(group.processes), "--first-rank", str(first_rank)]
        command += ["--meeting-seconds", str(settings.meeting_seconds)]
    return command


async def _copy_output(stream: asyncio.StreamReader, log: TrainingLog) -> None:
    while data := await stream.read(65536):
        log.write(data)


def find_interface(address: str | None) -> str | None:
    """The network interface that has this address; None where the system does not say."""
    get_interface_address = 0x8915
    try:
        wanted = socket.inet_aton(socket.gethostbyname(address or ""))
        names = [name for _, name in socket.if_nameindex()]
    except OSError:
        return None
    for name in names:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                reply = fcntl.ioctl(probe, get_interface_address, struct.pack("256s", name.encode()))
            except OSError:
                continue
        if reply[20:24] == wanted:
            return name
    return None

"""A further machine: it gives its devices to trainings that ask for more than the trainer has itself."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from pydantic import ValidationError

from trainer.models.device_names import list_devices
from trainer.settings import Settings
from trainer.supervisor.heartbeat import HEARTBEAT_SECONDS, end_heartbeat, keep_heartbeat, library_versions
from trainer.supervisor.lease import Database
from trainer.supervisor.machines import (
    KIND,
    MachineDetail,
    MachineDevice,
    Order,
    forget_gone,
    list_orders,
    name_data_folder,
)
from trainer.supervisor.read_devices import device_names, read_devices
from trainer.supervisor.start_process import Started, Work, start_process
from trainer.supervisor.supervise_training import STOP_SECONDS
from trainer.supervisor.training_log import training_log
from trainer.training.exit_status import EXIT_INTERRUPTED, EXIT_REPORTED, EXIT_SMALLER_BATCH

logger = logging.getLogger("trainer")
POLL_SECONDS = 1
# Before the lease ends by which the work is done: from then on another may have the training.
MARGIN_SECONDS = 2


def join(settings: Settings) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name, value in (("DATABASE_URL", settings.database_url), ("TRAINER_ADDRESS", settings.address)):
        if not value:
            logger.error("%s is not set.", name)
            return 2
    if not settings.data_folder.is_dir():
        logger.error("%s is not there; it has to be the trainer's own data folder.", settings.data_folder)
        return 2
    asyncio.run(_join(settings))
    return 0


async def _join(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    names = device_names(await asyncio.to_thread(list_devices), settings)
    machine = JoinedMachine(settings, names, stopping)
    await machine.measure()
    # Each with a connection of its own: none waits for another's statement.
    beats, orders = Database(settings.database_url), Database(settings.database_url)
    tasks = [
        asyncio.ensure_future(keep_heartbeat(beats, machine.id, machine.describe, KIND, machine.changed)),
        asyncio.ensure_future(machine.keep_measuring()),
        asyncio.ensure_future(machine.keep_fence()),
    ]
    print(f"joined as {settings.address} with {', '.join(names)}", flush=True)
    await machine.follow(orders)
    for task in tasks:
        task.cancel()
    await end_heartbeat(beats, machine.id)
    await beats.close()
    await orders.close()


@dataclass
class _Round:
    """The round that is worked on, or was last; kept until it is over for all, so that it is not begun again."""

    name: str
    # By the clock of this machine; pushed on with the lease.
    until: float
    # None where it was not begun.
    started: Started | None
    was_asked: bool = False

    @property
    def status(self) -> int | None:
        status = self.started.process.returncode if self.started else EXIT_INTERRUPTED
        # A process that was asked to go before it came to listen is ended by the signal, which is no death.
        if status is None or not self.was_asked or status in (EXIT_REPORTED, EXIT_SMALLER_BATCH):
            return status
        return EXIT_INTERRUPTED


class JoinedMachine:
    def __init__(self, settings: Settings, names: list[str], stopping: asyncio.Event) -> None:
        self.id = f"machine-{uuid.uuid4().hex}"
        self.changed = asyncio.Event()
        self._settings = settings
        self._names = names
        self._folder = name_data_folder(settings.data_folder)
        self._stopping = stopping
        self._round: _Round | None = None
        self._telling: asyncio.Task[None] | None = None
        self._devices: tuple[MachineDevice, ...] = ()
        self._has_tidied = False

    def describe(self) -> dict[str, Any]:
        assert self._settings.address is not None
        state = "stopping" if self._stopping.is_set() else "training" if self._round else "idle"
        return MachineDetail(
            address=self._settings.address,
            data_folder=self._folder,
            devices=self._devices,
            libraries=library_versions(),
            state=state,
            round=self._round.name if self._round else None,
            status=self._round.status if self._round else None,
        ).model_dump(mode="json")

    async def measure(self) -> None:
        devices = await asyncio.to_thread(read_devices, self._names, set[int](), self._settings)
        self._devices = tuple(
            MachineDevice(name=self._names[device.index], free=device.free, total=device.total) for device in devices
        )

    async def keep_measuring(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if self._round is None:
                await self.measure()

    async def keep_fence(self) -> None:
        """Beside the questions to the database, which take as long as they take."""
        while True:
            await asyncio.sleep(0.5)
            started = self._round.started if self._round else None
            if self._round and started and started.process.returncode is None and time.monotonic() > self._round.until:
                logger.warning("the lease of the training has not been seen renewed; its processes are ended")
                started.process.kill()

    async def follow(self, database: Database) -> None:
        """Until it is asked to stop, and its part of a training, if any, has ended for all."""
        stop_at: float | None = None
        while stop_at is None or (self._round is not None and time.monotonic() < stop_at):
            if self._stopping.is_set() and stop_at is None:
                logger.info("stopping")
                stop_at = time.monotonic() + STOP_SECONDS
                self._ask_to_go()
                self.changed.set()
            try:
                if not self._has_tidied:
                    await forget_gone(database)
                    self._has_tidied = True
                await self._do_what_is_asked(database)
            except (psycopg.Error, ValidationError) as error:
                logger.warning("what is to be done cannot be read: %s", error)
            await asyncio.sleep(POLL_SECONDS)
        await self._end_round()

    async def _do_what_is_asked(self, database: Database) -> None:
        asked_at = time.monotonic()
        orders = await list_orders(database, self.id)
        current = next((order for order in orders if self._round and order.group.round == self._round.name), None)
        if current is not None and self._round is not None:
            self._round.until = asked_at + current.seconds - MARGIN_SECONDS
            return
        await self._end_round()
        if orders:
            await self._begin(orders[0], asked_at)

    async def _begin(self, order: Order, asked_at: float) -> None:
        until = asked_at + order.seconds - MARGIN_SECONDS
        if self._stopping.is_set():
            self._round = _Round(order.group.round, until, None)
        else:
            devices = order.part.devices
            gpus = [place for place in devices if self._names[place].startswith("cuda")]
            group = (order.group, order.part.first_rank)
            work = Work(order.training_id, order.token, len(devices), gpus, order.group.server_url, group)
            log = training_log(self._settings, order.training_id, self._settings.address)
            started = await start_process(self._settings, work, log)
            logger.info("training %s: %d processes started", order.training_id, len(devices))
            self._round = _Round(order.group.round, until, started)
            self._telling = asyncio.ensure_future(self._tell_end(started))
        self.changed.set()

    async def _tell_end(self, started: Started) -> None:
        await started.process.wait()
        self.changed.set()

    def _ask_to_go(self) -> None:
        started = self._round.started if self._round else None
        if self._round and started and started.process.returncode is None:
            self._round.was_asked = True
            started.process.send_signal(signal.SIGTERM)

    async def _end_round(self) -> None:
        if self._round is None:
            return
        if self._round.started:
            await self._round.started.end()
            logger.info("its part of the training is over")
        self._round = None
        self.changed.set()

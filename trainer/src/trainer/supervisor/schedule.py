"""Gives waiting trainings their devices, and says of each that stays waiting what it waits for."""

from __future__ import annotations

import asyncio
import logging
import time

import psycopg
from pydantic import ValidationError

from trainer.contracts.outcome import TrainingError
from trainer.contracts.training import CommonRequest, TrainingRequest
from trainer.settings import Settings
from trainer.supervisor import lease as leases
from trainer.supervisor.choose_devices import Start, TooBig, TooMany, Wait, Waiting, choose_devices
from trainer.supervisor.estimate_memory import GB, Need, estimate_memory
from trainer.supervisor.lease import Database, WaitingRow
from trainer.supervisor.machines import Joined, list_machines, name_data_folder
from trainer.supervisor.model_facts import read_facts
from trainer.supervisor.read_devices import device_names, read_devices
from trainer.supervisor.supervise_training import Places, supervise_training

logger = logging.getLogger("trainer")
RECONCILE_SECONDS = 5
# How long after the trainer's own start further machines may still be joining.
SETTLING_SECONDS = 20


class Schedule:
    def __init__(
        self, settings: Settings, listed: list[str], server_url: str, stopping: asyncio.Event, wake: asyncio.Event
    ) -> None:
        self._settings = settings
        self._names = device_names(listed, settings)
        self._server_url = server_url
        self._stopping = stopping
        self._wake = wake
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._busy: dict[str, tuple[int, ...]] = {}
        # By training; reading a model's files again each round would be for nothing.
        self._needs: dict[str, Need | None] = {}
        self._is_gpu = self._names[0].startswith("cuda")
        self._folder = name_data_folder(settings.data_folder)
        self._machines: list[Joined] = []
        self._settled_at = time.monotonic() + (SETTLING_SECONDS if settings.address else 0)

    async def run(self) -> None:
        database = Database(self._settings.database_url)
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                await self._begin_what_can(database)
            except psycopg.Error as error:
                logger.warning("trainings cannot be looked up: %s", error)
            try:
                await asyncio.wait_for(self._wake.wait(), RECONCILE_SECONDS)
            except asyncio.TimeoutError:
                pass
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await database.close()

    async def _begin_what_can(self, database: Database) -> None:
        rows = await leases.list_waiting(database)
        if not rows:
            return
        self._needs = {
            row.training_id: self._needs.get(row.training_id) for row in rows if row.training_id in self._needs
        }
        waiting = [await asyncio.to_thread(self._read_waiting, row) for row in rows]
        busy = {place for places in self._busy.values() for place in places}
        devices = await asyncio.to_thread(read_devices, self._names, busy, self._settings)
        await self._look_for_machines(database)
        machines = [joined.machine for joined in self._machines if joined.unfit is None]
        for decision in choose_devices(devices, waiting, machines):
            if isinstance(decision, Start):
                await self._start(database, decision)
            elif isinstance(decision, Wait):
                await leases.note_waiting(database, decision.training_id, _reason(decision, waiting))
            else:
                await self._refuse(database, decision)

    async def _look_for_machines(self, database: Database) -> None:
        before = {joined.machine.id: joined.unfit for joined in self._machines}
        self._machines = await list_machines(database, self._settings.address, self._folder, self._is_gpu)
        for joined in self._machines:
            if joined.unfit and before.get(joined.machine.id) != joined.unfit:
                logger.warning("the machine %s is not used: %s", joined.address, joined.unfit)

    def _read_waiting(self, row: WaitingRow) -> Waiting:
        request = _parse(row.request)
        if request is None:
            # The training process says what is wrong with it.
            return Waiting(row.training_id, 1, None, row.waited_seconds)
        if row.training_id not in self._needs:
            is_gpu = self._is_gpu
            # On a GPU's machine a training of the processor is not measured by the GPU.
            facts = None
            if request.device != "cpu" or not is_gpu:
                facts = read_facts(request.base, self._settings.data_folder, self._settings.builtin_model)
            self._needs[row.training_id] = estimate_memory(request, facts, is_gpu and request.precision != "fp32")
        more_may_come = row.has_begun or time.monotonic() < self._settled_at
        need = self._needs[row.training_id]
        return Waiting(row.training_id, request.devices, need, row.waited_seconds, more_may_come)

    async def _start(self, database: Database, start: Start) -> None:
        lease = await leases.take(database, start.training_id)
        if lease is None:
            return
        self._busy[start.training_id] = start.devices
        gpus = [place for place in start.devices if self._names[place].startswith("cuda")]
        joined = {joined.machine.id: joined for joined in self._machines}
        shares = [(joined[share.machine], share.devices) for share in start.shares]
        places = Places(len(start.devices), gpus, self._server_url, shares)

        async def supervise() -> None:
            own = Database(self._settings.database_url)
            try:
                await supervise_training(self._settings, own, lease, places, self._stopping)
            except Exception:
                logger.exception("training %s could not be supervised", lease.training_id)
                await asyncio.sleep(1)
            finally:
                self._busy.pop(start.training_id, None)
                self._tasks.pop(start.training_id, None)
                await own.close()
                self._wake.set()

        self._tasks[start.training_id] = asyncio.ensure_future(supervise())

    async def _refuse(self, database: Database, decision: TooMany | TooBig) -> None:
        lease = await leases.take(database, decision.training_id)
        if lease is not None:
            await leases.fail(database, lease, await asyncio.to_thread(self._explain, lease.request, decision))

    def _explain(self, request: object, decision: TooMany | TooBig) -> TrainingError:
        if isinstance(decision, TooMany):
            asked = getattr(_parse(request), "devices", 1)
            available = decision.available
            unused = ", ".join(f"{joined.address} ({joined.unfit})" for joined in self._machines if joined.unfit)
            message = f"The training asks for {asked} devices, and the trainer offers {available}."
            message += f" Not used: {unused}. Ask for fewer." if unused else " Ask for fewer."
            data = {"detail": message, "devices": asked, "available": available, "unused": unused}
            return TrainingError(code="training_devices_missing", message=message, data=data)
        need, largest = round(decision.need / GB, 1), round(decision.largest / GB, 1)
        message = (
            f"The training needs about {need} GB on each device, and the largest has {largest} GB. "
            "Take a smaller model, LoRA or QLoRA, a shorter longest example, or shards over more devices."
        )
        data = {"detail": message, "need": need, "largest": largest}
        return TrainingError(code="training_memory_short", message=message, data=data)

    @property
    def trainings(self) -> list[str]:
        return list(self._busy)


def _parse(request: object) -> CommonRequest | None:
    try:
        return TrainingRequest.validate_python(request)
    except ValidationError:
        return None


def _reason(decision: Wait, waiting: list[Waiting]) -> dict[str, object] | None:
    if decision.available is not None:
        asked = next(training.devices for training in waiting if training.training_id == decision.training_id)
        return {"code": "devices", "devices": asked, "available": decision.available}
    return None if decision.need is None else {"code": "device_memory", "gigabytes": round(decision.need / GB, 1)}

"""One training from lease to end: the process, its log, its lease, its cancellation."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import psycopg

from trainer.contracts.outcome import TrainingError
from trainer.settings import Settings
from trainer.supervisor import lease as leases
from trainer.supervisor.describe_end import apart_error, crash_error, describe_end
from trainer.supervisor.lease import Database, Lease
from trainer.supervisor.machines import Group, Joined, PartEnd, find_part_end, plan_group, write_group
from trainer.supervisor.start_process import Work, start_process
from trainer.supervisor.training_log import TrainingLog, training_log
from trainer.training.exit_status import (
    EXIT_FAILED_REPORTED,
    EXIT_INTERRUPTED,
    EXIT_LEASE_LOST,
    EXIT_NOT_MET,
    EXIT_REPORTED,
    EXIT_SMALLER_BATCH,
    telling_status,
)

logger = logging.getLogger("trainer")

RENEW_SECONDS = 4
POLL_SECONDS = 0.5
# Under the lease's length, so that the process is gone before another can take its training.
FENCE_SECONDS = leases.LEASE_SECONDS - 5
STOP_SECONDS = 60
CANCEL_SECONDS = 1.0
# How long a machine may take to tell how its processes ended, or this one's to end with them.
TELL_SECONDS = 5
# What no other process's end can explain.
TELLING = (
    EXIT_REPORTED,
    EXIT_FAILED_REPORTED,
    EXIT_INTERRUPTED,
    EXIT_LEASE_LOST,
    EXIT_SMALLER_BATCH,
    EXIT_NOT_MET,
)


@dataclass(frozen=True)
class Places:
    """Where a training is done: on so many devices here, and on those of further machines."""

    devices: int
    # Empty for the processor.
    gpus: Sequence[int]
    server_url: str
    shares: Sequence[tuple[Joined, tuple[int, ...]]] = ()


@dataclass
class Ending:
    """How a round ended."""

    # The process was asked to end: for the supervisor's own end, a pause, a cancellation.
    was_asked: bool = False
    # Below zero for a signal; None where a machine has fallen silent.
    status: int | None = None
    # The further machine whose end it was.
    machine: str | None = None


async def supervise_training(
    settings: Settings, database: Database, lease: Lease, places: Places, stopping: asyncio.Event
) -> None:
    log = training_log(settings, lease.training_id)
    while True:
        group = None
        if places.shares:
            assert settings.address is not None
            group = plan_group(settings.address, settings.group_port, places.server_url, places.devices, places.shares)
            await write_group(database, lease, group)
        ending = await _run_round(settings, database, lease, places, group, stopping, log)
        # Each process has noted the smaller batch where all find it.
        if ending.status != EXIT_SMALLER_BATCH:
            break
    if ending.machine is not None:
        log = training_log(settings, lease.training_id, ending.machine)
    error = apart_error(settings, group) if group and ending.status == EXIT_NOT_MET else None
    await _retry(lambda: _settle(database, lease, ending, log, error))


async def _run_round(
    settings: Settings,
    database: Database,
    lease: Lease,
    places: Places,
    group: Group | None,
    stopping: asyncio.Event,
    log: TrainingLog,
) -> Ending:
    asked = lease.request.get("devices", 1) if isinstance(lease.request, dict) else 1
    work = Work(
        lease.training_id,
        lease.token,
        places.devices,
        places.gpus,
        places.server_url,
        (group, 0) if group else None,
        is_group=asked != 1,
    )
    started = await start_process(settings, work, log)
    process = started.process
    logger.info("training %s started, attempt %d, process %d", lease.training_id, lease.attempt, process.pid)
    ending = Ending()
    try:
        part = await _watch(process, database, lease, group, stopping, ending)
        why = await _find_why(process, database, group, part, ending.was_asked) if group else None
    finally:
        await started.end()
    logger.info("training %s ended with status %s", lease.training_id, process.returncode)
    ending.status, ending.machine = why or (process.returncode, None)
    return ending


async def _find_why(
    process: asyncio.subprocess.Process, database: Database, group: Group, part: PartEnd | None, was_asked: bool
) -> tuple[int | None, str] | None:
    """Status and machine, where this process ends of the end of a machine's: that one may tell a moment later."""
    deadline = time.monotonic() + TELL_SECONDS
    is_told = was_asked or process.returncode in (None, *TELLING)
    try:
        while part is None and not is_told and time.monotonic() < deadline:
            part = await find_part_end(database, group)
            await asyncio.sleep(POLL_SECONDS)
    except psycopg.Error as error:
        logger.warning("the machines cannot be asked how they ended: %s", error)
    if part is None:
        return None
    logger.warning("on the machine %s: %s", part.address, describe_end(part.status))
    if part.status is not None:
        # Of an error that all meet, or a stop that all hear of, each ends by itself.
        await _wait_for_exit(process, TELL_SECONDS)
        own = process.returncode
        if own is not None and telling_status([own, part.status]) == own:
            return None
    return part.status, part.address


async def _watch(
    process: asyncio.subprocess.Process,
    database: Database,
    lease: Lease,
    group: Group | None,
    stopping: asyncio.Event,
    ending: Ending,
) -> PartEnd | None:
    """The machine's end for which this process has to end too, if that is why."""
    renewed_at = time.monotonic()
    next_renewal = renewed_at + RENEW_SECONDS
    stop_deadline: float | None = None
    while process.returncode is None:
        await _wait_for_exit(process, POLL_SECONDS)
        if process.returncode is not None:
            break
        now = time.monotonic()
        if stopping.is_set() and stop_deadline is None:
            _ask_to_go(process, ending)
            stop_deadline = now + STOP_SECONDS
        if stop_deadline is not None and now > stop_deadline:
            break
        try:
            if now >= next_renewal:
                if not await leases.renew(database, lease):
                    # Also so when the process has just reported its result and is about to exit.
                    await _wait_for_exit(process, CANCEL_SECONDS)
                    if process.returncode is None:
                        logger.warning("training %s: the lease is lost, its process is ended", lease.training_id)
                    break
                renewed_at = now
                next_renewal = now + RENEW_SECONDS
                continue
            wishes = await leases.read_wishes(database, lease)
            if wishes.cancel:
                # The state first: from here on the process can write nothing more.
                await leases.mark_cancelled(database, lease)
                _ask_to_go(process, ending)
                await _wait_for_exit(process, CANCEL_SECONDS)
                break
            if wishes.pause:
                # Without a deadline: an evaluation under way is finished first, and what it judged is saved.
                _ask_to_go(process, ending)
            part = await find_part_end(database, group) if group else None
            if part is not None:
                return part
        except psycopg.Error as error:
            logger.warning("training %s: the database cannot be asked: %s", lease.training_id, error)
            if time.monotonic() - renewed_at > FENCE_SECONDS:
                break
    return None


def _ask_to_go(process: asyncio.subprocess.Process, ending: Ending) -> None:
    if not ending.was_asked:
        _signal(process, signal.SIGTERM)
    ending.was_asked = True


async def _settle(
    database: Database, lease: Lease, ending: Ending, log: TrainingLog, error: TrainingError | None
) -> None:
    """Every statement here asks for the lease, so what has ended properly is left as it is."""
    status = ending.status
    # A process that had not come to listen for the signal is ended by it, before it has done anything.
    if status == EXIT_INTERRUPTED or (ending.was_asked and status == -signal.SIGTERM):
        await leases.release(database, lease, died=False)
    elif error is not None:
        await leases.fail(database, lease, error)
    elif status == EXIT_LEASE_LOST:
        await leases.release(database, lease, died=True)
    elif lease.attempt >= leases.MAX_ATTEMPTS:
        await leases.fail(database, lease, crash_error(status, lease.attempt, log, ending.machine))
    else:
        await leases.release(database, lease, died=True)


async def _wait_for_exit(process: asyncio.subprocess.Process, seconds: float) -> None:
    try:
        await asyncio.wait_for(asyncio.shield(process.wait()), seconds)
    except asyncio.TimeoutError:
        return


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if process.returncode is None:
        process.send_signal(number)


async def _retry(action: Callable[[], Awaitable[None]]) -> None:
    for delay in (0.5, 1, 2, 4):
        try:
            await action()
            return
        except psycopg.Error:
            await asyncio.sleep(delay)
    # Left as it is, the lease runs out and the next round takes the training again.

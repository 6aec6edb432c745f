"""One training from lease to end: the process, its log, its lease, its cancellation."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

import psycopg

from trainer.contracts.training import TrainingError
from trainer.settings import Settings
from trainer.supervisor import lease as leases
from trainer.supervisor.lease import Database, Lease
from trainer.supervisor.read_devices import visible_gpu
from trainer.supervisor.training_log import TrainingLog
from trainer.training.exit_status import EXIT_INTERRUPTED, EXIT_LEASE_LOST

logger = logging.getLogger("trainer")

RENEW_SECONDS = 4
POLL_SECONDS = 0.5
# Under the lease's length, so that the process is gone before another can take its training.
FENCE_SECONDS = leases.LEASE_SECONDS - 5
STOP_SECONDS = 60
CANCEL_SECONDS = 1.0


def training_log(settings: Settings, training_id: str) -> TrainingLog:
    return TrainingLog(settings.data_folder / "logs" / f"training-{training_id}.log")


async def supervise_training(
    settings: Settings,
    database: Database,
    lease: Lease,
    processes: int,
    gpus: Sequence[int],
    server_url: str,
    stopping: asyncio.Event,
) -> None:
    log = training_log(settings, lease.training_id)
    process = await _start(settings, lease, processes, gpus, server_url)
    assert process.stdout is not None
    copying = asyncio.ensure_future(_copy_output(process.stdout, log))
    logger.info("training %s started, attempt %d, process %d", lease.training_id, lease.attempt, process.pid)
    try:
        was_asked = await _watch(process, database, lease, stopping)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await copying
    logger.info("training %s ended with status %s", lease.training_id, process.returncode)
    await _retry(lambda: _settle(database, lease, process.returncode, log, was_asked))


async def _start(
    settings: Settings, lease: Lease, processes: int, gpus: Sequence[int], server_url: str
) -> asyncio.subprocess.Process:
    environment = dict(
        os.environ,
        DATABASE_URL=settings.database_url,
        REVERIE_DATA=str(settings.data_folder),
        REVERIE_BUILTIN_MODEL=str(settings.builtin_model),
        TRAINER_LEASE_TOKEN=lease.token,
        TOKENIZERS_PARALLELISM="false",
        PYTHONUNBUFFERED="1",
    )
    environment.pop("TRAINER_TOKEN", None)
    # For rewards that ask a judge.
    environment["TRAINER_SERVER_URL"] = server_url
    environment["TRAINER_SERVER_TOKEN"] = settings.token or ""
    if gpus:
        environment["CUDA_VISIBLE_DEVICES"] = ",".join(visible_gpu(place) for place in gpus)
    asked = lease.request.get("devices", 1) if isinstance(lease.request, dict) else 1
    command = ["run-training", lease.training_id] if asked == 1 else ["run-group", lease.training_id, str(processes)]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "trainer",
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def _copy_output(stream: asyncio.StreamReader, log: TrainingLog) -> None:
    while data := await stream.read(65536):
        log.write(data)


async def _watch(
    process: asyncio.subprocess.Process, database: Database, lease: Lease, stopping: asyncio.Event
) -> bool:
    """True where the process was asked to checkpoint and go: for the supervisor's end, or a pause."""
    renewed_at = time.monotonic()
    next_renewal = renewed_at + RENEW_SECONDS
    stop_deadline: float | None = None
    was_asked = False
    while process.returncode is None:
        await _wait_for_exit(process, POLL_SECONDS)
        if process.returncode is not None:
            break
        now = time.monotonic()
        if stopping.is_set() and stop_deadline is None:
            was_asked = _ask_to_go(process, was_asked)
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
                _signal(process, signal.SIGTERM)
                await _wait_for_exit(process, CANCEL_SECONDS)
                break
            if wishes.pause:
                # Without a deadline: an evaluation under way is finished first, and what it judged is saved.
                was_asked = _ask_to_go(process, was_asked)
        except psycopg.Error as error:
            logger.warning("training %s: the database cannot be asked: %s", lease.training_id, error)
            if time.monotonic() - renewed_at > FENCE_SECONDS:
                break
    return was_asked


def _ask_to_go(process: asyncio.subprocess.Process, was_asked: bool) -> bool:
    if not was_asked:
        _signal(process, signal.SIGTERM)
    return True


async def _settle(database: Database, lease: Lease, status: int | None, log: TrainingLog, was_asked: bool) -> None:
    """Every statement here asks for the lease, so what has ended properly is left as it is."""
    # A process that had not come to listen for the signal is ended by it, before it has done anything.
    if status == EXIT_INTERRUPTED or (was_asked and status == -signal.SIGTERM):
        await leases.release(database, lease, died=False)
    elif status == EXIT_LEASE_LOST:
        await leases.release(database, lease, died=True)
    elif lease.attempt >= leases.MAX_ATTEMPTS:
        await leases.fail(database, lease, crash_error(status, lease.attempt, log))
    else:
        await leases.release(database, lease, died=True)


def crash_error(status: int | None, attempts: int, log: TrainingLog) -> TrainingError:
    how = "its supervisor died with it" if status is None else f"it ended with status {status}"
    if status is not None and status < 0:
        name = signal.Signals(-status).name
        how = f"it was ended by {name}" + (", often a lack of memory" if name == "SIGKILL" else "")
    message = f"The training process died {attempts} times; the last time {how}."
    return TrainingError(
        code="training_crashed",
        message=message,
        data={"detail": message, "status": status, "attempts": attempts, "log": log.tail()},
    )


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

"""The trainer's long-lived process: it takes trainings, watches over them, and serves local models."""

from __future__ import annotations

import asyncio
import logging
import signal
import uuid
from typing import Any

import psycopg
from aiohttp import web

from trainer.models.device_names import list_devices
from trainer.serving.engine import Engine
from trainer.serving.http_app import build_app
from trainer.settings import Settings
from trainer.supervisor import lease as leases
from trainer.supervisor.heartbeat import end_heartbeat, keep_heartbeat, library_versions
from trainer.supervisor.lease import Database
from trainer.supervisor.listen_queue import listen_queue
from trainer.supervisor.supervise_training import crash_error, supervise_training, training_log

logger = logging.getLogger("trainer")
RECONCILE_SECONDS = 5


def serve(settings: Settings) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    if not settings.database_url:
        logger.error("DATABASE_URL is not set.")
        return 2
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    stopping, wake = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    # Importing torch takes seconds; the heart must beat meanwhile.
    devices = asyncio.ensure_future(asyncio.to_thread(list_devices))
    engine = Engine(settings.data_folder, settings.builtin_model)
    runner = web.AppRunner(build_app(engine, settings), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    await site.start()
    port = runner.addresses[0][1]
    server_url = f"http://{settings.host}:{port}"
    print(f"trainer listening on {server_url}", flush=True)

    # Beats, leases and rounds each have their own connection: none waits for another's statement.
    beats, rounds = Database(settings.database_url), Database(settings.database_url)
    worker_id = f"trainer-{uuid.uuid4().hex}"
    running: dict[int, str] = {}

    def read_detail() -> dict[str, Any]:
        return {
            "device": ", ".join(devices.result()) if devices.done() else None,
            "port": port,
            "libraries": library_versions(),
            "state": "stopping" if stopping.is_set() else "training" if running else "idle",
            "trainings": list(running.values()),
        }

    heart = asyncio.ensure_future(keep_heartbeat(beats, worker_id, read_detail))
    queue = listen_queue(settings, wake)
    names = await devices
    slots = [
        asyncio.ensure_future(
            _work(settings, slot if name.startswith("cuda") else None, slot, server_url, running, stopping, wake)
        )
        for slot, name in enumerate(names)
    ]
    rounds_task = asyncio.ensure_future(_close_abandoned(settings, rounds))
    await stopping.wait()
    logger.info("stopping")
    wake.set()
    await asyncio.gather(*slots, return_exceptions=True)
    for task in (heart, rounds_task):
        task.cancel()
    await queue.close(force=True)
    await runner.cleanup()
    engine.close()
    await end_heartbeat(beats, worker_id)
    await beats.close()
    await rounds.close()


async def _work(
    settings: Settings,
    device_index: int | None,
    slot: int,
    server_url: str,
    running: dict[int, str],
    stopping: asyncio.Event,
    wake: asyncio.Event,
) -> None:
    """One slot a device, so at most one training a device."""
    database = Database(settings.database_url)
    while not stopping.is_set():
        wake.clear()
        try:
            lease = await leases.take_next(database)
        except psycopg.Error as error:
            logger.warning("trainings cannot be looked up: %s", error)
            lease = None
        if lease is None:
            try:
                await asyncio.wait_for(wake.wait(), RECONCILE_SECONDS)
            except asyncio.TimeoutError:
                pass
            continue
        running[slot] = lease.training_id
        try:
            await supervise_training(settings, database, lease, device_index, server_url, stopping)
        except Exception:
            logger.exception("training %s could not be supervised", lease.training_id)
            await asyncio.sleep(1)
        finally:
            running.pop(slot, None)
    await database.close()


async def _close_abandoned(settings: Settings, database: Database) -> None:
    while True:
        try:
            for training_id in await leases.close_abandoned(database):
                error = crash_error(None, leases.MAX_ATTEMPTS, training_log(settings, training_id))
                await leases.fail_abandoned(database, training_id, error)
        except psycopg.Error as error:
            logger.warning("abandoned trainings cannot be closed: %s", error)
        await asyncio.sleep(RECONCILE_SECONDS)

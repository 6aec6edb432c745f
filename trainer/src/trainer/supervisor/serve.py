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
from trainer.supervisor.describe_end import crash_error
from trainer.supervisor.heartbeat import end_heartbeat, keep_heartbeat, library_versions
from trainer.supervisor.lease import Database
from trainer.supervisor.listen_queue import listen_queue
from trainer.supervisor.schedule import RECONCILE_SECONDS, Schedule
from trainer.supervisor.training_log import training_log

logger = logging.getLogger("trainer")


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
    schedule: Schedule | None = None

    def read_detail() -> dict[str, Any]:
        return {
            "device": ", ".join(devices.result()) if devices.done() else None,
            "port": port,
            "libraries": library_versions(),
            "state": "stopping" if stopping.is_set() else "training" if schedule and schedule.trainings else "idle",
            "trainings": schedule.trainings if schedule else [],
        }

    heart = asyncio.ensure_future(keep_heartbeat(beats, worker_id, read_detail))
    queue = listen_queue(settings, wake)
    schedule = Schedule(settings, await devices, server_url, stopping, wake)
    scheduling = asyncio.ensure_future(schedule.run())
    rounds_task = asyncio.ensure_future(_close_abandoned(settings, rounds))
    await stopping.wait()
    logger.info("stopping")
    wake.set()
    await asyncio.gather(scheduling, return_exceptions=True)
    for task in (heart, rounds_task):
        task.cancel()
    await queue.close(force=True)
    await runner.cleanup()
    engine.close()
    await end_heartbeat(beats, worker_id)
    await beats.close()
    await rounds.close()


async def _close_abandoned(settings: Settings, database: Database) -> None:
    while True:
        try:
            for training_id in await leases.close_abandoned(database):
                error = crash_error(None, leases.MAX_ATTEMPTS, training_log(settings, training_id))
                await leases.fail_abandoned(database, training_id, error)
        except psycopg.Error as error:
            logger.warning("abandoned trainings cannot be closed: %s", error)
        await asyncio.sleep(RECONCILE_SECONDS)

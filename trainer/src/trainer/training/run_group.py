"""Starts the processes of a training on several devices, by torch's own launcher, and ends them together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from trainer.training.exit_status import EXIT_FAILED_REPORTED, EXIT_INTERRUPTED, EXIT_REPORTED, EXIT_SMALLER_BATCH
from trainer.training.run_training import die_with

POLL_SECONDS = 0.2
# How long the others may take once rank 0 has ended, which is the last to have anything to do, or one was interrupted.
GRACE_SECONDS = 10


def run_group(training_id: str, processes: int, supervisor_pid: int) -> int:
    """
    The status of the group: that of rank 0, or of the process that died first. A group whose memory did not suffice is
    started again, with the smaller batch that it has noted.
    """
    die_with(supervisor_pid)
    while True:
        status = _run_once(training_id, processes)
        if status != EXIT_SMALLER_BATCH:
            return EXIT_REPORTED if status == EXIT_FAILED_REPORTED else status


def _run_once(training_id: str, processes: int) -> int:
    # Takes seconds to import.
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, start_processes
    from torch.distributed.elastic.multiprocessing.api import SubprocessContext

    ranks = range(processes)
    meeting = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(_find_free_port()),
        "WORLD_SIZE": str(processes),
        "LOCAL_WORLD_SIZE": str(processes),
        # Processes that share the cores of one machine slow each other down with a thread a core each.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS") or str(max(1, (os.cpu_count() or 1) // processes)),
    }
    command = ("-m", "trainer", "run-training", training_id)
    context = start_processes(
        name="training",
        entrypoint=sys.executable,
        args=dict.fromkeys(ranks, command),
        envs={rank: {**meeting, "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in ranks},
        logs_specs=DefaultLogsSpecs(log_dir=os.devnull),
    )
    assert isinstance(context, SubprocessContext)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        for handler in context.subprocess_handlers.values():
            if handler.proc.poll() is None:
                handler.proc.send_signal(number)

    # In place of the launcher's own handler, which ends the processes before they could checkpoint.
    signal.signal(signal.SIGTERM, pass_on)
    try:
        return _watch({rank: handler.proc for rank, handler in context.subprocess_handlers.items()})
    finally:
        context.close(signal.SIGKILL)


def _watch(processes: dict[int, subprocess.Popen[bytes]]) -> int:
    first_end: float | None = None

    def is_over() -> bool:
        nonlocal first_end
        first_end = first_end or time.monotonic()
        return time.monotonic() - first_end > GRACE_SECONDS

    while True:
        statuses = {rank: process.poll() for rank, process in processes.items()}
        failed = [status for status in statuses.values() if status not in (None, 0)]
        # Where all were asked to stop, each ends by itself; its checkpoint is complete before any of them does.
        if failed and not (None in statuses.values() and set(failed) == {EXIT_INTERRUPTED} and not is_over()):
            # Of several, the one that says why: the others died of its death.
            return next((status for status in failed if status == EXIT_FAILED_REPORTED), failed[0])
        if all(status == 0 for status in statuses.values()):
            return 0
        if statuses[0] == 0 and is_over():
            return 0
        time.sleep(POLL_SECONDS)


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""Starts the processes of a training on this machine's devices, by torch's own launcher, and ends them together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from types import FrameType

from trainer.training.exit_status import (
    EXIT_FAILED_REPORTED,
    EXIT_GROUP_BROKEN,
    EXIT_INTERRUPTED,
    EXIT_REPORTED,
    telling_status,
)
from trainer.training.find_free_port import find_free_port
from trainer.training.run_training import die_with

POLL_SECONDS = 0.2
# How long the others may take once rank 0 has ended, which is the last to have anything to do, or one was interrupted.
GRACE_SECONDS = 10


@dataclass(frozen=True)
class Meeting:
    """Where the processes of all machines meet, and which of them are this machine's."""

    address: str
    port: int
    machines: int
    # Of all machines together.
    processes: int
    first_rank: int
    seconds: int


def run_group(training_id: str, processes: int, meeting: Meeting | None, supervisor_pid: int) -> int:
    """
    The status of this machine's processes: of the one that says why they ended, below zero for a signal. `meeting` is
    None where this machine is the only one.
    """
    die_with(supervisor_pid)
    # Takes seconds to import.
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, start_processes
    from torch.distributed.elastic.multiprocessing.api import SubprocessContext

    meeting = meeting or Meeting("127.0.0.1", find_free_port("127.0.0.1"), 1, processes, 0, 0)
    places = range(processes)
    common = {
        "MASTER_ADDR": meeting.address,
        "MASTER_PORT": str(meeting.port),
        "WORLD_SIZE": str(meeting.processes),
        "LOCAL_WORLD_SIZE": str(processes),
        "GROUP_WORLD_SIZE": str(meeting.machines),
        "TRAINER_MEETING_SECONDS": str(meeting.seconds),
        # Processes that share the cores of one machine slow each other down with a thread a core each.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS") or str(max(1, (os.cpu_count() or 1) // processes)),
    }
    command = ("-m", "trainer", "run-training", training_id)
    context = start_processes(
        name="training",
        entrypoint=sys.executable,
        args=dict.fromkeys(places, command),
        envs={place: {**common, "RANK": str(meeting.first_rank + place), "LOCAL_RANK": str(place)} for place in places},
        logs_specs=DefaultLogsSpecs(log_dir=os.devnull),
    )
    assert isinstance(context, SubprocessContext)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        for handler in context.subprocess_handlers.values():
            if handler.proc.poll() is None:
                handler.proc.send_signal(number)

    # In place of the launcher's own handler, which ends the processes before they could checkpoint.
    signal.signal(signal.SIGTERM, pass_on)
    handlers = context.subprocess_handlers.items()
    try:
        status = _watch({meeting.first_rank + place: handler.proc for place, handler in handlers})
    finally:
        context.close(signal.SIGKILL)
    # The other machines' processes have to hear of a reported error too.
    return EXIT_REPORTED if status == EXIT_FAILED_REPORTED and meeting.machines == 1 else status


def _watch(processes: dict[int, subprocess.Popen[bytes]]) -> int:
    first_end: float | None = None

    def is_over() -> bool:
        nonlocal first_end
        first_end = first_end or time.monotonic()
        return time.monotonic() - first_end > GRACE_SECONDS

    while True:
        statuses = {rank: process.poll() for rank, process in processes.items()}
        failed = [status for status in statuses.values() if status not in (None, 0)]
        # Where all were asked to stop, each ends by itself, its checkpoint complete; and of those that lost another,
        # that other is about to say why.
        waits = set(failed) in ({EXIT_INTERRUPTED}, {EXIT_GROUP_BROKEN}) and None in statuses.values()
        if failed and not (waits and not is_over()):
            return telling_status(failed)
        if all(status == 0 for status in statuses.values()):
            return 0
        if statuses.get(0) == 0 and is_over():
            return 0
        time.sleep(POLL_SECONDS)

"""Why a training ended that did not end by itself, in words that a person can act on."""

from __future__ import annotations

import signal

from trainer.contracts.outcome import TrainingError
from trainer.settings import Settings
from trainer.supervisor.machines import Group
from trainer.supervisor.training_log import TrainingLog
from trainer.training.exit_status import EXIT_GROUP_BROKEN


def crash_error(status: int | None, attempts: int, log: TrainingLog, machine: str | None = None) -> TrainingError:
    how = "its supervisor died with it" if status is None else describe_end(status)
    if machine is not None:
        how = f"on the machine {machine} {describe_end(status)}"
    message = f"The training process died {attempts} times; the last time {how}."
    return TrainingError(
        code="training_crashed",
        message=message,
        data={"detail": message, "status": status, "attempts": attempts, "log": log.tail()},
    )


def describe_end(status: int | None) -> str:
    if status is None:
        return "nothing was heard any more"
    if status == EXIT_GROUP_BROKEN:
        return "it lost the connection to its other processes"
    if status >= 0:
        return f"it ended with status {status}"
    name = signal.Signals(-status).name
    return f"it was ended by {name}" + (", often a lack of memory" if name == "SIGKILL" else "")


def apart_error(settings: Settings, group: Group) -> TrainingError:
    machines = ", ".join([group.address, *(part.address for part in group.parts)])
    message = (
        f"The machines {machines} did not meet at {group.address}:{group.port} within {settings.meeting_seconds} "
        "seconds. Each has to reach every other one, on this port and on those that the system gives out."
    )
    data = {"detail": message, "machines": machines, "port": group.port, "seconds": settings.meeting_seconds}
    return TrainingError(code="training_machines_apart", message=message, data=data)

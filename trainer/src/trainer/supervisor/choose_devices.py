"""Which waiting trainings begin now, and on which devices. Two never share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.supervisor.estimate_memory import Need

# Smaller and younger trainings may go first for so long; then devices are kept free for the one that waits.
PATIENCE_SECONDS = 600
# Of a device's memory, what one training may have at most.
USABLE = 0.95


@dataclass(frozen=True)
class Device:
    index: int
    # Bytes; None where the machine does not say.
    free: float | None
    total: float | None
    busy: bool = False


@dataclass(frozen=True)
class Waiting:
    training_id: str
    devices: int
    need: Need | None
    waited_seconds: float = 0


@dataclass(frozen=True)
class Start:
    training_id: str
    devices: tuple[int, ...]


@dataclass(frozen=True)
class Wait:
    """`need` is the bytes that it waits for on a device; None where only its turn has not come."""

    training_id: str
    need: float | None


@dataclass(frozen=True)
class TooMany:
    training_id: str
    available: int


@dataclass(frozen=True)
class TooBig:
    training_id: str
    need: float
    largest: float


Decision = Start | Wait | TooMany | TooBig


def choose_devices(devices: Sequence[Device], waiting: Sequence[Waiting]) -> list[Decision]:
    """`waiting` is in order of age, the oldest first. One decision each, in that order."""
    open_devices = {device.index: device for device in devices if not device.busy}
    decisions: list[Decision] = []
    for training in waiting:
        decision = _decide(devices, list(open_devices.values()), training)
        decisions.append(decision)
        taken = decision.devices if isinstance(decision, Start) else ()
        if isinstance(decision, Wait) and training.waited_seconds > PATIENCE_SECONDS:
            taken = _reserve(devices, open_devices, training)
        for index in taken:
            open_devices.pop(index, None)
    return decisions


def _decide(devices: Sequence[Device], idle: list[Device], training: Waiting) -> Decision:
    if training.devices > len(devices):
        return TooMany(training.training_id, len(devices))
    sizes = sorted((device.total * USABLE for device in devices if device.total is not None), reverse=True)
    # Unknown sizes might do, so nothing is refused for them.
    limit = sizes[training.devices - 1] if len(sizes) == len(devices) else None
    if training.need is not None and limit is not None and training.need.least > limit:
        return TooBig(training.training_id, training.need.least, limit)
    need = _need(training, limit)
    fitting = [device for device in idle if need is None or device.free is None or device.free >= need]
    if len(fitting) >= training.devices:
        # The tightest that does, so that a roomy one stays for what needs it.
        fitting.sort(key=lambda device: (device.free is None, device.free or 0, device.index))
        return Start(training.training_id, tuple(sorted(device.index for device in fitting[: training.devices])))
    short_of_memory = need is not None and len(idle) >= training.devices
    return Wait(training.training_id, need if short_of_memory else None)


def _need(training: Waiting, limit: float | None) -> float | None:
    if training.need is None:
        return None
    # A training that asks for more than there is lowers its batch, as far as one row.
    return training.need.wanted if limit is None else min(training.need.wanted, limit)


def _reserve(devices: Sequence[Device], idle: dict[int, Device], training: Waiting) -> tuple[int, ...]:
    """The devices that are likeliest to suit it soonest: large enough, idle, roomy."""
    need = training.need.least if training.need else 0
    suiting = [device for device in devices if device.total is None or device.total * USABLE >= need]
    suiting.sort(key=lambda device: (device.index not in idle, -(device.free or 0), device.index))
    return tuple(device.index for device in suiting[: training.devices])

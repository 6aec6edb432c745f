"""
Which waiting trainings begin now, and on which devices. Two never share one.

A training stays on the trainer's own devices where these are enough in number. One that asks for more takes all of them
and the rest from further machines, each of which works on one training at a time.
"""

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
class Machine:
    id: str
    devices: tuple[Device, ...]
    busy: bool = False


@dataclass(frozen=True)
class Waiting:
    training_id: str
    devices: int
    need: Need | None
    waited_seconds: float = 0
    # Machines that it lacks are likely to come (back), so it is not refused for them.
    more_may_come: bool = False


@dataclass(frozen=True)
class Share:
    """What a further machine gives to a training."""

    machine: str
    devices: tuple[int, ...]


@dataclass(frozen=True)
class Start:
    training_id: str
    devices: tuple[int, ...]
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Wait:
    """
    `need` is the bytes that it waits for on a device, `available` how many devices there are of more that it waits for;
    None twice where only its turn has not come.
    """

    training_id: str
    need: float | None
    available: int | None = None


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


def choose_devices(
    devices: Sequence[Device], waiting: Sequence[Waiting], machines: Sequence[Machine] = ()
) -> list[Decision]:
    """`waiting` is in order of age, the oldest first. One decision each, in that order."""
    open_devices = {device.index: device for device in devices if not device.busy}
    decisions: list[Decision] = []
    for training in waiting:
        idle = list(open_devices.values())
        if training.devices > len(devices):
            # No two of these begin at once, since each takes all of the trainer's own devices.
            decision = _decide_over_machines(devices, idle, machines, training)
        else:
            decision = _decide(devices, idle, training)
        decisions.append(decision)
        taken = decision.devices if isinstance(decision, Start) else ()
        # For machines that are not there nothing is kept free.
        if isinstance(decision, Wait) and decision.available is None and training.waited_seconds > PATIENCE_SECONDS:
            taken = _reserve(devices, open_devices, training)
        for index in taken:
            open_devices.pop(index, None)
    return decisions


def _decide(devices: Sequence[Device], idle: list[Device], training: Waiting) -> Decision:
    limit = _limit(devices, training.devices)
    if training.need is not None and limit is not None and training.need.least > limit:
        return TooBig(training.training_id, training.need.least, limit)
    need = _need(training, limit)
    fitting = _fitting(idle, need)
    if len(fitting) >= training.devices:
        return Start(training.training_id, _tightest(fitting, training.devices))
    short_of_memory = need is not None and len(idle) >= training.devices
    return Wait(training.training_id, need if short_of_memory else None)


def _decide_over_machines(
    devices: Sequence[Device], idle: list[Device], machines: Sequence[Machine], training: Waiting
) -> Decision:
    others = [device for machine in machines for device in machine.devices]
    available = len(devices) + len(others)
    if training.devices > available:
        if training.more_may_come:
            return Wait(training.training_id, None, available)
        return TooMany(training.training_id, available)
    wanted = training.devices - len(devices)
    limits = (_limit(devices, len(devices)), _limit(others, wanted))
    limit = None if None in limits else min(size for size in limits if size is not None)
    if training.need is not None and limit is not None and training.need.least > limit:
        return TooBig(training.training_id, training.need.least, limit)
    need = _need(training, limit)
    idle_machines = [machine for machine in machines if not machine.busy]
    shares = _share_out(idle_machines, need, wanted)
    if shares is not None and len(_fitting(idle, need)) == len(devices):
        return Start(training.training_id, tuple(device.index for device in devices), shares)
    all_idle = len(idle) == len(devices) and sum(len(machine.devices) for machine in idle_machines) >= wanted
    return Wait(training.training_id, need if all_idle else None)


def _share_out(machines: list[Machine], need: float | None, wanted: int) -> tuple[Share, ...] | None:
    """Over as few machines as will do, and of these the smallest; None where they are too few."""
    fitting = {machine.id: found for machine in machines if (found := _fitting(machine.devices, need))}
    shares: list[Share] = []
    while wanted > 0 and fitting:
        enough = [name for name in fitting if len(fitting[name]) >= wanted]
        if enough:
            name = min(enough, key=lambda name: (len(fitting[name]), name))
        else:
            name = min(fitting, key=lambda name: (-len(fitting[name]), name))
        share = Share(name, _tightest(fitting.pop(name), wanted))
        shares.append(share)
        wanted -= len(share.devices)
    return None if wanted > 0 else tuple(shares)


def _limit(devices: Sequence[Device], wanted: int) -> float | None:
    """What the smallest of so many devices has at most; None where that is unknown, and so might do."""
    sizes = sorted((device.total * USABLE for device in devices if device.total is not None), reverse=True)
    return sizes[wanted - 1] if len(sizes) == len(devices) else None


def _fitting(idle: Sequence[Device], need: float | None) -> list[Device]:
    return [device for device in idle if need is None or device.free is None or device.free >= need]


def _tightest(fitting: list[Device], wanted: int) -> tuple[int, ...]:
    """So that a roomy one stays for what needs it."""
    order = sorted(fitting, key=lambda device: (device.free is None, device.free or 0, device.index))
    return tuple(sorted(device.index for device in order[:wanted]))


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

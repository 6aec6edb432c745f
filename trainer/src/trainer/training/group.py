"""The processes that train one model together. One of them, of rank 0, reports, checkpoints and saves."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
import torch.distributed as dist

from trainer.training.exit_status import EXIT_NOT_MET

Value = TypeVar("Value")


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def machines() -> int:
    return int(os.environ.get("GROUP_WORLD_SIZE", "1"))


def is_main() -> bool:
    return rank() == 0


def join_group(on_cpu: bool) -> None:
    """Meets the others; where there are none, nothing. The environment says where, as torch's launchers write it."""
    if world_size() == 1 or dist.is_initialized():
        return
    from accelerate import PartialState

    if on_cpu:
        os.environ["ACCELERATE_USE_CPU"] = "true"
    if machines() == 1:
        PartialState(cpu=on_cpu)
        return
    # torch waits up to half an hour for ports that a firewall keeps shut, and cannot be interrupted in it.
    seconds = int(os.environ["TRAINER_MEETING_SECONDS"])
    alarm = threading.Timer(seconds, _give_up_meeting, [seconds])
    alarm.daemon = True
    alarm.start()
    PartialState(cpu=on_cpu)
    # NCCL connects at the first thing that is done together.
    wait_for_all()
    alarm.cancel()


def _give_up_meeting(seconds: int) -> None:
    where = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
    print(f"Rank {rank()} did not meet the others at {where} within {seconds} seconds.", file=sys.stderr, flush=True)
    os._exit(EXIT_NOT_MET)


def leave_group() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def wait_for_all() -> None:
    if dist.is_initialized():
        dist.barrier()


def is_any(flag: bool) -> bool:
    """Whether it is so in any process: what all decide alike has to be known to all."""
    if not dist.is_initialized():
        return flag
    device = "cuda" if dist.get_backend() == "nccl" else "cpu"
    value = torch.tensor(int(flag), device=device)
    dist.all_reduce(value, dist.ReduceOp.MAX)
    return bool(value.item())


def sum_of_all(value: int) -> int:
    if not dist.is_initialized():
        return value
    total = torch.tensor(value, device="cuda" if dist.get_backend() == "nccl" else "cpu")
    dist.all_reduce(total)
    return int(total.item())


def as_main_has_it(value: Value) -> Value:
    """What rank 0 read of the shared folder: another machine's view of it may be older."""
    if not dist.is_initialized():
        return value
    held = [value]
    dist.broadcast_object_list(held, src=0)
    return held[0]


@contextmanager
def main_first() -> Iterator[None]:
    """Rank 0 does what is inside before the others, which then find it done."""
    if not is_main():
        wait_for_all()
    yield
    if is_main():
        wait_for_all()

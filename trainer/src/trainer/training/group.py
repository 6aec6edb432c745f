"""The processes that train one model together. One of them, of rank 0, reports, checkpoints and saves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main() -> bool:
    return rank() == 0


def join_group(on_cpu: bool) -> None:
    """Meets the others; where there are none, nothing. The environment says where, as torch's launchers write it."""
    if world_size() == 1 or dist.is_initialized():
        return
    from accelerate import PartialState

    if on_cpu:
        os.environ["ACCELERATE_USE_CPU"] = "true"
    PartialState(cpu=on_cpu)


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


@contextmanager
def main_first() -> Iterator[None]:
    """Rank 0 does what is inside before the others, which then find it done."""
    if not is_main():
        wait_for_all()
    yield
    if is_main():
        wait_for_all()

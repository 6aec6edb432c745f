"""Failures that a person can act on, and how foreign errors become one of them."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from trainer.contracts.outcome import Scalar, TrainingError, TrainingErrorCode


class TrainingFailed(Exception):
    def __init__(self, code: TrainingErrorCode, message: str, data: Mapping[str, Scalar] | None = None) -> None:
        super().__init__(message)
        # Every message to a person may name the detail, whatever else it names.
        self.error = TrainingError(code=code, message=message, data={"detail": message, **(data or {})})


class TrainingInterrupted(Exception):
    """The process was asked to stop; its checkpoint is complete and another process can go on from it."""


class SmallerBatch(Exception):
    """One process of several had no memory for its rows; all of them start again, with fewer."""


class GroupBroken(Exception):
    """Another of the processes that train together is gone, or cannot be reached any more."""


class LeaseLost(Exception):
    """Another process owns the training now, so nothing may be written any more."""


class PathOutsideData(Exception):
    """A path from a request leaves the data folder."""


def is_out_of_memory(error: BaseException) -> bool:
    # torch has one class for devices, and a bare RuntimeError for the allocator of the processor.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(
        sign in text
        for sign in ("out of memory", "can't allocate memory", "not enough memory", "CUBLAS_STATUS_ALLOC_FAILED")
    )


def is_group_broken(error: BaseException) -> bool:
    # gloo has no class of its own, but every message of its names the file that it comes from.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    return "DistError" in kinds or (isinstance(error, RuntimeError) and "gloo/transport" in str(error))


def is_disk_full(error: BaseException) -> bool:
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, OSError) and current.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        # safetensors and torch wrap the system's error in their own, which keeps only its text.
        if "No space left on device" in str(current) or "os error 28" in str(current).lower():
            return True
        if "PytorchStreamWriter failed writing" in str(current) or "unexpected pos" in str(current):
            return True
        current = current.__cause__ or current.__context__
    return False

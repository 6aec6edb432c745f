"""Checkpoints that can be trusted: one counts only once everything in it is on the disk."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trainer.data_folder import fsync_path, fsync_tree
from trainer.training.group import is_main, wait_for_all

_MARK = "complete"
# What may differ between two requests of which one goes on where the other stopped.
_INDIFFERENT = ("modelId", "name", "checkpointEverySteps", "checkpointEveryMinutes")


def mark_complete(checkpoint: Path) -> None:
    fsync_tree(checkpoint)
    mark = checkpoint / _MARK
    mark.write_text("", "utf-8")
    fsync_path(mark)
    fsync_path(checkpoint)


def find_last_complete(folder: Path) -> Path | None:
    """Removes what a crash left half-written, so that the trainer never counts it among its own."""
    complete: list[Path] = []
    for checkpoint in folder.glob("checkpoint-*"):
        if (checkpoint / _MARK).is_file():
            complete.append(checkpoint)
        else:
            shutil.rmtree(checkpoint, ignore_errors=True)
    return max(complete, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


@contextmanager
def own_folder(folder: Path, request: dict[str, Any]) -> Iterator[Path]:
    """Holds the folder alone, and empties it when it belongs to another request.

    The lock matters after a lease is lost: the process that lost it may live a moment longer, still writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not is_main():
        # Rank 0 holds it for all, and has looked into it by the time the others may go on.
        wait_for_all()
        yield folder
        return
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        record = folder / "request.json"
        wanted = json.dumps({key: value for key, value in request.items() if key not in _INDIFFERENT})
        if not record.is_file() or record.read_text("utf-8") != wanted:
            for entry in folder.iterdir():
                if entry.name != "lock":
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
            record.write_text(wanted, "utf-8")
        wait_for_all()
        yield folder

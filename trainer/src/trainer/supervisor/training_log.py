"""The log of one training, kept to a size that a person can still open."""

from __future__ import annotations

import re
from pathlib import Path

from trainer.settings import Settings

MAX_BYTES = 5 * 1024 * 1024
TAIL_BYTES = 4000


class TrainingLog:
    """Keeps the newest half when it is full: the end of a log is what tells why a training stopped."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._max_bytes = max_bytes

    def write(self, data: bytes) -> None:
        with open(self._path, "ab") as file:
            file.write(data)
            size = file.tell()
        if size > self._max_bytes:
            kept = self._path.read_bytes()[-self._max_bytes // 2 :]
            self._path.write_bytes(b"(earlier lines were dropped)\n" + kept.partition(b"\n")[2])

    def tail(self) -> str:
        if not self._path.is_file():
            return ""
        return self._path.read_bytes()[-TAIL_BYTES:].decode("utf-8", "replace")


def training_log(settings: Settings, training_id: str, machine: str | None = None) -> TrainingLog:
    name = training_id if machine is None else f"{training_id}-{re.sub(r'[^A-Za-z0-9.-]', '-', machine)}"
    return TrainingLog(settings.data_folder / "logs" / f"training-{name}.log")

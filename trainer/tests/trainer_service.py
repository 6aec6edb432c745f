"""A trainer started as it is in service: `python -m trainer serve` on a scratch database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row


class TrainerService:
    def __init__(self, database_url: str, data_folder: Path, model: Path, extra: dict[str, str] | None = None) -> None:
        self.database_url = database_url
        self._environment = {
            **os.environ,
            "DATABASE_URL": f"{database_url}?schema=public",
            "REVERIE_DATA": str(data_folder),
            "REVERIE_BUILTIN_MODEL": str(model),
            "TRAINER_PORT": "0",
            "TRAINER_TOKEN": "secret",
            "REDIS_URL": "",
            "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src"),
            **(extra or {}),
        }
        self._log = open(data_folder / "service.log", "a")
        self._connection: psycopg.Connection[dict[str, Any]] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "trainer", "serve"], env=self._environment, stdout=self._log, stderr=self._log
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int | None:
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(60)
        return self.process.returncode

    def children(self) -> list[int]:
        assert self.process is not None
        return self.children_of(self.process.pid)

    @staticmethod
    def children_of(parent: int) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]

    def query(self, statement: str, *values: object) -> list[dict[str, Any]]:
        # One for all questions: a new one each time costs more than what is waited for.
        if self._connection is None:
            self._connection = psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row)
        cursor = self._connection.execute(statement, values)  # pyright: ignore
        return cursor.fetchall() if cursor.description else []

    def add_training(self, request: dict[str, Any], **columns: object) -> str:
        training_id = f"t-{uuid.uuid4().hex[:8]}"
        row = {
            "id": training_id,
            "chunk_id": training_id,
            "run_id": "r",
            "node_id": "n",
            "fingerprint": training_id,
            "request": json.dumps(request),
            "state": "queued",
            **columns,
        }
        names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        self.query(f"INSERT INTO training ({names}) VALUES ({marks})", *row.values())
        return training_id

    def training(self, training_id: str) -> dict[str, Any]:
        return self.query("SELECT * FROM training WHERE id = %s", training_id)[0]

    def wait_for(
        self, training_id: str, test: Callable[[dict[str, Any]], object], seconds: float = 180
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            row = self.training(training_id)
            if test(row):
                return row
            time.sleep(0.05)
        raise AssertionError(f"not reached in {seconds} s: {self.training(training_id)}")


def has_step(step: int) -> Callable[[dict[str, Any]], bool]:
    return lambda row: bool(row["progress"]) and row["progress"]["step"] >= step


def has_state(*states: str) -> Callable[[dict[str, Any]], bool]:
    return lambda row: row["state"] in states


def is_alive(pid: int) -> bool:
    try:
        # A process that ended but was not waited for yet is no longer running.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

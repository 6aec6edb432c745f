"""Writes progress and metrics of one training, while its lease holds, from a thread of its own.

The training never waits for the database; after a result it does, since a result must not be lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from trainer.contracts.outcome import TrainingError, TrainingProgress, TrainingResult
from trainer.errors import LeaseLost

_OWNED = "id = %(id)s AND lease_token = %(token)s AND state = 'running'"
FINAL_WRITE_SECONDS = 120


class PostgresReporter:
    def __init__(self, database_url: str, training_id: str, token: str, on_lease_lost: Callable[[], None]) -> None:
        self._database_url = database_url
        self._keys = {"id": training_id, "token": token}
        self._on_lease_lost = on_lease_lost
        self._stop_requested = threading.Event()
        self._wake = threading.Condition()
        self._progress: TrainingProgress | None = None
        self._metrics: list[tuple[int, str, dict[str, Any]]] = []
        self._closing = False
        self._connection: psycopg.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)
        self._thread.start()

    def progress(self, progress: TrainingProgress) -> None:
        with self._wake:
            self._progress = progress
            self._wake.notify()

    def metric(self, step: int, kind: str, values: dict[str, Any]) -> None:
        with self._wake:
            self._metrics.append((step, kind, values))
            self._wake.notify()

    def should_stop(self) -> bool:
        return self._stop_requested.is_set()

    def request_stop(self) -> None:
        self._stop_requested.set()

    def finish(self, outcome: TrainingResult | TrainingError) -> None:
        is_done = isinstance(outcome, TrainingResult)
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(FINAL_WRITE_SECONDS)
        statement = (
            f"UPDATE training SET state = %(state)s, {'result' if is_done else 'error'} = %(outcome)s, "
            f"ended_at = now(), lease_token = NULL, lease_until = NULL WHERE {_OWNED}"
        )
        values = {"state": "done" if is_done else "failed", "outcome": Jsonb(outcome.to_json())}
        deadline = time.monotonic() + FINAL_WRITE_SECONDS
        while True:
            try:
                if self._execute(statement, values) == 0:
                    raise LeaseLost
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def _run(self) -> None:
        while True:
            with self._wake:
                while self._progress is None and not self._metrics and not self._closing:
                    self._wake.wait()
                progress, metrics = self._progress, self._metrics
                self._progress, self._metrics = None, []
                if progress is None and not metrics:
                    return
            try:
                self._write(progress, metrics)
            except psycopg.OperationalError:
                with self._wake:
                    self._progress = self._progress or progress
                    self._metrics = metrics + self._metrics
                    if self._closing:
                        return
                time.sleep(1)
            except LeaseLost:
                self._on_lease_lost()
                return

    def _write(self, progress: TrainingProgress | None, metrics: list[tuple[int, str, dict[str, Any]]]) -> None:
        for step, kind, values in metrics:
            # Steps are written again after a crash, from the checkpoint on.
            self._execute(
                "INSERT INTO training_metric (training_id, step, kind, values) "
                f"SELECT id, %(step)s, %(kind)s, %(values)s FROM training WHERE {_OWNED} FOR SHARE "
                "ON CONFLICT (training_id, step, kind) DO UPDATE SET values = EXCLUDED.values, at = now()",
                {"step": step, "kind": kind, "values": Jsonb(values)},
            )
        if progress is not None:
            written = self._execute(
                f"UPDATE training SET progress = %(progress)s WHERE {_OWNED}",
                {"progress": Jsonb(progress.to_json())},
            )
            if written == 0:
                raise LeaseLost

    def _execute(self, statement: str, values: dict[str, Any]) -> int:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._database_url, autocommit=True, connect_timeout=10)
            return self._connection.execute(statement, {**self._keys, **values}).rowcount  # pyright: ignore
        except psycopg.OperationalError:
            if self._connection is not None:
                self._connection.close()
            raise

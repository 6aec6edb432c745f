"""State changes of the `training` table: each one compare-and-set, with the database's clock as the only clock."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from trainer.contracts.outcome import TrainingError

LEASE_SECONDS = 20
MAX_ATTEMPTS = 3
# A person paused the training, or the run that it is part of.
_HELD = "paused OR EXISTS (SELECT 1 FROM run WHERE run.id = training.run_id AND run.state = 'paused')"


@dataclass(frozen=True)
class Lease:
    training_id: str
    token: str
    attempt: int
    request: object


class Database:
    """One connection that comes back by itself, used by one statement at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection | None = None
        self._lock = asyncio.Lock()

    async def execute(self, statement: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        async with self._lock:
            try:
                # A server that has gone silent must not hold the loop's work up until TCP notices.
                return await asyncio.wait_for(self._execute(statement, values), timeout=8)
            except (psycopg.OperationalError, asyncio.TimeoutError) as error:
                await self._drop()
                raise psycopg.OperationalError(str(error) or "the database did not answer in time") from error

    async def close(self) -> None:
        async with self._lock:
            await self._drop()

    async def _execute(self, statement: str, values: dict[str, Any] | None) -> list[tuple[Any, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
        cursor = await self._connection.execute(statement, values)  # pyright: ignore[reportCallIssue, reportArgumentType]
        return await cursor.fetchall() if cursor.description else []

    async def _drop(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        self._connection = None


_OPEN = (
    "NOT cancel_requested AND attempt < %(attempts)s AND "
    "(state = 'queued' OR (state = 'running' AND (lease_until IS NULL OR lease_until < now()))) "
    f"AND NOT ({_HELD})"
)
# More would not find devices either, and each is read whole.
MOST_LISTED = 200


@dataclass(frozen=True)
class WaitingRow:
    training_id: str
    request: object
    waited_seconds: float
    has_begun: bool


async def list_waiting(database: Database) -> list[WaitingRow]:
    """
    Trainings that nobody runs and nobody holds, the oldest first. A crashed one comes back here when its lease has run
    out.
    """
    rows = await database.execute(
        "SELECT id, request, extract(epoch FROM now() - created_at)::float, started_at IS NOT NULL "
        f"FROM training WHERE {_OPEN} ORDER BY created_at, id LIMIT %(most)s",
        {"attempts": MAX_ATTEMPTS, "most": MOST_LISTED},
    )
    return [WaitingRow(*row) for row in rows]


async def take(database: Database, training_id: str) -> Lease | None:
    """None where another was faster."""
    token = uuid.uuid4().hex
    rows = await database.execute(
        "UPDATE training SET state = 'running', lease_token = %(token)s, attempt = attempt + 1, waits_for = NULL, "
        "machine_group = NULL, lease_until = now() + make_interval(secs => %(seconds)s), "
        "started_at = coalesce(started_at, now()) "
        f"WHERE id = (SELECT id FROM training WHERE id = %(id)s AND {_OPEN} FOR UPDATE SKIP LOCKED) "
        "RETURNING id, attempt, request",
        {"id": training_id, "token": token, "seconds": LEASE_SECONDS, "attempts": MAX_ATTEMPTS},
    )
    return Lease(rows[0][0], token, rows[0][1], rows[0][2]) if rows else None


async def note_waiting(database: Database, training_id: str, reason: dict[str, Any] | None) -> None:
    await database.execute(
        "UPDATE training SET waits_for = %(reason)s "
        "WHERE id = %(id)s AND state = 'queued' AND waits_for IS DISTINCT FROM %(reason)s::jsonb",
        {"id": training_id, "reason": Jsonb(reason) if reason else None},
    )


async def close_abandoned(database: Database) -> list[str]:
    """Cancels what was cancelled while nobody ran it, and returns what died too often to be tried again."""
    await database.execute(
        "UPDATE training SET state = 'cancelled', ended_at = now(), lease_token = NULL, lease_until = NULL "
        "WHERE cancel_requested AND (state = 'queued' OR (state = 'running' AND lease_until < now()))"
    )
    rows = await database.execute(
        "SELECT id FROM training WHERE attempt >= %(attempts)s AND "
        "(state = 'queued' OR (state = 'running' AND lease_until < now()))",
        {"attempts": MAX_ATTEMPTS},
    )
    return [row[0] for row in rows]


async def fail_abandoned(database: Database, training_id: str, error: TrainingError) -> None:
    await database.execute(
        "UPDATE training SET state = 'failed', error = %(error)s, ended_at = now(), lease_token = NULL, "
        "lease_until = NULL WHERE id = %(id)s AND attempt >= %(attempts)s AND "
        "(state = 'queued' OR (state = 'running' AND lease_until < now()))",
        {"id": training_id, "error": Jsonb(error.to_json()), "attempts": MAX_ATTEMPTS},
    )


async def renew(database: Database, lease: Lease) -> bool:
    rows = await database.execute(
        "UPDATE training SET lease_until = now() + make_interval(secs => %(seconds)s) "
        "WHERE id = %(id)s AND lease_token = %(token)s AND state = 'running' RETURNING id",
        {"id": lease.training_id, "token": lease.token, "seconds": LEASE_SECONDS},
    )
    return bool(rows)


@dataclass(frozen=True)
class Wishes:
    """What a person wants of a training under way."""

    cancel: bool
    pause: bool


async def read_wishes(database: Database, lease: Lease) -> Wishes:
    rows = await database.execute(
        f"SELECT cancel_requested, {_HELD} FROM training WHERE id = %(id)s AND lease_token = %(token)s",
        {"id": lease.training_id, "token": lease.token},
    )
    return Wishes(*rows[0]) if rows else Wishes(cancel=False, pause=False)


async def mark_cancelled(database: Database, lease: Lease) -> None:
    await _end(database, lease, "state = 'cancelled', ended_at = now()")


async def release(database: Database, lease: Lease, died: bool) -> None:
    """Back to the queue. An orderly stop is no death, so it does not count as an attempt."""
    await _end(database, lease, "state = 'queued'" + ("" if died else ", attempt = greatest(attempt - 1, 0)"))


async def fail(database: Database, lease: Lease, error: TrainingError) -> None:
    await _end(database, lease, "state = 'failed', ended_at = now(), error = %(error)s", error)


async def _end(database: Database, lease: Lease, changes: str, error: TrainingError | None = None) -> None:
    await database.execute(
        f"UPDATE training SET {changes}, lease_token = NULL, lease_until = NULL "
        "WHERE id = %(id)s AND lease_token = %(token)s AND state = 'running'",
        {"id": lease.training_id, "token": lease.token, "error": Jsonb(error.to_json()) if error else None},
    )

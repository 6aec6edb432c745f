"""How many validation rows are training rows too, counted on the disk."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from types import TracebackType

from trainer.data.read_rows import Row

ROWS_A_BATCH = 2000


class SharedRows:
    """Hashes of all rows in a database of its own, removed in the end: a set in memory would grow with the rows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE seen (hash BLOB, held INTEGER)")
        self._waiting: list[tuple[bytes, bool]] = []

    def add(self, row: Row, held: bool) -> None:
        text = json.dumps(row, ensure_ascii=False, default=str, sort_keys=True)
        self._waiting.append((hashlib.blake2b(text.encode(), digest_size=16).digest(), held))
        if len(self._waiting) >= ROWS_A_BATCH:
            self._flush()

    def count(self) -> int:
        self._flush()
        self._connection.execute("CREATE INDEX by_hash ON seen (hash)")
        [row] = self._connection.execute(
            "SELECT count(*) FROM seen AS held WHERE held.held AND EXISTS "
            "(SELECT 1 FROM seen WHERE seen.hash = held.hash AND NOT seen.held)"
        )
        return int(row[0])

    def _flush(self) -> None:
        self._connection.executemany("INSERT INTO seen VALUES (?, ?)", self._waiting)
        self._waiting = []

    def __enter__(self) -> SharedRows:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._path.unlink(missing_ok=True)

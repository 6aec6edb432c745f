"""The environment, read in one place."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str | None
    data_folder: Path
    host: str
    port: int
    token: str | None
    builtin_model: Path
    # How many processes a machine without a GPU trains with.
    cpu_processes: int = 1
    # What a training may have of a device's memory at most; None for all of it.
    device_memory_gb: float | None = None
    # Where other machines reach this one, for trainings over several; None where there are no others.
    address: str | None = None
    # Where the processes of such a training meet; None for a free port each time.
    group_port: int | None = None
    # How long they may take to meet.
    meeting_seconds: int = 180


def read_settings() -> Settings:
    package_root = Path(__file__).resolve().parents[2]
    return Settings(
        database_url=clean_database_url(os.environ.get("DATABASE_URL", "")),
        redis_url=os.environ.get("REDIS_URL") or None,
        data_folder=Path(os.environ.get("REVERIE_DATA") or "data").resolve(),
        host=os.environ.get("TRAINER_HOST") or "127.0.0.1",
        port=int(os.environ.get("TRAINER_PORT") or 8808),
        token=os.environ.get("TRAINER_TOKEN") or None,
        builtin_model=Path(os.environ.get("REVERIE_BUILTIN_MODEL") or package_root / "builtin" / "model").resolve(),
        cpu_processes=int(os.environ.get("TRAINER_CPU_PROCESSES") or 1),
        device_memory_gb=float(os.environ["TRAINER_DEVICE_MEMORY_GB"])
        if os.environ.get("TRAINER_DEVICE_MEMORY_GB")
        else None,
        address=os.environ.get("TRAINER_ADDRESS") or None,
        group_port=int(os.environ.get("TRAINER_GROUP_PORT") or 0) or None,
        meeting_seconds=int(os.environ.get("TRAINER_MEETING_SECONDS") or 180),
    )


def clean_database_url(url: str) -> str:
    """Leaves out the parameters that Prisma reads and libpq refuses."""
    parts = urlsplit(url)
    prisma_only = {"schema", "connection_limit", "pool_timeout", "pgbouncer", "socket_timeout", "statement_cache_size"}
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in prisma_only]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), parts.fragment))


def is_safe_name(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", name) is not None

"""A port for processes that meet."""

from __future__ import annotations

import socket


def find_free_port(address: str) -> int:
    """An empty address stands for all of this machine's."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])

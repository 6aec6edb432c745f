"""The devices that trainings are given, with their memory as it is now."""

from __future__ import annotations

import os
import subprocess

from trainer.settings import Settings
from trainer.supervisor.choose_devices import Device
from trainer.supervisor.estimate_memory import GB

MIB = 2**20


def device_names(listed: list[str], settings: Settings) -> list[str]:
    """One name a place: a processor has as many places as processes are asked of it."""
    return listed * settings.cpu_processes if listed == ["cpu"] else listed


def visible_gpu(index: int) -> str:
    """What `CUDA_VISIBLE_DEVICES` calls a device that this process counts as `index`."""
    names = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return names[index] if index < len(names) else str(index)


def read_devices(names: list[str], busy: set[int], settings: Settings) -> list[Device]:
    memory = [
        _gpu_memory(visible_gpu(place)) if name.startswith("cuda") else _host_memory()
        for place, name in enumerate(names)
    ]
    most = settings.device_memory_gb and settings.device_memory_gb * GB

    def cap(value: float | None) -> float | None:
        return most if value is None else min(value, most or value)

    return [Device(place, cap(free), cap(total), place in busy) for place, (free, total) in enumerate(memory)]


def _gpu_memory(name: str) -> tuple[float | None, float | None]:
    """By the driver's own tool: asking through torch would take memory on every device."""
    command = ["nvidia-smi", f"--id={name}", "--query-gpu=memory.free,memory.total", "--format=csv,noheader,nounits"]
    try:
        free, total = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.split(",")
        return float(free) * MIB, float(total) * MIB
    except (OSError, ValueError, subprocess.SubprocessError):
        return None, None


def _host_memory() -> tuple[float | None, float | None]:
    try:
        with open("/proc/meminfo") as file:
            lines = dict(line.split(":", 1) for line in file)
        return tuple(float(lines[name].split()[0]) * 1024 for name in ("MemAvailable", "MemTotal"))  # pyright: ignore
    except (OSError, KeyError, ValueError, IndexError):
        return None, None

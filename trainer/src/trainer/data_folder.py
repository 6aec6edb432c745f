"""Paths from a request: relative to the data folder, and never outside it, whatever links lie on the way."""

from __future__ import annotations

import os
from pathlib import Path

from trainer.errors import PathOutsideData
from trainer.settings import is_safe_name


def resolve_in_data(data_folder: Path, relative: str) -> Path:
    root = Path(os.path.realpath(data_folder))
    path = Path(os.path.realpath(root / relative))
    if path != root and root not in path.parents:
        raise PathOutsideData(f"{relative} is outside the data folder.")
    return path


def model_folder(data_folder: Path, model_id: str) -> Path:
    if not is_safe_name(model_id):
        raise PathOutsideData(f"{model_id!r} cannot be the name of a model folder.")
    return resolve_in_data(data_folder, f"models/{model_id}")


def fsync_tree(folder: Path) -> None:
    """Makes every file and folder below durable, so that a rename afterwards never shows a half-written one."""
    for parent, _folders, files in os.walk(folder):
        for name in [*files, ""]:
            fsync_path(Path(parent) / name if name else Path(parent))


def fsync_path(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Memory and disk that really run out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent

# The limit is set when everything is loaded, a little above what is in use: the first batch is too much for it.
OUT_OF_MEMORY = """
import resource, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from conftest import RecordingReporter, request_json, save_tiny_model, train_request, write_table

data = Path({data!r})
save_tiny_model(data / "model", context=4096)
table = write_table(data, "train.parquet", [("Say:", "The cat sees the sun. " * 30)] * 16)

class Limiting(RecordingReporter):
    def progress(self, progress):
        super().progress(progress)
        if progress.phase == "training" and len(self.progresses) > 1:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + {room} * 2**20, resource.RLIM_INFINITY))
            self.progress = super().progress

reporter = Limiting()
request = request_json(table, batchSize=16, maxLength=4096, maxSteps=1, epochs=1)
result = train_request(request, data, data / "model", reporter)
notes = [note for note in reporter.progresses[-1].notes if note.code == "batch_size_halved"]
print("NOTES", len(notes), notes[-1].data["to"] if notes else None, result.steps)
"""


def test_running_out_of_memory_halves_the_batch_and_goes_on(data_folder: Path) -> None:
    script = OUT_OF_MEMORY.format(tests=str(TESTS), data=str(data_folder), room=200)
    # The limit is on addresses, so what is freed has to leave them and not stay in the allocator's reserve.
    allocator = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent / "src"), **allocator}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    [line] = [line for line in done.stdout.splitlines() if line.startswith("NOTES")]
    _mark, notes, batch_size, steps = line.split()
    assert int(notes) >= 1
    assert int(batch_size) < 16
    assert int(steps) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_without_room_for_a_checkpoint_is_told_and_what_was_saved_is_gone_on_from(
    small_disk: Path, tiny_model: Path
) -> None:
    from conftest import RecordingReporter, example_rows, request_json, train_request, write_table
    from trainer.errors import TrainingFailed

    def resize(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(small_disk)], check=True)

    table = write_table(small_disk, "train.parquet", example_rows(8))
    request = request_json(table, epochs=3)
    # Too small for the first checkpoint, then for the second.
    for saved, size in ((0, "400k"), (1, "1200k")):
        resize(size)
        with pytest.raises(TrainingFailed) as failure:
            train_request(request, small_disk, tiny_model, RecordingReporter())
        assert failure.value.error.code == "training_disk_full"
        assert len(list(small_disk.glob("checkpoints/*/checkpoint-*/complete"))) == saved
    resize("20m")
    reporter = RecordingReporter()
    result = train_request(request, small_disk, tiny_model, reporter)
    [note] = [note for note in reporter.progresses[-1].notes if note.code == "resumed_from_checkpoint"]
    assert (note.data, result.steps) == ({"step": 2}, 6)

"""The training process: one training, then exit. Its supervisor holds the lease and reads the exit status."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
import traceback
from types import FrameType

import psycopg
from pydantic import ValidationError

from trainer.contracts.outcome import TrainingError, TrainingResult
from trainer.contracts.training import TrainingRequest
from trainer.data_folder import resolve_in_data
from trainer.errors import (
    GroupBroken,
    LeaseLost,
    PathOutsideData,
    SmallerBatch,
    TrainingFailed,
    TrainingInterrupted,
    is_group_broken,
    is_out_of_memory,
)
from trainer.settings import Settings, is_safe_name
from trainer.training.exit_status import (
    EXIT_FAILED_REPORTED,
    EXIT_GROUP_BROKEN,
    EXIT_INTERRUPTED,
    EXIT_LEASE_LOST,
    EXIT_REPORTED,
    EXIT_SMALLER_BATCH,
)
from trainer.training.fit_batch import fit_batch
from trainer.training.postgres_reporter import PostgresReporter
from trainer.training.reporter import Reporter, SilentReporter

# In a group an error is often the echo of another process's death, by which the launcher ends this one first.
ECHO_SECONDS = 5


def run_training(settings: Settings, training_id: str, token: str, supervisor_pid: int) -> int:
    die_with(supervisor_pid)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT request, fingerprint FROM training WHERE id = %s AND lease_token = %s AND state = 'running'",
            (training_id, token),
        ).fetchone()
    if row is None:
        return EXIT_LEASE_LOST

    def make_reporter() -> PostgresReporter:
        return PostgresReporter(settings.database_url, training_id, token, lambda: os._exit(EXIT_LEASE_LOST))

    is_main = os.environ.get("RANK", "0") == "0"
    reporter = make_reporter() if is_main else SilentReporter()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        reporter.request_stop()

    signal.signal(signal.SIGTERM, stop)
    try:
        outcome = _train(settings, training_id, row[0], row[1], reporter)
        if isinstance(reporter, PostgresReporter):
            reporter.finish(outcome)
        elif isinstance(outcome, TrainingError):
            # Whichever process meets the error tells it; the lease lets one of them.
            make_reporter().finish(outcome)
            return EXIT_FAILED_REPORTED
    except TrainingInterrupted:
        return EXIT_INTERRUPTED
    except SmallerBatch:
        return EXIT_SMALLER_BATCH
    except GroupBroken:
        return EXIT_GROUP_BROKEN
    except LeaseLost:
        return EXIT_LEASE_LOST
    return EXIT_REPORTED


def _train(
    settings: Settings, training_id: str, request_json: object, fingerprint: str, reporter: Reporter
) -> TrainingResult | TrainingError:
    try:
        request = TrainingRequest.validate_python(request_json)
        folder = fingerprint if is_safe_name(fingerprint) else training_id
        checkpoints = resolve_in_data(settings.data_folder, f"checkpoints/{folder}")
        # Raises where no devices could share the batch: told before the libraries are imported, which takes seconds.
        fit_batch(request, request.batch_size)
        # Not before the signal handler and the lease.
        from trainer.recipes.find_recipe import find_recipe
        from trainer.training.train_model import train_model

        recipe = find_recipe(request.recipe)
        return train_model(recipe, request, settings.data_folder, settings.builtin_model, checkpoints, reporter)
    except TrainingFailed as failure:
        traceback.print_exc()
        return failure.error
    except (ValidationError, PathOutsideData) as error:
        traceback.print_exc()
        return TrainingError(
            code="training_crashed", message=f"The request was refused: {error}", data={"detail": str(error)}
        )
    except Exception as error:
        traceback.print_exc()
        if is_out_of_memory(error):
            return TrainingError(
                code="training_out_of_memory",
                message="The memory does not hold the model. Use LoRA or take a smaller model.",
                data={},
            )
        if isinstance(error, (TrainingInterrupted, LeaseLost, SmallerBatch)):
            raise
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            if is_group_broken(error):
                raise GroupBroken from error
            time.sleep(ECHO_SECONDS)
        # The same input would raise the same error again, so it is not tried again.
        return TrainingError(
            code="training_crashed",
            message=f"{type(error).__name__}: {error}"[:2000],
            data={"detail": f"{type(error).__name__}: {error}"[:2000], "trace": traceback.format_exc()[-4000:]},
        )


def die_with(supervisor_pid: int) -> None:
    """A training that outlives its supervisor would go on without a lease."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == supervisor_pid:
            time.sleep(1)
        os._exit(EXIT_LEASE_LOST)

    threading.Thread(target=watch, name="watch-supervisor", daemon=True).start()

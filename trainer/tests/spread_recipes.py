"""One process of two that train every recipe together, one after the other; the first prints what came of each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from conftest import COMMON, RecordingReporter, train_request
from every_recipe import CASES


def main(data_folder: Path, builtin_model: Path) -> None:
    from trainer.training.group import is_main, leave_group

    for case, (recipe, _table, own) in CASES.items():
        train = {"parts": [f"{case}.parquet"], "rows": 16}
        request: dict[str, Any] = {
            **COMMON, "recipe": recipe, "data": {"train": train, "validation": None}, "modelId": case,
            "devices": 2, "maxSteps": 3, "batchSize": 4, "validationFraction": 0.25, **own,
        }  # fmt: skip
        reporter = RecordingReporter()
        result = train_request(request, data_folder, builtin_model, reporter)
        if is_main():
            told = [values for _step, kind, values in reporter.metrics if kind == "train"][-1]
            said = {
                "case": case, "losses": reporter.losses(), "devices": result.devices, "steps": result.steps,
                "told": [name for name, value in told.items() if value is not None],
            }  # fmt: skip
            print(json.dumps(said), flush=True)
    leave_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""The export process: one model, then exit."""

from __future__ import annotations

import json
import sys

from trainer.data_folder import resolve_in_data
from trainer.exporting.export_request import ExportRefused, ExportRequest
from trainer.models.find_weights import ModelNotFound, locate
from trainer.settings import Settings


def run_export(settings: Settings) -> int:
    """A request on standard input; on the last line of standard output its files, or why there are none."""
    request = ExportRequest.model_validate_json(sys.stdin.read())
    try:
        # What cannot be had is told before the libraries are imported, which takes seconds.
        resolve_in_data(settings.data_folder, request.folder)
        locate(request.source, settings.data_folder, settings.builtin_model)
        from trainer.exporting.export_model import export_model

        answer = {"files": export_model(request, settings.data_folder, settings.builtin_model)}
    except (ModelNotFound, ExportRefused) as error:
        answer = {"refused": str(error)}
    print(json.dumps(answer), flush=True)
    return 0

"""Conversations are written by a chat template, whatever format a request asks for."""

from __future__ import annotations

from pathlib import Path

from trainer.contracts.training import CommonRequest, PromptFormat
from trainer.data.conversations import read_conversation
from trainer.data.read_rows import read_rows

# Cells that are looked at.
FIRST_ROWS = 20
# Columns of a request that hold what is said.
SAID = ("prompt", "completion", "chosen", "rejected")


def settle_format(request: CommonRequest, data_folder: Path) -> CommonRequest:
    """
    The request, in chat format where a column holds conversations: as plain text they would be learned with brackets
    and quotes. Raises TrainingFailed for a column that is not there.
    """
    if not isinstance(request, PromptFormat) or request.format == "chat":
        return request
    columns = [name for role, name in request.columns if role in SAID and name is not None]  # pyright: ignore
    for place, row in read_rows(request.data.train, columns, data_folder):
        cells = [row[name] for name in columns if row[name] not in (None, "")]
        if any(read_conversation(cell) is not None for cell in cells):
            return request.model_copy(update={"format": "chat"})
        if place >= FIRST_ROWS:
            break
    return request

"""Weights that prompts can be sent to or that a training starts from, mirrored from `lib/contracts/model-source.ts`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer.contracts.strict import Strict


class BuiltinSource(Strict):
    kind: Literal["builtin"]


class TrainedSource(Strict):
    kind: Literal["trained"]
    id: str
    folder: str


class HubSource(Strict):
    kind: Literal["hub"]
    id: str
    revision: str | None


class FolderSource(Strict):
    kind: Literal["folder"]
    path: str


LocalModelSource = Annotated[BuiltinSource | TrainedSource | HubSource | FolderSource, Field(discriminator="kind")]

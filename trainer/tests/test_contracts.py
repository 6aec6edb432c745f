"""The classes and the generated schemas say the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from trainer.contracts import outcome, training

FOLDER = Path(training.__file__).parent
PAIRS: list[tuple[str, TypeAdapter[Any]]] = [
    ("training-request", training.TrainingRequest),
    ("training-progress", TypeAdapter(outcome.TrainingProgress)),
    ("training-result", TypeAdapter(outcome.TrainingResult)),
    ("training-error", TypeAdapter(outcome.TrainingError)),
]


def normalise(schema: dict[str, Any], definitions: dict[str, Any]) -> object:
    """What both generators mean, without how each of them writes it."""
    if "$ref" in schema:
        return normalise(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            options = [normalise(option, definitions) for option in schema[key]]
            if len(options) == 1:
                return options[0]
            return {"any": sorted(options, key=lambda option: json.dumps(option, sort_keys=True))}
    if "const" in schema:
        return {"enum": [schema["const"]]}
    if "enum" in schema:
        return {"enum": sorted(schema["enum"])}
    kind = schema.get("type")
    if isinstance(kind, list):
        return normalise({"anyOf": [{**schema, "type": option} for option in kind]}, definitions)
    if kind == "object" and "properties" in schema:
        assert schema.get("additionalProperties") is False
        return {
            "required": sorted(schema.get("required", [])),
            "properties": {key: normalise(value, definitions) for key, value in schema["properties"].items()},
        }
    if kind == "object":
        values = schema.get("additionalProperties")
        return {"record": normalise(values, definitions) if isinstance(values, dict) and values else "anything"}
    if kind == "array":
        limits = {key: schema[key] for key in ("minItems", "maxItems") if key in schema}
        return {"array": normalise(schema["items"], definitions), **limits}
    if kind is None:
        return "anything"
    # Zod writes the range of safe integers, which is the type itself here.
    safe = 2**53 - 1
    limits = {
        key: schema[key]
        for key in ("minimum", "exclusiveMinimum", "maximum")
        if key in schema and abs(schema[key]) != safe
    }
    return {"type": kind, **limits}


@pytest.mark.parametrize(("name", "model"), PAIRS, ids=[name for name, _ in PAIRS])
def test_classes_agree_with_schemas(name: str, model: TypeAdapter[Any]) -> None:
    generated = json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8"))
    own = model.json_schema(by_alias=True)
    assert normalise(own, own.get("$defs", {})) == normalise(generated, generated.get("$defs", {}))


def test_requests_of_the_first_version_are_read_after_the_migration(database_url: str) -> None:
    from conftest import REPOSITORY, request_json

    request = request_json({"parts": ["a.parquet"], "rows": 3})
    fresh = ("chatTemplate", "packing", "neftuneAlpha", "gradientCheckpointing", "precision", "device", "optimiser")
    fresh += ("maxGradNorm", "bestCheckpoint", "advanced")
    fresh += ("devices", "spread", "checkpointEverySteps", "checkpointEveryMinutes")
    fresh += ("turns", "tools")
    old = {name: value for name, value in request.items() if name not in fresh} | {"version": 1}
    [migration] = (REPOSITORY / "prisma" / "migrations").glob("*_training_request_2/migration.sql")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO training (id, chunk_id, run_id, node_id, fingerprint, request, state, result) "
            "VALUES ('t', 't', 'r', 'n', 'f', %s, 'done', %s)",
            (Jsonb(old), Jsonb({"steps": 3})),
        )
        connection.execute(migration.read_text("utf-8"))
        row = connection.execute("SELECT request, result FROM training").fetchone()
    assert row is not None
    assert training.TrainingRequest.validate_python(row[0]).to_json() == {**request, "batchSize": 4}
    assert row[1] == {"steps": 3, "measures": {}, "labels": []}

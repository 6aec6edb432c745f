"""Fixtures: a tiny random model, tables, and a scratch database with the project's own migrations."""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Threads that wait for each other cost more than they save on a model this small.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SENTENCES = [f"The {a} {b} the {c}." for a in ("cat", "dog", "bird") for b in ("sees", "likes") for c in ("sun", "sea")]


def save_tiny_model(folder: Path, context: int = 256) -> None:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        SENTENCES,
        trainers.BpeTrainer(
            vocab_size=320,
            special_tokens=["<pad>", "<eos>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(str(folder))
    fast.save_pretrained(str(folder))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-model")
    save_tiny_model(folder)
    return folder


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def write_table(data_folder: Path, name: str, rows: list[tuple[str | None, str | None]]) -> dict[str, Any]:
    table = pa.table(
        {
            "prompt": pa.array([prompt for prompt, _ in rows], pa.string()),
            "completion": pa.array([completion for _, completion in rows], pa.string()),
        }
    )
    pq.write_table(table, data_folder / name)
    return {"parts": [name], "rows": len(rows)}


def example_rows(count: int) -> list[tuple[str | None, str | None]]:
    return [(f"Say {index % 6}:", f" {SENTENCES[index % 6]}") for index in range(count)]


COMMON: dict[str, Any] = {
    "version": 2,
    "modelId": "made",
    "name": "Made",
    "base": {"kind": "builtin"},
    "method": {"kind": "full"},
    "validationFraction": 0,
    "epochs": 1,
    "maxSteps": None,
    "batchSize": 4,
    "gradientAccumulation": 1,
    "gradientCheckpointing": None,
    "precision": "auto",
    "device": "auto",
    "learningRate": 5e-3,
    "optimiser": "adamw_torch",
    "scheduler": "linear",
    "warmupSteps": 0,
    "weightDecay": 0,
    "maxGradNorm": 1,
    "maxLength": 64,
    "seed": 3,
    "evaluateEverySteps": None,
    "bestCheckpoint": "loss",
    "earlyStopping": None,
    "advanced": {},
    "pruning": None,
    "devices": 1,
    "spread": "ddp",
    "checkpointEverySteps": None,
    "checkpointEveryMinutes": None,
}
# For trainings of many short epochs, each of which would be saved.
NO_CHECKPOINTS: dict[str, Any] = {"evaluateEverySteps": 10_000}
PLAIN: dict[str, Any] = {"format": "completion", "systemPrompt": None, "chatTemplate": None, "tools": None}


def request_json(train: dict[str, Any], **changes: object) -> dict[str, Any]:
    return {
        **COMMON,
        **PLAIN,
        "recipe": "fine-tune-causal",
        "data": {"train": train, "validation": None},
        "columns": {"prompt": "prompt", "completion": "completion"},
        "turns": "all",
        "packing": False,
        "neftuneAlpha": None,
        **changes,
    }


@pytest.fixture(scope="session")
def migrated_template() -> Iterator[str]:
    """A database with every migration, copied for each test: faster than migrating each time."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("TEST_DATABASE_URL is not set: this test needs a PostgreSQL superuser's URL")
    name = f"trainer_template_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        migrations = sorted((REPOSITORY / "prisma" / "migrations").glob("*/migration.sql"))
        assert migrations, "prisma/migrations holds no migration"
        with psycopg.connect(with_database(url, name), autocommit=True) as connection:
            for migration in migrations:
                connection.execute(migration.read_text("utf-8"))
        yield name
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def database_url(migrated_template: str) -> Iterator[str]:
    url = os.environ["TEST_DATABASE_URL"]
    name = f"trainer_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_template}")
    try:
        yield with_database(url, name)
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, parts.fragment))


class Killed(BaseException):
    """Ends a training where it is: nothing is saved on the way out, as after kill -9."""


class RecordingReporter:
    """
    Keeps what a recipe reports; `stop_at` asks it to stop once that many points are logged, `die_at` kills it there.
    """

    def __init__(self, stop_at: int | None = None, die_at: int | None = None) -> None:
        self._die_at = die_at
        self.progresses: list[Any] = []
        self.metrics: list[tuple[int, str, dict[str, Any]]] = []
        self._stop_at = stop_at

    def progress(self, progress: object) -> None:
        self.progresses.append(progress)

    def metric(self, step: int, kind: str, values: dict[str, Any]) -> None:
        self.metrics.append((step, kind, values))
        if kind == "train" and step == self._die_at:
            raise Killed

    def should_stop(self) -> bool:
        points = [kind for _step, kind, _values in self.metrics if kind != "sample"]
        return self._stop_at is not None and len(points) >= self._stop_at

    def losses(self, kind: str = "train") -> list[float]:
        return [values["loss"] for _step, of_kind, values in self.metrics if of_kind == kind]

    def values(self, name: str, kind: str = "train") -> list[float]:
        return [values[name] for _step, of_kind, values in self.metrics if of_kind == kind and name in values]

    def notes(self) -> set[str]:
        return {note.code for note in self.progresses[-1].notes}


def write_columns(data_folder: Path, name: str, columns: dict[str, list[Any]]) -> dict[str, Any]:
    pq.write_table(pa.table(columns), data_folder / name)
    return {"parts": [name], "rows": len(next(iter(columns.values())))}


@pytest.fixture
def train_recipe(data_folder: Path, tiny_model: Path) -> Callable[..., Any]:
    """Runs any recipe in this process on the tiny model: columns of the table, then changes of the request."""

    def run(recipe: str, reporter: RecordingReporter, table: dict[str, list[Any]], **changes: object) -> Any:  # noqa: ANN401
        train = write_columns(data_folder, f"{recipe}.parquet", table)
        request = {**COMMON, "recipe": recipe, "data": {"train": train, "validation": None}, **changes}
        return train_request(request, data_folder, tiny_model, reporter)

    return run


@pytest.fixture
def train(data_folder: Path, tiny_model: Path) -> Callable[..., Any]:
    """Fine-tunes the tiny model in this process."""

    def run(reporter: RecordingReporter, **changes: object) -> Any:  # noqa: ANN401
        rows = changes.pop("rows", None) or example_rows(24)
        table = write_table(data_folder, "train.parquet", rows)  # pyright: ignore
        return train_request(request_json(table, **changes), data_folder, tiny_model, reporter)

    return run


def train_request(request: dict[str, Any], data_folder: Path, builtin_model: Path, reporter: RecordingReporter) -> Any:  # noqa: ANN401
    """Runs a request's recipe in this process."""
    from trainer.contracts.training import TrainingRequest
    from trainer.recipes.find_recipe import find_recipe
    from trainer.training.train_model import train_model

    parsed = TrainingRequest.validate_python(request)
    checkpoints = data_folder / "checkpoints" / "one"
    return train_model(find_recipe(parsed.recipe), parsed, data_folder, builtin_model, checkpoints, reporter)

"""
Tokens a second and memory of LoRA by Reverie's fine-tune, and by the same recipe written directly on TRL, on a Llama of
random weights: `trainer/.venv/bin/python bench/trainings/lora_against_trl.py --rounds 3 --steps 20`.

The shape is that of Llama 3.2 1B where there is a CUDA device, else a small one (`--shape` to choose). Each training
has a process of its own, the two in turn; the first steps, which warm up, do not count. Both log every step and neither
evaluates.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
BUILTIN = Path(__file__).resolve().parents[2] / "trainer" / "builtin" / "model"
SHAPES: dict[str, dict[str, int]] = {
    "1b": {
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "vocab_size": 128256,
    },
    "small": {
        "hidden_size": 256,
        "intermediate_size": 1024,
        "num_hidden_layers": 4,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "vocab_size": 8192,
    },
}
BATCH, RATE, RANK, ALPHA = 8, 2e-4, 16, 32
WARM_UP = 3


def make_input(folder: Path, shape: str, rows: int, length: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(str(BUILTIN))
    tokenizer.save_pretrained(str(folder / "base"))
    config = LlamaConfig(
        **SHAPES[shape],
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).to(torch.bfloat16 if torch.cuda.is_available() else torch.float32).save_pretrained(
        str(folder / "base")
    )
    pick = random.Random(0)
    words = ["sun", "sea", "stone", "reads", "writes", "letter", "morning", "quiet", "and", "the"]

    def text(count: int) -> str:
        return " ".join(pick.choice(words) for _ in range(count))

    # Every example fills the length, so that both cut it there and have the same number of tokens.
    table = {"prompt": [text(length // 32) for _ in range(rows)], "completion": [text(length) for _ in range(rows)]}
    pq.write_table(pa.table(table), folder / "rows.parquet")


def by_reverie(folder: Path, steps: int, length: int) -> list[float]:
    from trainer.contracts.training import TrainingRequest
    from trainer.recipes.find_recipe import find_recipe
    from trainer.training.reporter import SilentReporter
    from trainer.training.train_model import train_model

    times: list[float] = []

    class Clock(SilentReporter):
        def metric(self, step: int, kind: str, values: dict[str, Any]) -> None:
            times.append(time.perf_counter())

    request = TrainingRequest.validate_python(
        {
            "version": 2,
            "modelId": "made",
            "name": "Made",
            "recipe": "fine-tune-causal",
            "base": {"kind": "folder", "path": "base"},
            "data": {"train": {"parts": ["rows.parquet"], "rows": steps * BATCH}, "validation": None},
            "columns": {"prompt": "prompt", "completion": "completion"},
            "method": {"kind": "lora", "rank": RANK, "alpha": ALPHA, "dropout": 0},
            "format": "completion",
            "systemPrompt": None,
            "chatTemplate": None,
            "packing": False,
            "neftuneAlpha": None,
            "validationFraction": 0,
            "epochs": 1,
            "maxSteps": steps,
            "batchSize": BATCH,
            "gradientAccumulation": 1,
            "gradientCheckpointing": None,
            "precision": "auto",
            "device": "auto",
            "learningRate": RATE,
            "optimiser": "adamw_torch",
            "scheduler": "linear",
            "warmupSteps": 0,
            "weightDecay": 0,
            "maxGradNorm": 1,
            "maxLength": length,
            "seed": 1,
            "evaluateEverySteps": None,
            "bestCheckpoint": "loss",
            "earlyStopping": None,
            "advanced": {},
        }
    )
    train_model(find_recipe(request.recipe), request, folder, BUILTIN, folder / "checkpoints", Clock())
    return times


def by_trl(folder: Path, steps: int, length: int) -> list[float]:
    import torch
    from datasets import load_dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    times: list[float] = []

    class Clock(TrainerCallback):
        def on_log(self, *args: object, logs: dict[str, float], **_kwargs: object) -> None:
            if "loss" in logs:
                times.append(time.perf_counter())

    on_gpu = torch.cuda.is_available()
    model = AutoModelForCausalLM.from_pretrained(
        str(folder / "base"), dtype=torch.bfloat16 if on_gpu else torch.float32
    )
    config = SFTConfig(
        output_dir=str(folder / "trl"),
        per_device_train_batch_size=BATCH,
        max_steps=steps,
        learning_rate=RATE,
        logging_steps=1,
        max_length=length,
        bf16=on_gpu,
        gradient_checkpointing=on_gpu,
        dataloader_pin_memory=on_gpu,
        save_strategy="steps",
        save_steps=10**9,
        report_to="none",
        seed=1,
        disable_tqdm=True,
    )
    lora = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0, target_modules="all-linear", task_type="CAUSAL_LM")
    SFTTrainer(
        model=model,
        args=config,
        train_dataset=load_dataset(
            "parquet", data_files=str(folder / "rows.parquet"), split="train", cache_dir=str(folder / "cache")
        ),
        processing_class=AutoTokenizer.from_pretrained(str(folder / "base")),
        peft_config=lora,
        callbacks=[Clock()],
    ).train()
    return times


def train_once(contender: str, folder: Path, steps: int, length: int) -> None:
    import torch

    times = (by_reverie if contender == "reverie" else by_trl)(folder, steps, length)
    assert len(times) == steps, f"{len(times)} of {steps} steps were logged"
    memory = (
        torch.cuda.max_memory_allocated() / 2**20
        if torch.cuda.is_available()
        else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    )
    tokens = (steps - WARM_UP) * BATCH * length
    print(json.dumps({"tokens_per_second": tokens / (times[-1] - times[WARM_UP - 1]), "memory_mb": memory}))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--steps", type=int, default=20)
    options.add_argument("--length", type=int, default=512)
    options.add_argument("--shape", choices=SHAPES)
    options.add_argument("--train", nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.train:
        train_once(given.train[0], Path(given.train[1]), given.steps, given.length)
        return
    import torch

    on_gpu = torch.cuda.is_available()
    shape = given.shape or ("1b" if on_gpu else "small")
    folder = Path(tempfile.mkdtemp(prefix="lora-"))
    figures: dict[str, list[dict[str, float]]] = {"reverie": [], "trl": []}
    try:
        make_input(folder, shape, given.steps * BATCH, given.length)
        for place in range(given.rounds):
            # Each goes first in turn.
            for contender in list(figures) if place % 2 == 0 else list(figures)[::-1]:
                for left in ("models", "checkpoints", "trl"):
                    shutil.rmtree(folder / left, ignore_errors=True)
                arguments = [
                    "--train",
                    contender,
                    str(folder),
                    "--steps",
                    str(given.steps),
                    "--length",
                    str(given.length),
                ]
                done = subprocess.run(
                    [sys.executable, __file__, *arguments], capture_output=True, text=True, check=False
                )
                if done.returncode != 0:
                    sys.exit(done.stderr[-3000:])
                figures[contender].append(json.loads(done.stdout.splitlines()[-1]))
    finally:
        shutil.rmtree(folder)
    machine = torch.cuda.get_device_name() if on_gpu else f"{os.cpu_count()} cores, {platform.machine()}"
    steps = f"{given.rounds} rounds of {given.steps} steps of {BATCH} examples of {given.length} tokens"
    print(f"{shape} Llama, LoRA of rank {RANK}, {steps}, {machine}")
    middle = {name: {key: median(one[key] for one in runs) for key in runs[0]} for name, runs in figures.items()}
    for name, values in middle.items():
        speeds = [one["tokens_per_second"] for one in figures[name]]
        speed = f"{values['tokens_per_second']:.0f} tokens/s ({min(speeds):.0f} to {max(speeds):.0f})"
        print(f"{name}: {speed}, {values['memory_mb']:.0f} MB")
    ratios = {key: middle["reverie"][key] / middle["trl"][key] for key in middle["reverie"]}
    met = "met" if ratios["tokens_per_second"] >= 0.9 else "missed"
    print(f"Reverie / TRL: speed {ratios['tokens_per_second']:.2f} ({met}: 0.90), memory {ratios['memory_mb']:.2f}")


if __name__ == "__main__":
    main()

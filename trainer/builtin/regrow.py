"""Regrows the built-in model from nothing: corpus, tokenizer, weights. The trainer's own recipe does the training."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from make_corpus import Example, make_examples, write_corpus
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from trainer.contracts.outcome import TrainingProgress
from trainer.contracts.training import TrainingRequest
from trainer.recipes.fine_tune_causal import fine_tune_causal
from trainer.training.train_model import train_model

HERE = Path(__file__).resolve().parent
VOCABULARY = 4096
CONTEXT = 1024
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] }}"
    "{{ '<|end|>' if message['role'] == 'assistant' else '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)


class ConsoleReporter:
    def __init__(self) -> None:
        self._started = time.monotonic()

    def progress(self, progress: TrainingProgress) -> None:
        if progress.notes or progress.phase != "training":
            print(progress.phase, progress.step, progress.notes, flush=True)

    def metric(self, step: int, kind: str, values: dict[str, Any]) -> None:
        if kind == "eval" or step % 50 == 0:
            seconds = time.monotonic() - self._started
            print(f"{seconds:6.0f} s  step {step}  {kind} loss {values.get('loss')}", flush=True)

    def should_stop(self) -> bool:
        return False


def make_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # pyright: ignore
    tokenizer.decoder = decoders.ByteLevel()  # pyright: ignore
    special = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    # Every byte is in the alphabet, so text in any script has tokens.
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=alphabet)
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<|pad|>", eos_token="<|end|>", model_max_length=CONTEXT
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def make_untrained(folder: Path, seed: int) -> None:
    tokenizer = make_tokenizer([f"{prompt}\n{answer}" for prompt, answer in make_examples(12_000, seed)])
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=6,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))


def render_chat(example: Example) -> str:
    """As the chat template writes it. The end token is left to the trainer, which appends it."""
    prompt, answer = example
    return f"<|user|>\n{prompt}\n<|assistant|>\n{answer}"


def regrow(target: Path, examples: int, seed: int) -> None:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch)
        write_corpus(data / "train.parquet", examples, seed, render_chat)
        write_corpus(data / "validation.parquet", 300, seed + 1, render_chat)
        make_untrained(data / "untrained", seed)
        request = TrainingRequest.validate_python(
            {
                "version": 2,
                "recipe": "fine-tune-causal",
                "modelId": "builtin",
                "name": "Built-in model",
                "base": {"kind": "folder", "path": "untrained"},
                "data": {
                    "train": {"parts": ["train.parquet"], "rows": examples},
                    "validation": {"parts": ["validation.parquet"], "rows": 300},
                },
                "columns": {"prompt": None, "completion": "text"},
                "format": "completion",
                "systemPrompt": None,
                "chatTemplate": None,
                "packing": False,
                "neftuneAlpha": None,
                "method": {"kind": "full"},
                "validationFraction": 0,
                "epochs": 1,
                "maxSteps": None,
                "batchSize": 16,
                "gradientAccumulation": 1,
                "gradientCheckpointing": None,
                "precision": "auto",
                "device": "auto",
                "learningRate": 2.5e-3,
                "optimiser": "adamw_torch",
                "scheduler": "cosine",
                "warmupSteps": 40,
                "weightDecay": 0.05,
                "maxGradNorm": 1,
                "maxLength": 512,
                "seed": seed,
                "evaluateEverySteps": 400,
                "bestCheckpoint": "loss",
                "earlyStopping": None,
                "advanced": {},
            }
        )
        untrained, checkpoints = data / "untrained", data / "checkpoints"
        result = train_model(fine_tune_causal, request, data, untrained, checkpoints, ConsoleReporter())
        save_half(data / "models" / "builtin", target)
        print(json.dumps(result.to_json(), indent=2))
    print(f"{time.monotonic() - started:.0f} s in all")


def save_half(folder: Path, target: Path) -> None:
    """Half precision halves the download; the record of the training would name the scratch folder."""
    shutil.rmtree(target, ignore_errors=True)
    AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float16).save_pretrained(str(target))
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        if (folder / name).is_file():
            shutil.copy(folder / name, target / name)
    shutil.copy(HERE / "MODEL_CARD.md", target / "MODEL_CARD.md")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, default=HERE / "model")
    parser.add_argument("--examples", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    regrow(arguments.target, arguments.examples, arguments.seed)

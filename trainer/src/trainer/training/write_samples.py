"""What a model in training writes: a few replies at each evaluation, so that a person can read how it gets on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerBase, TrainerCallback, TrainingArguments
from transformers.trainer_callback import TrainerControl, TrainerState

from trainer.data.tokenise_example import IGNORED, encode_chat, encode_prompt
from trainer.training.reporter import Reporter

SAMPLES = 3
NEW_TOKENS = 64
MOST_CHARACTERS = 2000


@dataclass(frozen=True)
class Sample:
    ids: list[int]
    prompt: str
    # The answer of the row; None where it has none.
    wanted: str | None


class WriteSamples(TrainerCallback):
    """The likeliest reply, which takes no random number: a training ends with the same weights without it."""

    def __init__(self, samples: Sequence[Sample], tokenizer: PreTrainedTokenizerBase, reporter: Reporter) -> None:
        self._samples = samples
        self._tokenizer = tokenizer
        self._reporter = reporter

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: PreTrainedModel | None = None,
        **_kwargs: object,
    ) -> None:
        if model is None or not self._samples:
            return
        was_training = model.training
        model.eval()
        written = [
            {"prompt": sample.prompt, "reply": self._write(model, sample), "wanted": sample.wanted}
            for sample in self._samples
        ]
        model.train(was_training)
        self._reporter.metric(state.global_step, "sample", {"samples": written})

    @torch.inference_mode()
    def _write(self, model: PreTrainedModel, sample: Sample) -> str:
        ids = torch.tensor([sample.ids], device=model.device)
        output: Any = model.generate(  # pyright: ignore[reportCallIssue]
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=NEW_TOKENS,
            pad_token_id=self._tokenizer.pad_token_id,
            eos_token_id=self._tokenizer.eos_token_id,
        )
        start = 0 if getattr(model.config, "is_encoder_decoder", False) else ids.shape[1]
        return str(self._tokenizer.decode(output[0][start:], skip_special_tokens=True))[:MOST_CHARACTERS]


def samples_of_tokens(rows: Dataset | None, tokenizer: PreTrainedTokenizerBase) -> list[Sample]:
    """Of rows with ids and labels: what is not learned is the prompt."""
    samples = []
    for row in _first(rows):
        ids, labels = row["input_ids"], row["labels"]
        length = sum(label == IGNORED for label in labels) if len(ids) == len(labels) else len(ids)
        if length == 0:
            # Plain text has no prompt; its first token starts the model off.
            length = 1
        wanted = [label for label in labels if label != IGNORED]
        samples.append(Sample(ids[:length], _decode(tokenizer, ids[:length]), _decode(tokenizer, wanted)))
    return samples


def samples_of_prompts(rows: Dataset | None, tokenizer: PreTrainedTokenizerBase, wanted: str | None) -> list[Sample]:
    """Of rows with a prompt as text or messages; `wanted` names the column of the answer."""
    samples = []
    for row in _first(rows):
        prompt, answer = row["prompt"], row[wanted] if wanted is not None else None
        is_text = isinstance(prompt, str)
        ids = encode_prompt(tokenizer, prompt) if is_text else encode_chat(tokenizer, prompt, True)
        said = answer if answer is None or isinstance(answer, str) else answer[-1]["content"]
        text = prompt if is_text else prompt[-1]["content"]
        samples.append(Sample(ids, text[:MOST_CHARACTERS], said and said[:MOST_CHARACTERS]))
    return samples


def _first(rows: Dataset | None) -> list[Any]:
    return [] if rows is None else [rows[place] for place in range(min(SAMPLES, len(rows)))]


def _decode(tokenizer: PreTrainedTokenizerBase, ids: list[int]) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=True))[:MOST_CHARACTERS]

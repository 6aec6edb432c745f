"""Sampling in which a row of a batch knows nothing of the other rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from transformers import LogitsProcessor, PreTrainedTokenizerBase, StoppingCriteria


@dataclass(frozen=True)
class SamplingParams:
    temperature: float
    top_p: float
    max_tokens: int
    stop: tuple[str, ...]
    seed: int
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    repetition_penalty: float = 1.0
    logit_bias: dict[int, float] = field(default_factory=dict[int, float])


class RowSampling(LogitsProcessor):
    """The largest of logits plus Gumbel noise is a sample of their softmax, so a greedy search over it samples.

    Each row draws its noise from a generator of its own, seeded by its request. `generate` would draw for the
    whole batch from one generator, and a request's answer would then change with the requests beside it.
    """

    def __init__(self, rows: list[SamplingParams], device: torch.device, begins: list[int], start: int) -> None:
        """`begins`: where each row's prompt begins, behind its padding; `start`: where all answers do."""
        self._rows = rows
        self._begins = begins
        self._start = start
        self._generators = [torch.Generator(device=device).manual_seed(row.seed & (2**63 - 1)) for row in rows]

    def __call__(self, input_ids: torch.LongTensor, scores: torch.Tensor) -> torch.FloatTensor:
        result = scores.float().clone()
        for index, row in enumerate(self._rows):
            said = input_ids[index]
            result[index] = weigh_tokens(result[index], said[self._begins[index] :], said[self._start :], row)
            if row.temperature <= 0:
                continue
            logits = result[index] / max(row.temperature, 1e-5)
            if row.top_p < 1:
                logits = keep_top_p(logits, row.top_p)
            uniform = torch.rand(logits.shape, generator=self._generators[index], device=logits.device)
            result[index] = logits - torch.log(-torch.log(uniform.clamp(1e-20, 1 - 1e-7)))
        return result  # pyright: ignore[reportReturnType]


def weigh_tokens(logits: torch.Tensor, said: torch.Tensor, answered: torch.Tensor, row: SamplingParams) -> torch.Tensor:
    """Penalties as elsewhere: repetition as in CTRL (Keskar et al. 2019, section 4.1), over prompt and answer;
    frequency and presence as in OpenAI's API, over the answer alone.
    """
    if row.repetition_penalty != 1.0 and said.numel() > 0:
        seen = said.unique()
        values = logits[seen]
        logits[seen] = torch.where(values > 0, values / row.repetition_penalty, values * row.repetition_penalty)
    if (row.frequency_penalty or row.presence_penalty) and answered.numel() > 0:
        seen, counts = answered.unique(return_counts=True)
        logits[seen] -= row.frequency_penalty * counts.to(logits.dtype) + row.presence_penalty
    for token, bias in row.logit_bias.items():
        if token < logits.shape[0]:
            logits[token] += bias
    return logits


def keep_top_p(logits: torch.Tensor, top_p: float) -> torch.Tensor:
    ordered, places = torch.sort(logits, descending=True, stable=True)
    probabilities = torch.softmax(ordered, dim=-1)
    # A token stays while the mass before it is under top_p, so the first one always stays.
    dropped = probabilities.cumsum(-1) - probabilities >= top_p
    dropped[0] = False
    return logits.masked_fill(torch.zeros_like(dropped).scatter(0, places, dropped), float("-inf"))


class RowStopping(StoppingCriteria):
    """Ends each row at its own number of tokens or at its own stop strings."""

    def __init__(self, rows: list[SamplingParams], prompt_length: int, tokenizer: PreTrainedTokenizerBase) -> None:
        self._rows = rows
        self._prompt_length = prompt_length
        self._tokenizer = tokenizer

    def __call__(self, input_ids: torch.LongTensor, scores: object, **_kwargs: object) -> torch.BoolTensor:
        made = input_ids.shape[1] - self._prompt_length
        ended = [
            made >= row.max_tokens or self._has_stop(input_ids[index], row) for index, row in enumerate(self._rows)
        ]
        return torch.tensor(ended, dtype=torch.bool, device=input_ids.device)  # pyright: ignore[reportReturnType]

    def _has_stop(self, ids: torch.Tensor, row: SamplingParams) -> bool:
        if not row.stop:
            return False
        # A token is at least one byte, so no more tokens than the longest string has bytes can hold it.
        window = max(len(text.encode()) for text in row.stop) + 4
        start = max(self._prompt_length, ids.shape[0] - window)
        text = self._tokenizer.decode(ids[start:], skip_special_tokens=True)
        return any(stop in str(text) for stop in row.stop)

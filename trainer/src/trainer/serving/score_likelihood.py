"""How likely a causal model finds texts, given what stands before them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

import torch

from trainer.models.load_model import LoadedModel
from trainer.serving.answer_texts import answer_texts
from trainer.serving.errors import ApiError
from trainer.serving.loaded_models import KeptModel
from trainer.serving.requests import LikelihoodRequest, TextsAnswer

IGNORED = -100


def score_likelihood(
    kept: KeptModel, requests: list[LikelihoodRequest]
) -> Iterator[tuple[LikelihoodRequest, TextsAnswer | ApiError]]:
    """
    A result is {tokens, log_likelihood}: how many tokens of the text were predicted, and the sum of the natural
    logarithms of their probabilities. Perplexity is exp(-log_likelihood / tokens). The tokens of the prompt are
    given, not predicted; without a prompt the first token is predicted from the begin-of-text token where the
    tokenizer has one, and is given where it has none.
    """
    loaded: LoadedModel = kept.model
    longest = cast("int | None", getattr(loaded.model.config, "max_position_embeddings", None))

    def count_tokens(request: LikelihoodRequest) -> list[int]:
        return [len(encode(loaded, *read_pair(text))[0]) for text in request.texts]

    def work(rows: list[tuple[LikelihoodRequest, str]]) -> list[dict[str, float]]:
        return score_pairs(loaded, [read_pair(text) for _, text in rows], longest)

    yield from answer_texts(kept.batch, requests, count_tokens, longest, work)


def read_pair(text: str) -> tuple[str, str]:
    """A text of a request: JSON of [prompt, text]."""
    prompt, own = cast("list[str]", json.loads(text))
    return prompt, own


def encode(loaded: LoadedModel, prompt: str, text: str) -> tuple[list[int], list[int]]:
    """Tokens of both, and labels in which those that are given are ignored."""
    tokenizer = loaded.tokenizer
    given = cast("list[int]", tokenizer(prompt, add_special_tokens=False)["input_ids"]) if prompt else []
    if not given and tokenizer.bos_token_id is not None:
        given = [cast("int", tokenizer.bos_token_id)]
    own = cast("list[int]", tokenizer(text, add_special_tokens=False)["input_ids"])
    return given + own, [IGNORED] * len(given) + own


@torch.inference_mode()
def score_pairs(loaded: LoadedModel, pairs: list[tuple[str, str]], longest: int | None) -> list[dict[str, float]]:
    encoded = [encode(loaded, prompt, text) for prompt, text in pairs]
    width = max(len(ids) for ids, _ in encoded)
    pad = loaded.tokenizer.pad_token_id or 0
    # Padding stands behind, where a causal model does not look; what is too long loses its end.
    ids = torch.tensor([row + [pad] * (width - len(row)) for row, _ in encoded])[:, :longest]
    labels = torch.tensor([row + [IGNORED] * (width - len(row)) for _, row in encoded])[:, :longest]
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row, _ in encoded])[:, :longest]
    device = loaded.model.device
    logits = loaded.model(input_ids=ids.to(device), attention_mask=mask.to(device)).logits[:, :-1].float()
    targets = labels[:, 1:].to(device)
    found = logits.log_softmax(-1).gather(-1, targets.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    counted = targets != IGNORED
    sums = (found * counted).sum(-1).tolist()
    counts = counted.sum(-1).tolist()
    return [{"tokens": float(count), "log_likelihood": total} for count, total in zip(counts, sums, strict=True)]

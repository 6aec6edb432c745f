"""How likely a tiny causal model finds texts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from model_server import Post, settings_for, with_post
from trainer.settings import Settings

PAIRS = [["", "The cat sees the sun."], ["The cat sees", " the sun."], ["", "The dog."], ["The dog likes", " the sea."]]


@pytest.fixture
def settings(data_folder: Path, tiny_model: Path) -> Settings:
    return settings_for(data_folder, tiny_model)


def own_score(folder: Path, prompt: str, text: str) -> tuple[int, float]:
    """One pair at a time, by the loss of transformers itself."""
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    model = AutoModelForCausalLM.from_pretrained(str(folder)).eval()
    given = tokenizer(prompt, add_special_tokens=False)["input_ids"] if prompt else []
    if not given and tokenizer.bos_token_id is not None:
        given = [tokenizer.bos_token_id]
    own = tokenizer(text, add_special_tokens=False)["input_ids"]
    labels = torch.tensor([[-100] * len(given) + own])
    with torch.inference_mode():
        loss = model(input_ids=torch.tensor([given + own]), labels=labels).loss.item()
    tokens = len(own) if given else len(own) - 1
    return tokens, -loss * tokens


def test_scores_are_those_of_each_text_by_itself(settings: Settings, tiny_model: Path) -> None:
    async def ask(post: Post) -> None:
        status, body = await post(model="builtin", input=PAIRS)
        assert status == 200, body
        for (prompt, text), found in zip(PAIRS, body["data"], strict=True):
            tokens, total = own_score(tiny_model, prompt, text)
            assert found["tokens"] == tokens
            assert math.isclose(found["log_likelihood"], total, rel_tol=1e-3)

    with_post(settings, "/v1/likelihood", ask)


def test_an_empty_text_is_refused_with_its_place(settings: Settings) -> None:
    async def ask(post: Post) -> None:
        status, body = await post(model="builtin", input=[["a", ""]])
        assert status == 400
        assert "input.0" in body["error"]["message"]

    with_post(settings, "/v1/likelihood", ask)

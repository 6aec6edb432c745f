"""The model server over HTTP, on a tiny random model."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from aiohttp import ClientSession

from conftest import RecordingReporter
from model_server import HEADERS, Ask, settings_for, text_of, with_server
from trainer.serving import engine as engine_module
from trainer.serving.sampling import SamplingParams, weigh_tokens
from trainer.settings import Settings


@pytest.fixture
def settings(data_folder: Path, tiny_model: Path) -> Settings:
    return settings_for(data_folder, tiny_model)


def test_an_answer_does_not_depend_on_the_requests_beside_it(settings: Settings) -> None:
    async def scenario(ask: Ask, _session: ClientSession) -> None:
        alone = [text_of(await ask(f"Say {n}:", seed=n, temperature=0.9, top_p=0.8)) for n in range(6)]
        others = [ask("x" * n, seed=n, temperature=1.5, max_tokens=30) for n in range(1, 9)]
        mixed = [ask(f"Say {n}:", seed=n, temperature=0.9, top_p=0.8) for n in range(6)]
        together = await asyncio.gather(*mixed, *others)
        assert [text_of(answer) for answer in together[:6]] == alone
        assert len({text_of(await ask("Say 1:", seed=seed)) for seed in range(5)}) > 1
        greedy = {text_of(await ask("Say 1:", seed=seed, temperature=0)) for seed in range(3)}
        assert len(greedy) == 1

    with_server(settings, scenario)


def test_stop_strings_lengths_and_usage(settings: Settings) -> None:
    async def scenario(ask: Ask, _session: ClientSession) -> None:
        status, whole = await ask("Say 1:", seed=4, max_tokens=30)
        text = whole["choices"][0]["message"]["content"]
        assert status == 200
        assert whole["usage"]["completion_tokens"] == 30
        assert whole["choices"][0]["finish_reason"] == "length"
        stop = text[8:10]
        cut, _other = await asyncio.gather(
            ask("Say 1:", seed=4, max_tokens=30, stop=[stop, "never there"]), ask("Say 2:", seed=5, max_tokens=40)
        )
        assert text_of(cut) == text[: text.index(stop)]
        assert cut[1]["choices"][0]["finish_reason"] == "stop"
        assert cut[1]["usage"]["completion_tokens"] < 30
        usage = cut[1]["usage"]
        assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
        assert (await ask("a", max_completion_tokens=3, max_tokens=9))[1]["usage"]["completion_tokens"] <= 3

    with_server(settings, scenario)


def test_penalties_and_biases_are_each_rows_own(settings: Settings) -> None:
    async def scenario(ask: Ask, _session: ClientSession) -> None:
        plain = {"temperature": 0, "max_tokens": 8}
        same, often, used, free = await asyncio.gather(
            ask("Say 1:", **plain, logit_bias={"40": 60, "41": 40}),
            ask("Say 1:", **plain, logit_bias={"40": 60, "41": 59}, frequency_penalty=2),
            ask("Say 1:", **plain, logit_bias={"40": 60, "41": 60}, presence_penalty=2),
            ask("Say 1:", **plain),
        )
        first = text_of(same)[0]
        assert text_of(same) == first * 8
        # Each use costs 2, so neither of the two gets far ahead; for presence it costs 2 once, so both are used.
        assert 3 <= text_of(often).count(first) <= 5
        assert len(set(text_of(often))) == len(set(text_of(used))) == 2
        assert text_of(free) == text_of(await ask("Say 1:", **plain)) != text_of(same)
        status, error = await ask("Say 1:", logit_bias={"40": 500})
        assert (status, "logit_bias" in error["error"]["message"]) == (400, True)

    with_server(settings, scenario)


def test_repetition_counts_the_prompt_and_not_the_padding() -> None:
    row = SamplingParams(0, 1, 5, (), 0, repetition_penalty=2)
    logits = weigh_tokens(torch.tensor([4.0, -4.0, 4.0]), torch.tensor([0, 1]), torch.tensor([1]), row)
    assert logits.tolist() == [2.0, -8.0, 4.0]


def test_counts_are_those_that_are_billed(settings: Settings) -> None:
    async def scenario(ask: Ask, session: ClientSession) -> None:
        messages = [{"role": "user", "content": "Say 1:"}]
        async with session.post("/v1/count", json={"model": "builtin", "messages": messages}, headers=HEADERS) as reply:
            counted = await reply.json()
        _status, answer = await ask("Say 1:")
        assert counted["tokens"] == answer["usage"]["prompt_tokens"]
        status, error = await ask("x" * 20 * counted["context"])
        assert status == 400
        assert str(counted["context"]) in error["error"]["message"]

    with_server(settings, scenario)


def test_refusals_say_what_and_why(settings: Settings) -> None:
    async def scenario(ask: Ask, session: ClientSession) -> None:
        expected = {
            "context_length_exceeded": (400, await ask("x" * 400)),
            "stream_unsupported": (400, await ask("x", stream=True)),
            "n_unsupported": (400, await ask("x", n=2)),
            "invalid_request": (400, await ask("x", temperature=-1)),
        }
        for name in ("trained:nothing", "hub:nobody/nothing", "gpt-4", "folder:nowhere", "trained:../x"):
            assert (await ask("x", model=name))[0] == 404, name
            expected["model_not_found"] = (404, await ask("x", model=name))
        for code, (status, answer) in expected.items():
            assert answer[0] == status
            assert answer[1]["error"]["code"] == code
            assert answer[1]["error"]["message"]
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            async with session.get("/v1/models", headers=headers) as response:
                assert response.status == 401
                assert (await response.json())["error"]["code"] == "invalid_api_key"
        async with session.get("/health") as response:
            assert response.status == 200
        async with session.get("/v1/models", headers=HEADERS) as response:
            assert [model["id"] for model in (await response.json())["data"]] == ["builtin"]

    with_server(settings, scenario)


def test_a_full_queue_says_when_to_come_back(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "MAX_WAITING", 2)

    async def scenario(ask: Ask, _session: ClientSession) -> None:
        answers = await asyncio.gather(*[ask("x", max_tokens=5) for _ in range(12)])
        assert {status for status, _ in answers} == {200, 429}
        assert all(body["error"]["code"] == "queue_full" for status, body in answers if status == 429)

    with_server(settings, scenario)


def test_trained_models_are_served_as_they_were_trained(
    train: Callable[..., Any], data_folder: Path, tiny_model: Path
) -> None:
    memorised = [("Say 1:", " The cat sees the sea.")] * 8
    train(RecordingReporter(), rows=memorised, epochs=40, learningRate=0.01, modelId="full")
    lora = {"kind": "lora", "rank": 16, "alpha": 32, "dropout": 0}
    train(RecordingReporter(), epochs=10, method=lora, modelId="adapter")

    async def scenario(ask: Ask, _session: ClientSession) -> None:
        answer = await ask("Say 1:", model="trained:full", temperature=0, max_tokens=60)
        assert text_of(answer) == " The cat sees the sea."
        assert answer[1]["choices"][0]["finish_reason"] == "stop"
        assert (await ask("Say 1:", model="trained:adapter", temperature=0))[0] == 200
        assert (await ask("Say 1:", model="builtin"))[0] == 200

    with_server(settings_for(data_folder, tiny_model), scenario)


def test_the_model_that_ships_answers_and_stops(data_folder: Path) -> None:
    shipped = Path(__file__).resolve().parents[1] / "builtin" / "model"
    abstract_prompt = "Generate an arXiv abstract of an NLP research paper. Return just the abstract, no titles."

    async def scenario(ask: Ask, _session: ClientSession) -> None:
        abstracts = await asyncio.gather(*[ask(abstract_prompt, seed=n, max_tokens=200) for n in range(4)])
        assert len({text_of(answer) for answer in abstracts}) == 4
        for answer in abstracts:
            assert 120 < len(text_of(answer)) < 900
            assert answer[1]["choices"][0]["finish_reason"] == "stop"
        tweet_prompt = "Input: {}\n\nInstruction: Given the abstract, write a tweet to summarize the work."
        tweets = await asyncio.gather(
            *[ask(tweet_prompt.format(text_of(a)), seed=1, max_tokens=120) for a in abstracts]
        )
        assert all("#" in text_of(answer) and len(text_of(answer)) < 280 for answer in tweets)
        other = await ask("Quelle heure est-il ? 今何時?", seed=1, max_tokens=120)
        assert text_of(other)
        assert other[1]["choices"][0]["finish_reason"] == "stop"

    with_server(dataclasses.replace(settings_for(data_folder, shipped)), scenario)

"""Names with options of loading, kinds of models found by their configuration, and memory that runs out."""

from __future__ import annotations

import asyncio
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import torch
from aiohttp import ClientSession
from transformers import AutoTokenizer, T5Config, T5ForConditionalGeneration

from model_server import Ask, settings_for, text_of, with_server
from trainer.models.load_options import LoadOptions, ModelUnusable, place_weights
from trainer.models.model_name import GgufSource, parse_model_name
from trainer.serving import answer_chats
from trainer.serving.generate_batch import generate_batch
from trainer.settings import Settings


@pytest.fixture
def settings(data_folder: Path, tiny_model: Path) -> Settings:
    return settings_for(data_folder, tiny_model)


def test_options_are_read_from_the_name() -> None:
    name = parse_model_name("hub:a/b@main?dtype=bfloat16&quantisation=4bit&device=auto&adapter=hub:c/d@v1")
    assert name.source.model_dump() == {"kind": "hub", "id": "a/b", "revision": "main"}  # pyright: ignore
    assert name.options == LoadOptions("bfloat16", "4bit", "auto", "hub:c/d@v1")
    assert name.adapter is not None and name.adapter.model_dump() == {"kind": "hub", "id": "c/d", "revision": "v1"}
    assert parse_model_name("gguf:a/b.gguf").source == GgufSource("a/b.gguf")
    wrong = ("dtype=float8", "quantisation=2bit", "device=meta", "colour=red", "dtype=", "dtype=float16&dtype=float32")
    for query in wrong:
        with pytest.raises(ModelUnusable):
            parse_model_name(f"builtin?{query}")


@pytest.mark.skipif(torch.cuda.is_available(), reason="says what is told where there is no CUDA device")
def test_without_a_cuda_device_it_is_said_what_needs_one(settings: Settings) -> None:
    async def scenario(ask: Ask, _session: ClientSession) -> None:
        for option, word in (("quantisation=4bit", "needs a CUDA device"), ("device=cuda:0", "is not here")):
            status, body = await ask("x", model=f"builtin?{option}")
            assert (status, body["error"]["code"]) == (422, "local_model_unusable")
            assert word in body["error"]["message"]

    with_server(settings, scenario)


def test_quantisation_asks_for_its_package_and_is_told_to_the_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(ModelUnusable, match="pip install bitsandbytes"):
        place_weights(LoadOptions(quantisation="4bit"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    four = place_weights(LoadOptions(quantisation="4bit", dtype="float16", device="auto"))
    assert (four.device, four.kwargs["device_map"], four.kwargs["dtype"]) == (None, "auto", torch.float16)
    assert four.kwargs["quantization_config"].load_in_4bit
    assert place_weights(LoadOptions(quantisation="8bit")).kwargs["quantization_config"].load_in_8bit


def test_a_precision_and_a_device_map_change_how_a_model_answers_and_not_whether(settings: Settings) -> None:
    async def scenario(ask: Ask, _session: ClientSession) -> None:
        plain = text_of(await ask("Say 1:", temperature=0))
        assert text_of(await ask("Say 1:", temperature=0, model="builtin?device=cpu")) == plain
        assert text_of(await ask("Say 1:", temperature=0, model="builtin?device=auto&dtype=float32")) == plain
        assert text_of(await ask("Say 1:", model="builtin?dtype=bfloat16"))

    with_server(settings, scenario)


def save_tiny_t5(folder: Path, tokenizer_folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(str(tokenizer_folder))
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    T5ForConditionalGeneration(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))


def test_an_encoder_with_a_decoder_answers_as_transformers_generates(
    settings: Settings, tiny_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "t5"
    save_tiny_t5(folder, tiny_model)
    model = T5ForConditionalGeneration.from_pretrained(str(folder))
    tokenizer = AutoTokenizer.from_pretrained(str(folder))

    def own(text: str) -> str:
        ids = torch.tensor([tokenizer(text)["input_ids"]])
        made = model.generate(ids, max_new_tokens=20, do_sample=False)  # pyright: ignore
        return str(tokenizer.decode(made[0], skip_special_tokens=True))

    async def scenario(ask: Ask, _session: ClientSession) -> None:
        texts = ["The cat sees the sun.", "a", "The bird likes the sea. The dog sees the sun."]
        answers = await asyncio.gather(*[ask(text, model=f"folder:{folder}", temperature=0) for text in texts])
        assert [text_of(answer) for answer in answers] == [own(text) for text in texts]
        sampled = [await ask("a", model=f"folder:{folder}", temperature=1, seed=seed) for seed in (1, 2, 1)]
        assert text_of(sampled[0]) == text_of(sampled[2]) != text_of(sampled[1])
        usage = answers[0][1]["usage"]
        assert usage["prompt_tokens"] == len(tokenizer(texts[0])["input_ids"])
        assert 0 < usage["completion_tokens"] <= 20

    with_server(settings, scenario)


def test_generation_survives_memory_that_runs_out(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def scarce(loaded: Any, prompts: list[list[int]], rows: Any) -> Any:  # noqa: ANN401
        sizes.append(len(prompts))
        if len(prompts) > 4 or max(map(len, prompts)) > 100:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return generate_batch(loaded, prompts, rows)

    async def scenario(ask: Ask, _session: ClientSession) -> None:
        alone = [text_of(await ask(f"Say {seed}:", seed=seed, temperature=1)) for seed in range(16)]
        monkeypatch.setattr(answer_chats, "generate_batch", scarce)
        together = await asyncio.gather(*[ask(f"Say {seed}:", seed=seed, temperature=1) for seed in range(16)])
        assert [text_of(answer) for answer in together] == alone
        assert max(sizes) > 4
        sizes.clear()
        again = await asyncio.gather(*[ask(f"Say {seed}:", seed=seed, temperature=1) for seed in range(16)])
        assert [text_of(answer) for answer in again] == alone
        assert max(sizes) <= 4, "the size that fitted is remembered"
        large, small = await asyncio.gather(ask("x" * 150, max_tokens=5), ask("Say 1:"))
        assert (large[0], large[1]["error"]["code"], small[0]) == (503, "out_of_memory", 200)

    with_server(settings, scenario)


def test_a_gguf_file_needs_its_package_and_then_is_asked(
    settings: Settings, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data_folder / "m.gguf").write_bytes(b"GGUF")

    class Llama:
        """What of llama-cpp-python is used, as its documentation has it."""

        def __init__(self, model_path: str, n_ctx: int, n_gpu_layers: int, verbose: bool) -> None:
            assert model_path == str(data_folder / "m.gguf")

        def create_chat_completion(self, messages: list[dict[str, str]], **settings: object) -> dict[str, Any]:
            choice = {"message": {"content": f"{messages[-1]['content']} {settings['seed']}"}, "finish_reason": "stop"}
            return {"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}

    async def scenario(ask: Ask, _session: ClientSession) -> None:
        assert (await ask("x", model="gguf:missing.gguf"))[0] == 404
        monkeypatch.setitem(sys.modules, "llama_cpp", None)
        status, body = await ask("x", model="gguf:m.gguf")
        assert (status, body["error"]["code"]) == (422, "local_model_unusable")
        assert "pip install llama-cpp-python" in body["error"]["message"]
        module = types.ModuleType("llama_cpp")
        module.Llama = Llama  # pyright: ignore[reportAttributeAccessIssue]
        monkeypatch.setitem(sys.modules, "llama_cpp", module)
        answer = await ask("hello", model="gguf:m.gguf", seed=7)
        assert text_of(answer) == "hello 7"
        assert answer[1]["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
        assert (await ask("x", model="gguf:m.gguf?dtype=float16"))[0] == 422

    with_server(settings, scenario)

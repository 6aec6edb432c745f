"""Vectors and label scores of texts: each text is by itself, whichever request it came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from trainer.serving.batch_size import BatchSize
from trainer.serving.errors import ApiError, out_of_memory
from trainer.serving.requests import TextsAnswer, TextsRequest

Request = TypeVar("Request", bound=TextsRequest)


def answer_texts(
    batch: BatchSize,
    requests: Sequence[Request],
    count_tokens: Callable[[Request], list[int]],
    longest: int | None,
    work: Callable[[list[tuple[Request, str]]], list[Any]],
) -> Iterator[tuple[Request, TextsAnswer | ApiError]]:
    """
    Answers each request once all of its texts are through. `count_tokens` gives the tokens of each text of a request
    in full, `longest` is what the model takes, and `work` gives one result a text.
    """
    accepted: list[Request] = []
    rows: list[tuple[Request, int, int]] = []
    for request in requests:
        counts = count_tokens(request)
        if longest is not None and not request.truncate and max(counts) > longest:
            yield request, _too_long(counts, longest)
            continue
        accepted.append(request)
        rows += [(request, place, count) for place, count in enumerate(counts)]
    # The longest first: what the memory does not hold shows at once, and rows of a pass need little padding.
    rows.sort(key=lambda row: -row[2])
    results: dict[tuple[int, int], Any] = {}

    def run(some: list[tuple[Request, int, int]]) -> list[Any]:
        return work([(request, request.texts[place]) for request, place, _ in some])

    for some, made in batch.run(rows, run):
        for (request, place, _), result in zip(some, made if made is not None else [None] * len(some), strict=True):
            results[(id(request), place)] = result
    for request in accepted:
        own = [results[(id(request), place)] for place in range(len(request.texts))]
        tokens = sum(count if longest is None else min(count, longest) for one, _, count in rows if one is request)
        yield request, out_of_memory() if any(result is None for result in own) else TextsAnswer(own, tokens)


def _too_long(counts: list[int], longest: int) -> ApiError:
    place = counts.index(max(counts))
    return ApiError(
        400,
        "context_length_exceeded",
        f"Input {place} has {counts[place]} tokens and the model takes {longest}. Ask for truncate to cut its end off.",
    )

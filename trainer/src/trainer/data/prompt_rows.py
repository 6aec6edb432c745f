"""Prompts that a model answers while it is trained, with what stands beside them."""

from __future__ import annotations

import pyarrow as pa
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from trainer.contracts.training import DistillationRequest, ReinforcementRequest
from trainer.data.prepare_rows import Example, PreparedRows, Skip, prepare_rows
from trainer.data.read_rows import Row, reason_to_skip, to_text
from trainer.data.write_prompt import count_prompt_tokens, text_type, write_prompt
from trainer.training.train_model import Workplace


def prepare_prompts(
    request: ReinforcementRequest | DistillationRequest,
    answer_column: str | None,
    tokenizer: PreTrainedTokenizerBase,
    model: PreTrainedModel,
    place: Workplace,
) -> PreparedRows:
    """A prompt after which the reply would not fit into the model's context is left out and counted."""
    context = getattr(model.config, "max_position_embeddings", None) or request.max_length
    room = min(request.max_length, context - request.max_new_tokens)
    column = request.columns.prompt

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        prompt = to_text(row[column])
        answer = to_text(row[answer_column]) if answer_column is not None else ""
        code = reason_to_skip(prompt) or ("null_value" if answer is None else None)
        if code is not None:
            return Skip(code)
        asked = write_prompt(request, prompt or "")
        if count_prompt_tokens(tokenizer, asked) > room:
            return Skip("prompt_too_long")
        return Example({"prompt": asked, "question": prompt, "answer": answer})

    wanted = [column, *([answer_column] if answer_column is not None else [])]
    schema = pa.schema([("prompt", text_type(request)), ("question", pa.string()), ("answer", pa.string())])
    return prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)

"""Prompts with a chosen and a rejected answer, as TRL's preference trainers read them."""

from __future__ import annotations

import pyarrow as pa
from transformers import PreTrainedTokenizerBase

from trainer.contracts.training import DpoRequest, OrpoRequest
from trainer.data.prepare_rows import Example, PreparedRows, Skip, prepare_rows
from trainer.data.read_rows import Row, reason_to_skip, to_text
from trainer.data.write_prompt import count_prompt_tokens, count_tokens, text_type, write_answer, write_prompt
from trainer.training.train_model import Workplace


def prepare_preferences(
    request: DpoRequest | OrpoRequest, tokenizer: PreTrainedTokenizerBase, length: int, place: Workplace
) -> PreparedRows:
    """Rows that prefer nothing, and rows whose prompt leaves no room for an answer, are left out and counted."""
    columns, kind = request.columns, text_type(request)

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        prompt, chosen, rejected = (to_text(row[name]) for name in (columns.prompt, columns.chosen, columns.rejected))
        code = reason_to_skip(prompt, chosen, rejected)
        if code is not None:
            return Skip(code)
        if chosen == rejected:
            return Skip("chosen_equals_rejected")
        asked = write_prompt(request, prompt or "")
        used = count_prompt_tokens(tokenizer, asked)
        if used >= length:
            return Skip("prompt_too_long", truncated=True)
        longest = max(count_tokens(tokenizer, chosen or ""), count_tokens(tokenizer, rejected or ""))
        values = {
            "prompt": asked,
            "chosen": write_answer(request, chosen or ""),
            "rejected": write_answer(request, rejected or ""),
        }
        return Example(values, truncated=used + longest + 1 > length)

    wanted = [columns.prompt, columns.chosen, columns.rejected]
    schema = pa.schema([("prompt", kind), ("chosen", kind), ("rejected", kind)])
    return prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)

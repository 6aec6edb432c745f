"""Prompts with a chosen and a rejected answer, as TRL's preference trainers read them."""

from __future__ import annotations

from transformers import PreTrainedTokenizerBase

from trainer.contracts.training import DpoRequest, OrpoRequest
from trainer.data.prepare_rows import Example, PreparedRows, Skip, prepare_rows
from trainer.data.read_rows import Row
from trainer.data.write_prompt import TOOLS, UnusableCell, count_tokens, open_prompts, said_text
from trainer.training.train_model import Workplace


def prepare_preferences(
    request: DpoRequest | OrpoRequest,
    tokenizer: PreTrainedTokenizerBase,
    length: int,
    place: Workplace,
    hands_on_tools: bool,
) -> PreparedRows:
    """Rows that prefer nothing, and rows whose prompt leaves no room for an answer, are left out and counted."""
    columns, writer = request.columns, open_prompts(request, tokenizer, hands_on_tools)

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        tools = writer.tools_of(row)
        try:
            asked = writer.prompt(row[columns.prompt], tools)
            chosen, rejected = (
                writer.answer(row[name], asked, row[columns.prompt]) for name in (columns.chosen, columns.rejected)
            )
        except UnusableCell as reason:
            return Skip(str(reason))
        if chosen == rejected:
            return Skip("chosen_equals_rejected")
        used = writer.count(asked, tools)
        if used >= length:
            return Skip("prompt_too_long", truncated=True)
        longest = max(count_tokens(tokenizer, said_text(answer)) for answer in (chosen, rejected))
        values = {"prompt": asked, "chosen": chosen, "rejected": rejected, TOOLS: tools or None}
        return Example(values, truncated=used + longest + 1 > length)

    wanted = [columns.prompt, columns.chosen, columns.rejected, *writer.columns()]
    schema = writer.features(["prompt", "chosen", "rejected"])
    return prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)

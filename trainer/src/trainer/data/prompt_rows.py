"""Prompts that a model answers while it is trained, with what stands beside them."""

from __future__ import annotations

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from trainer.contracts.training import DistillationRequest, ReinforcementRequest
from trainer.data.conversations import conversation_text, read_conversation
from trainer.data.prepare_rows import Example, PreparedRows, Skip, prepare_rows
from trainer.data.read_rows import Row, to_text
from trainer.data.write_prompt import UnusableCell, open_prompts
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
    column, writer = request.columns.prompt, open_prompts(request, tokenizer)

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        answer = to_text(row[answer_column]) if answer_column is not None else ""
        tools = writer.tools_of(row)
        try:
            asked = writer.prompt(row[column], tools)
        except UnusableCell as reason:
            return Skip(str(reason))
        if answer is None:
            return Skip("null_value")
        if writer.count(asked, tools) > room:
            return Skip("prompt_too_long")
        conversation = read_conversation(row[column]) if writer.chats else None
        question = conversation_text(conversation) if conversation else to_text(row[column])
        return Example({"prompt": asked, "question": question, "answer": answer})

    wanted = [column, *([answer_column] if answer_column is not None else []), *writer.columns()]
    schema = writer.features(["prompt"], question="string", answer="string")
    return prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)

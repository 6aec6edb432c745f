"""
Trains a reward model: one number for a prompt with an answer. From pairs, by the Bradley-Terry loss of TRL's reward
trainer (Ouyang et al., arXiv 2203.02155), with the margin of Llama 2 (arXiv 2307.09288, 3.2.2) where both answers have
scores; or from scores alone, by the squared error.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from transformers import DataCollatorWithPadding, EvalPrediction, Trainer, TrainingArguments
from trl.trainer.reward_config import RewardConfig
from trl.trainer.reward_trainer import RewardTrainer

from trainer.contracts.training import RewardModelRequest, RewardPairColumns, RewardScoreColumns
from trainer.data.conversations import conversation_text, read_conversation
from trainer.data.prepare_rows import Example, Skip, prepare_rows
from trainer.data.read_rows import Row, read_number, reason_to_skip, to_text
from trainer.data.write_prompt import after_prompt
from trainer.models.head import head_arguments, read_with_head
from trainer.models.load_model import LoadedModel
from trainer.models.save_model import write_model
from trainer.training.adapt_model import adapt_model
from trainer.training.load_base import fit_length, load_base
from trainer.training.make_arguments import Measure, StopsAtNan, make_adapter, make_arguments, make_callbacks
from trainer.training.train_model import Built, Workplace

LABEL = "reward"
IDS = pa.list_(pa.int32())


class _PairTrainer(StopsAtNan, RewardTrainer):
    pass


class _ScoreTrainer(StopsAtNan, Trainer):
    pass


def reward_model(request: RewardModelRequest, place: Workplace) -> Built:
    loaded = load_base(request, place, read_with_head(head_arguments([LABEL])))
    loaded.model.config.pad_token_id = loaded.tokenizer.pad_token_id
    length = fit_length(request, loaded.model, place)
    if isinstance(request.columns, RewardPairColumns):
        return _from_pairs(request, request.columns, loaded, length, place)
    return _from_scores(request, request.columns, loaded, length, place)


def _from_pairs(
    request: RewardModelRequest, columns: RewardPairColumns, loaded: LoadedModel, length: int, place: Workplace
) -> Built:
    scores = [name for name in (columns.chosen_score, columns.rejected_score) if name is not None]
    has_margin = len(scores) == 2

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        prompt, chosen, rejected = _texts_of(row, columns.prompt, columns.chosen, columns.rejected)
        code = reason_to_skip(prompt, chosen, rejected)
        if code is not None:
            return Skip(code)
        if chosen == rejected:
            return Skip("chosen_equals_rejected")
        values: dict[str, Any] = {
            f"{name}_ids": _encode(loaded, prompt, answer, request)
            for name, answer in (("chosen", chosen), ("rejected", rejected))
        }
        if max(len(ids) for ids in values.values()) > length:
            return Skip("too_long")
        if has_margin:
            best, worst = (read_number(row[name]) for name in scores)
            if best is None or worst is None:
                return Skip("score_missing")
            if best < worst:
                return Skip("chosen_scores_less")
            values["margin"] = best - worst
        return Example(values)

    wanted = [columns.prompt, columns.chosen, columns.rejected, *(scores if has_margin else [])]
    margin = [("margin", pa.float32())] if has_margin else []
    schema = pa.schema([("chosen_ids", IDS), ("rejected_ids", IDS), *margin])
    rows = prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)
    args = make_arguments(RewardConfig, request, place, rows, Measure("eval_accuracy", True), max_length=None)
    trainer = _PairTrainer(
        model=loaded.model,
        args=args,
        train_dataset=rows.train,
        eval_dataset=rows.validation,
        processing_class=loaded.tokenizer,
        peft_config=make_adapter(request, "SEQ_CLS"),
        callbacks=make_callbacks(request, place, rows),
    )
    return Built(trainer, rows, lambda folder: write_model(folder, trainer.model, loaded.tokenizer, request), [LABEL])


def _from_scores(
    request: RewardModelRequest, columns: RewardScoreColumns, loaded: LoadedModel, length: int, place: Workplace
) -> Built:
    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        prompt, answer = _texts_of(row, columns.prompt, columns.completion)
        score = read_number(row[columns.score])
        code = reason_to_skip(prompt, answer) or (None if score is not None else "score_missing")
        if code is not None:
            return Skip(code)
        ids = _encode(loaded, prompt, answer, request)
        return Skip("too_long") if len(ids) > length else Example({"input_ids": ids, "labels": score})

    wanted = [columns.prompt, columns.completion, columns.score]
    schema = pa.schema([("input_ids", IDS), ("labels", pa.float32())])
    rows = prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)
    args = make_arguments(TrainingArguments, request, place, rows, Measure("eval_mse", False))
    trainer = _ScoreTrainer(
        model=adapt_model(loaded.model, request, "SEQ_CLS"),
        args=args,
        train_dataset=rows.train,
        eval_dataset=rows.validation,
        processing_class=loaded.tokenizer,
        data_collator=DataCollatorWithPadding(loaded.tokenizer),
        compute_metrics=_measure_scores,
        callbacks=make_callbacks(request, place, rows),
    )
    return Built(trainer, rows, lambda folder: write_model(folder, trainer.model, loaded.tokenizer, request), [LABEL])


def _texts_of(row: Row, prompt: str, *answers: str) -> list[str | None]:
    """Prompt and answers as the text that is scored; of a conversation what is said, and by whom where it is more."""
    asked = read_conversation(row[prompt])
    texts = [conversation_text(asked) if asked else to_text(row[prompt])]
    for name in answers:
        said = read_conversation(row[name])
        reply = said and (after_prompt(said, asked or [{"role": "user", "content": texts[0]}]) or said)
        texts.append(conversation_text(reply) if reply else to_text(row[name]))
    return texts


def _encode(loaded: LoadedModel, prompt: str | None, answer: str | None, request: RewardModelRequest) -> list[int]:
    """As the text is encoded when the model is served, so that its scores are those it was trained to give."""
    return list(loaded.tokenizer(f"{prompt}{request.separator}{answer}")["input_ids"])  # pyright: ignore


def _measure_scores(prediction: EvalPrediction) -> dict[str, float]:
    error = np.asarray(prediction.predictions).reshape(-1) - np.asarray(prediction.label_ids).reshape(-1)
    return {"mse": float(np.mean(error**2))}

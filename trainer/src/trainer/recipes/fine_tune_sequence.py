"""Fine-tunes an encoder with a decoder (T5, BART) to write an answer to a text, top to bottom."""

from __future__ import annotations

import pyarrow as pa
from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

from trainer.contracts.training import SequenceRequest
from trainer.data.prepare_rows import Example, Skip, prepare_rows
from trainer.data.read_rows import Row, reason_to_skip, to_text
from trainer.errors import TrainingFailed
from trainer.models.save_model import write_model
from trainer.training.adapt_model import adapt_model
from trainer.training.load_base import fit_length, load_base
from trainer.training.make_arguments import LOSS, StopsAtNan, make_arguments, make_callbacks
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import WriteSamples, samples_of_tokens

IDS = pa.list_(pa.int32())
SCHEMA = pa.schema([("input_ids", IDS), ("labels", IDS)])


class _Trainer(StopsAtNan, Seq2SeqTrainer):
    pass


def fine_tune_sequence(request: SequenceRequest, place: Workplace) -> Built:
    loaded = load_base(request, place)
    if not getattr(loaded.model.config, "is_encoder_decoder", False):
        raise TrainingFailed(
            "training_setting_unfit",
            "the base model has no encoder. Choose a sequence-to-sequence model such as T5, or a fine-tune of a "
            "causal model.",
        )
    tokenizer, length, columns = loaded.tokenizer, fit_length(request, loaded.model, place), request.columns
    end = tokenizer.eos_token_id

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        prompt, completion = to_text(row[columns.prompt]), to_text(row[columns.completion])
        code = reason_to_skip(prompt, completion)
        if code is not None:
            return Skip(code)
        ids: list[int] = list(tokenizer(prompt or "")["input_ids"])  # pyright: ignore[reportArgumentType]
        labels: list[int] = list(tokenizer(text_target=completion)["input_ids"])  # pyright: ignore
        if labels[-1:] != [end]:
            labels.append(end)  # pyright: ignore[reportArgumentType]
        values = {"input_ids": ids[:length], "labels": labels[:length]}
        return Example(values, truncated=max(len(ids), len(labels)) > length)

    wanted = [columns.prompt, columns.completion]
    rows = prepare_rows(request, wanted, SCHEMA, make_example, place.data_folder, place.folder, place.progress)
    model = adapt_model(loaded.model, request, "SEQ_2_SEQ_LM")
    samples = WriteSamples(samples_of_tokens(rows.validation, tokenizer), tokenizer, place.reporter)
    trainer = _Trainer(
        model=model,
        args=make_arguments(Seq2SeqTrainingArguments, request, place, rows, LOSS, prediction_loss_only=True),
        train_dataset=rows.train,
        eval_dataset=rows.validation,  # pyright: ignore[reportArgumentType]
        processing_class=tokenizer,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model),
        callbacks=make_callbacks(request, place, rows, samples, is_likelihood=True),
    )
    return Built(trainer, rows, lambda folder: write_model(folder, trainer.model, tokenizer, request))

"""Fine-tunes a causal language model on prompts and answers or on conversations, top to bottom."""

from __future__ import annotations

import pyarrow as pa
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from trainer.contracts.training import FineTuneRequest
from trainer.data.chat_examples import read_examples
from trainer.data.prepare_rows import Example, Skip, prepare_rows
from trainer.data.read_rows import Row
from trainer.data.tokenise_example import IGNORED
from trainer.training.build_generator import build_generator
from trainer.training.load_base import fit_length, load_generator
from trainer.training.make_arguments import LOSS, StopsAtNan, make_arguments
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import samples_of_tokens

SCHEMA = pa.schema([("input_ids", pa.list_(pa.int32())), ("labels", pa.list_(pa.int32()))])


class _Trainer(StopsAtNan, SFTTrainer):
    pass


def fine_tune_causal(request: FineTuneRequest, place: Workplace) -> Built:
    loaded = load_generator(request, request, place)
    tokenizer, length = loaded.tokenizer, fit_length(request, loaded.model, place)
    wanted, read_example = read_examples(request, tokenizer)

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        example = read_example(row)
        if isinstance(example, str):
            return Skip(example)
        ids, labels = example
        cut_ids, cut_labels = ids[:length], labels[:length]
        # The first token has nothing before it to be predicted from, so it alone gives no loss.
        if all(label == IGNORED for label in cut_labels[1:]):
            return Skip("nothing_left_after_truncation", truncated=len(ids) > length)
        return Example({"input_ids": cut_ids, "labels": cut_labels}, truncated=len(ids) > length)

    rows = prepare_rows(request, wanted, SCHEMA, make_example, place.data_folder, place.folder, place.progress)
    args = make_arguments(
        SFTConfig,
        request,
        place,
        rows,
        LOSS,
        # Rows are cut already; where they are packed it is the length of a pack.
        max_length=length if request.packing else None,
        packing=request.packing,
        # Other strategies keep packed rows apart by an attention that only some GPUs have.
        packing_strategy="wrapped",
        eval_packing=False,
        neftune_noise_alpha=request.neftune_alpha,
        prediction_loss_only=True,
    )
    # A model in shards writes nothing: each word would have to be put together from all devices.
    shown = None if request.devices > 1 and request.spread == "fsdp" else rows.validation
    samples = samples_of_tokens(shown, tokenizer)
    return build_generator(_Trainer, request, place, loaded, rows, args, samples, is_likelihood=True)

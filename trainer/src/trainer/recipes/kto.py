"""
Kahneman-Tversky optimisation (Ethayarajh et al., arXiv 2402.01306): learns from single answers, each said to be wanted
or not, where there are no pairs.
"""

from __future__ import annotations

from trl.trainer.kto_config import KTOConfig
from trl.trainer.kto_trainer import KTOTrainer

from trainer.contracts.training import KtoRequest
from trainer.data.prepare_rows import Example, Skip, prepare_rows
from trainer.data.read_rows import Row
from trainer.data.write_prompt import TOOLS, UnusableCell, count_tokens, open_prompts, said_text
from trainer.errors import TrainingFailed
from trainer.training.build_generator import build_generator
from trainer.training.load_base import fit_length, load_generator
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import samples_of_prompts

WANTED = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}


class _Trainer(StopsAtNan, KTOTrainer):
    pass


def kto(request: KtoRequest, place: Workplace) -> Built:
    if request.loss == "kto" and place.batch_size == 1:
        raise TrainingFailed(
            "training_setting_unfit",
            "the KTO loss compares the answers of a batch, so a batch holds two rows at least. Raise the batch size, "
            "or choose the loss that needs no others (apo_zero_unpaired).",
        )
    loaded = load_generator(request, request, place)
    tokenizer, length, columns = loaded.tokenizer, fit_length(request, loaded.model, place), request.columns
    writer = open_prompts(request, tokenizer, hands_on_tools=True)

    def make_example(row: Row, _is_train: bool) -> Example | Skip:
        tools = writer.tools_of(row)
        try:
            asked = writer.prompt(row[columns.prompt], tools)
            answer = writer.answer(row[columns.completion], asked, row[columns.prompt])
        except UnusableCell as reason:
            return Skip(str(reason))
        label = WANTED.get(str(row[columns.label]).strip().lower())
        if label is None:
            return Skip("label_is_not_yes_or_no")
        used = writer.count(asked, tools)
        if used >= length:
            return Skip("prompt_too_long", truncated=True)
        values = {"prompt": asked, "completion": answer, "label": label, TOOLS: tools or None}
        return Example(values, truncated=used + count_tokens(tokenizer, said_text(answer)) + 1 > length)

    wanted = [columns.prompt, columns.completion, columns.label, *writer.columns()]
    schema = writer.features(["prompt", "completion"], label="bool")
    rows = prepare_rows(request, wanted, schema, make_example, place.data_folder, place.folder, place.progress)
    args = make_arguments(
        KTOConfig,
        request,
        place,
        rows,
        Measure("eval_rewards/margins", True),
        max_length=length,
        beta=request.beta,
        loss_type=request.loss,
        desirable_weight=request.wanted_weight,
        undesirable_weight=request.unwanted_weight,
    )
    samples = samples_of_prompts(rows.validation, tokenizer, "completion")
    return build_generator(_Trainer, request, place, loaded, rows, args, samples)

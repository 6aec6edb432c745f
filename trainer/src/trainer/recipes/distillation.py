"""
On-policy distillation (Agarwal et al., arXiv 2306.13649): the student writes, and learns the teacher's probabilities of
every token of it. Both need the same vocabulary.
"""

from __future__ import annotations

from trl.trainer.distillation_config import DistillationConfig
from trl.trainer.distillation_trainer import DistillationTrainer

from trainer.contracts.training import DistillationRequest
from trainer.data.prompt_rows import prepare_prompts
from trainer.errors import TrainingFailed
from trainer.training.build_generator import build_generator
from trainer.training.load_base import load_frozen, load_generator
from trainer.training.make_arguments import LOSS, StopsAtNan, make_arguments
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import samples_of_prompts


class _Trainer(StopsAtNan, DistillationTrainer):
    pass


def distillation(request: DistillationRequest, place: Workplace) -> Built:
    loaded = load_generator(request, request, place)
    teacher = load_frozen(request.teacher, place)
    if teacher.tokenizer.get_vocab() != loaded.tokenizer.get_vocab():
        raise TrainingFailed(
            "training_setting_unfit",
            "teacher and student have different vocabularies, so the probabilities of one say nothing to the other. "
            "Choose two models of one family, or fine-tune the student on the teacher's answers.",
        )
    rows = prepare_prompts(request, None, loaded.tokenizer, loaded.model, place)
    args = make_arguments(
        DistillationConfig,
        request,
        place,
        rows,
        LOSS,
        max_completion_length=request.max_new_tokens,
        temperature=request.temperature,
        beta=request.beta,
    )
    samples = samples_of_prompts(rows.validation, loaded.tokenizer, None)
    return build_generator(_Trainer, request, place, loaded, rows, args, samples, teacher_model=teacher.model)

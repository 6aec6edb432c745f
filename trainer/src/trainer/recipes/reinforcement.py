"""
Reinforcement learning from rewards: the model writes several replies to each prompt and learns from how their rewards
differ, by group relative policy optimisation (Shao et al., arXiv 2402.03300), REINFORCE leave-one-out (Ahmadian et
al., arXiv 2402.14740) or proximal policy optimisation, which learns what to expect of a reply beside it.
"""

from __future__ import annotations

from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer
from trl.trainer.rloo_config import RLOOConfig
from trl.trainer.rloo_trainer import RLOOTrainer

from trainer.contracts.training import ReinforcementRequest
from trainer.data.prompt_rows import prepare_prompts
from trainer.errors import TrainingFailed
from trainer.rewards.make_rewards import list_rewards, make_rewards, reads_answers
from trainer.training.build_generator import build_generator
from trainer.training.keeps_replies import KeepsReplies
from trainer.training.load_base import load_generator
from trainer.training.make_arguments import Measure, StopsAtNan, make_arguments
from trainer.training.ppo_trainer import PpoConfig, PpoTrainer
from trainer.training.train_model import Built, Workplace
from trainer.training.write_samples import samples_of_prompts


class _GrpoTrainer(StopsAtNan, KeepsReplies, GRPOTrainer):
    pass


class _RlooTrainer(StopsAtNan, KeepsReplies, RLOOTrainer):
    pass


class _PpoTrainer(StopsAtNan, PpoTrainer):
    pass


_ALGORITHMS = {"grpo": (GRPOConfig, _GrpoTrainer), "rloo": (RLOOConfig, _RlooTrainer), "ppo": (PpoConfig, _PpoTrainer)}


def reinforcement(request: ReinforcementRequest, place: Workplace) -> Built:
    effective = request.batch_size * request.gradient_accumulation
    if effective % request.replies:
        raise TrainingFailed(
            "training_setting_unfit",
            f"a step of {effective} replies (batch size times gradient accumulation) cannot hold groups of "
            f"{request.replies}. Choose a multiple.",
        )
    loaded = load_generator(request, request, place)
    answers = request.columns.answer if reads_answers(request) else None
    rows = prepare_prompts(request, answers, loaded.tokenizer, loaded.model, place)
    kind, trainer_kind = _ALGORITHMS[request.algorithm]
    args = make_arguments(
        kind,
        request,
        place,
        rows,
        Measure("eval_reward", True),
        num_generations=request.replies,
        # Whole groups, whatever the memory holds of training.
        per_device_eval_batch_size=request.replies * max(1, place.batch_size // request.replies),
        max_completion_length=request.max_new_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        beta=request.beta,
        reward_weights=[weighted.weight for weighted in list_rewards(request)],
        # The reward reads the other columns.
        remove_unused_columns=False,
    )
    samples = samples_of_prompts(rows.validation, loaded.tokenizer, "answer" if answers else None)
    rewards = make_rewards(request, place)
    return build_generator(trainer_kind, request, place, loaded, rows, args, samples, reward_funcs=rewards)

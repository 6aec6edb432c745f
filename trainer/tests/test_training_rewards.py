"""Models that learn from rewards, and from a teacher."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from aiohttp import web

from conftest import NO_CHECKPOINTS, PLAIN, SENTENCES, RecordingReporter, save_tiny_model
from trainer.errors import TrainingFailed

TrainRecipe = Callable[..., Any]
SETTINGS: dict[str, Any] = {
    **PLAIN,
    "columns": {"prompt": "prompt", "answer": None},
    "reward": {"kind": "pattern", "pattern": "[aeiou]"},
    "algorithm": "grpo",
    "replies": 8,
    "maxNewTokens": 6,
    "temperature": 1,
    "topP": 1,
    "beta": 0,
    "batchSize": 32,
    "maxSteps": 15,
    "learningRate": 1e-2,
    "scheduler": "constant",
}
PROMPTS = {"prompt": [f"Say {index}:" for index in range(16)]}


def rewards_of(reporter: RecordingReporter) -> tuple[float, float]:
    """Mean reward of the first and of the last steps."""
    rewards = reporter.values("reward")
    return mean(rewards[:3]), mean(rewards[-3:])


@pytest.mark.parametrize("algorithm", ["grpo", "rloo", "ppo"])
def test_the_reward_of_a_rule_rises(train_recipe: TrainRecipe, algorithm: str) -> None:
    reporter = RecordingReporter()
    # PPO takes four steps upon each batch of replies.
    steps = 60 if algorithm == "ppo" else 15
    train_recipe("reinforcement", reporter, PROMPTS, **{**SETTINGS, "algorithm": algorithm, "maxSteps": steps})
    first, last = rewards_of(reporter)
    assert last > first + 0.3


def test_advantages_tell_how_much_better_than_expected_a_token_was() -> None:
    import torch

    from trainer.training.ppo_trainer import estimate_advantages

    rewards = torch.tensor([[0.0, 1.0, 0.0], [2.0, 9.0, 9.0]])
    values = torch.tensor([[0.5, 0.25, 9.0], [1.0, 9.0, 9.0]])
    mask = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    # By hand: the last token's 1 - 0.25; the first's 0 + 0.9 * 0.25 - 0.5, and 0.9 * 0.8 of the last's.
    expected = torch.tensor([[0.265, 0.75, 0.0], [1.0, 0.0, 0.0]])
    assert torch.allclose(estimate_advantages(rewards, values, mask, gamma=0.9, lam=0.8), expected)
    # Undiscounted and untrusting of the values: what was rewarded from here on, less what was expected.
    rewarded = torch.tensor([[0.5, 0.75, 0.0], [1.0, 0.0, 0.0]])
    assert torch.allclose(estimate_advantages(rewards, values, mask, gamma=1, lam=1), rewarded)


def test_what_ppo_learns_to_expect_is_no_part_of_the_model(
    train_recipe: TrainRecipe, data_folder: Path, tiny_model: Path
) -> None:
    from safetensors.torch import load_file

    changes = {"algorithm": "ppo", "beta": 0.05, "maxSteps": 8, "method": {"kind": "full"}, "validationFraction": 0.25}
    reporter = RecordingReporter()
    result = train_recipe("reinforcement", reporter, PROMPTS, **{**SETTINGS, **changes, "evaluateEverySteps": 4})
    saved = load_file(data_folder / result.folder / "model.safetensors")
    assert saved.keys() == load_file(tiny_model / "model.safetensors").keys()
    assert result.parameters == sum(tensor.numel() for tensor in saved.values())
    assert "reward" in result.measures
    # What it expects comes nearer to what it gets.
    errors = reporter.values("value_loss")
    assert errors[-1] < errors[0]
    distances = reporter.values("kl")
    assert abs(distances[0]) < 1e-5 < max(map(abs, distances))
    lora = {**changes, "method": {"kind": "lora", "rank": 4, "alpha": 8, "dropout": 0}, "modelId": "adapter"}
    reporter = RecordingReporter()
    result = train_recipe("reinforcement", reporter, PROMPTS, **{**SETTINGS, **lora, "maxSteps": 40})
    saved = load_file(data_folder / result.folder / "adapter_model.safetensors")
    assert not [name for name in saved if "value_head" in name]
    errors = reporter.values("value_loss")
    assert errors[-1] < errors[0]


def test_the_reward_of_a_trained_reward_model_rises(train_recipe: TrainRecipe) -> None:
    pairs = {
        "prompt": [f"Say {index}:" for index in range(24)],
        "chosen": ["aaaa eeee"] * 24,
        "rejected": ["zzzz qqqq", "...", "1 2 3"] * 8,
    }
    columns = {
        "kind": "pairs", "prompt": "prompt", "chosen": "chosen", "rejected": "rejected",
        "chosenScore": None, "rejectedScore": None,
    }  # fmt: skip
    train_recipe("reward-model", RecordingReporter(), pairs, columns=columns, separator=" ", epochs=4, modelId="judge")
    reporter = RecordingReporter()
    reward = {"kind": "model", "model": {"kind": "trained", "id": "judge", "folder": "models/judge"}}
    train_recipe("reinforcement", reporter, PROMPTS, **{**SETTINGS, "reward": reward})
    first, last = rewards_of(reporter)
    assert last > first + 0.3


def test_a_right_answer_is_rewarded(train_recipe: TrainRecipe) -> None:
    from trainer.rewards.check_reply import compare_answer, compile_pattern, find_pattern

    boxed = compile_pattern(r"\\boxed\{(.*?)\}")
    assert compare_answer(boxed, r"First \boxed{41}, no, \boxed{42}.", "42") == 1
    assert compare_answer(boxed, "42", "42") == 0
    assert compare_answer(None, "  The  Sun ", "the sun") == 1
    assert find_pattern(compile_pattern("(?i)SUN"), "the sun") == 1
    with pytest.raises(TrainingFailed):
        find_pattern(compile_pattern(r"(a|aa)+$"), "a" * 60 + "!")
    with pytest.raises(TrainingFailed):
        compile_pattern("(")
    # Of random replies none is right, and none is called so.
    reporter = RecordingReporter()
    table = {**PROMPTS, "answer": ["a long right answer"] * 15 + [None]}
    changes = {**SETTINGS, "columns": {"prompt": "prompt", "answer": "answer"}, "maxSteps": 1}
    result = train_recipe(
        "reinforcement", reporter, table, **{**changes, "reward": {"kind": "answer", "pattern": None}}
    )
    assert reporter.values("reward") == [0]
    assert [(row.row, row.code) for row in result.skipped.rows] == [(15, "null_value")]


class Judge:
    """Speaks the route of the model server that a judge is asked by; scores by the share of vowels in the reply."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.unreadable = 0
        self.status = 200
        self._loop = asyncio.new_event_loop()
        self.port = 0
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        started.wait(10)

    def _serve(self, started: threading.Event) -> None:
        async def start() -> None:
            app = web.Application()
            app.router.add_post("/v1/chat/completions", self._answer)
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = runner.addresses[0][1]
            started.set()

        self._loop.run_until_complete(start())
        self._loop.run_forever()

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append({**body, "authorization": request.headers["Authorization"]})
        if self.status != 200:
            return web.json_response({"error": {"message": "no such model"}}, status=self.status)
        reply = body["messages"][0]["content"].rpartition("reply: ")[2]
        score = sum(letter in "aeiou" for letter in reply)
        text = "I cannot say." if self.unreadable and len(self.asked) <= self.unreadable else f"Score: {score}/10"
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": text}}]})

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    judge = Judge()
    monkeypatch.setenv("TRAINER_SERVER_URL", f"http://127.0.0.1:{judge.port}")
    monkeypatch.setenv("TRAINER_SERVER_TOKEN", "secret")
    yield judge
    judge.stop()


def test_the_reward_of_a_judge_rises_and_its_failures_are_told(train_recipe: TrainRecipe, judge: Judge) -> None:
    reward = {"kind": "judge", "model": {"kind": "builtin"}, "instruction": "Count. prompt: {prompt} reply: {reply}"}
    judge.unreadable = 2
    reporter = RecordingReporter()
    train_recipe("reinforcement", reporter, PROMPTS, **{**SETTINGS, "reward": reward})
    first, last = rewards_of(reporter)
    assert last > first + 0.3
    assert judge.asked[0]["authorization"] == "Bearer secret"
    assert judge.asked[0]["messages"][0]["content"].startswith("Count. prompt: Say ")
    assert "judge_gave_no_number" in reporter.notes()
    judge.status = 404
    with pytest.raises(TrainingFailed) as failure:
        train_recipe("reinforcement", RecordingReporter(), PROMPTS, **{**SETTINGS, "reward": reward, "modelId": "b"})
    assert "no such model" in failure.value.error.message


def test_what_cannot_be_compared_is_told(train_recipe: TrainRecipe) -> None:
    for changes in ({"replies": 3}, {"reward": {"kind": "model", "model": {"kind": "builtin"}}}):
        with pytest.raises(TrainingFailed) as failure:
            train_recipe("reinforcement", RecordingReporter(), PROMPTS, **{**SETTINGS, **changes})
        assert failure.value.error.code == "training_setting_unfit"


def test_a_student_comes_nearer_to_its_teacher(train_recipe: TrainRecipe, train: Callable[..., Any]) -> None:
    rows: Any = [(f"Say {index % 6}:", f" {SENTENCES[index % 6]}") for index in range(24)]
    train(RecordingReporter(), rows=rows, epochs=15, modelId="teacher", **NO_CHECKPOINTS)
    reporter = RecordingReporter()
    table = {"prompt": [f"Say {index % 6}:" for index in range(24)]}
    changes: dict[str, Any] = {
        **PLAIN,
        "columns": {"prompt": "prompt"},
        "teacher": {"kind": "trained", "id": "teacher", "folder": "models/teacher"},
        "maxNewTokens": 12,
        "temperature": 1,
        "beta": 0.5,
    }
    train_recipe("distillation", reporter, table, **changes, **NO_CHECKPOINTS, epochs=8, scheduler="constant")
    assert mean(reporter.losses()[-3:]) < mean(reporter.losses()[:3]) / 2


def test_a_teacher_of_another_vocabulary_is_refused(train_recipe: TrainRecipe, data_folder: Path) -> None:
    from transformers import AutoTokenizer

    save_tiny_model(data_folder / "other")
    tokenizer = AutoTokenizer.from_pretrained(str(data_folder / "other"))
    tokenizer.add_tokens(["<new>"])
    tokenizer.save_pretrained(str(data_folder / "other"))
    with pytest.raises(TrainingFailed) as failure:
        train_recipe(
            "distillation", RecordingReporter(), PROMPTS, **PLAIN, columns={"prompt": "prompt"},
            teacher={"kind": "folder", "path": "other"}, maxNewTokens=4, temperature=1, beta=0.5,
        )  # fmt: skip
    assert "different vocabularies" in failure.value.error.message

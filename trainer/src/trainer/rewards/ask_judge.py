"""Rewards by a judge: a model of this machine's own server, asked over its OpenAI-compatible route."""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from trainer.contracts.rewards import JudgeReward
from trainer.errors import TrainingFailed
from trainer.models.model_name import write_source
from trainer.rewards.written import Score, Written

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# What the server batches together.
AT_ONCE = 16
REPLY_TOKENS = 64
SECONDS = 300


def ask_judge(reward: JudgeReward) -> Score:
    """The first number of the judge's reply. A reply without one gives no reward."""
    url, token = os.environ.get("TRAINER_SERVER_URL"), os.environ.get("TRAINER_SERVER_TOKEN", "")
    if not url:
        raise TrainingFailed(
            "training_setting_unfit", "a judge needs the model server of the trainer, which is not up."
        )
    name = write_source(reward.model)

    def ask(pair: tuple[str, str]) -> float | None:
        question, reply = pair
        # In one pass, so that braces within either are not filled again.
        filled = {"{prompt}": question, "{reply}": reply}
        text = re.sub(r"\{prompt\}|\{reply\}", lambda found: filled[found[0]], reward.instruction)
        said = NUMBER.search(_complete(url, token, name, text))
        return None if said is None else float(said[0])

    def score(written: Written) -> list[float | None]:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(ask, zip(written.questions, written.replies, strict=True)))

    return score


def _complete(url: str, token: str, model: str, text: str) -> str:
    body = {
        "model": model, "messages": [{"role": "user", "content": text}], "max_tokens": REPLY_TOKENS, "temperature": 0
    }  # fmt: skip
    request = urllib.request.Request(
        f"{url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)["choices"][0]["message"]["content"] or ""
    except urllib.error.HTTPError as error:
        detail = error.read().decode("utf-8", "replace")[:500]
        raise TrainingFailed("training_setting_unfit", f"the judge {model} does not answer: {detail}") from error
    except (urllib.error.URLError, TimeoutError) as error:
        raise TrainingFailed("training_setting_unfit", f"the judge {model} cannot be reached: {error}") from error

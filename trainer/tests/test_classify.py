"""Label scores of tiny random classifiers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from model_server import Post, settings_for, with_post
from trainer.settings import Settings

TEXTS = ["The cat sees the sun.", "a", "The dog likes the sea. The bird sees the sun."]
LABELS = {0: "joy", 1: "anger", 2: "fear"}


def save_classifier(folder: Path, tokenizer_folder: Path, **changes: Any) -> None:  # noqa: ANN401
    tokenizer = AutoTokenizer.from_pretrained(str(tokenizer_folder))
    tokenizer.model_max_length = 64
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        pad_token_id=0,
        **{"id2label": LABELS, "label2id": {name: place for place, name in LABELS.items()}, **changes},
    )
    BertForSequenceClassification(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))


def own_logits(folder: Path, adapter: Path | None = None) -> torch.Tensor:
    """One text at a time, so without any padding."""
    from peft import PeftModel

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    model = BertForSequenceClassification.from_pretrained(str(folder))
    if adapter:
        model = PeftModel.from_pretrained(model, str(adapter))
    model.eval()
    with torch.inference_mode():
        return torch.cat([model(**tokenizer(text, return_tensors="pt")).logits for text in TEXTS])


def scores_of(answer: tuple[int, dict[str, Any]]) -> torch.Tensor:
    status, body = answer
    assert status == 200, body
    assert all(list(one) == list(LABELS.values()) for one in body["data"])
    return torch.tensor([list(one.values()) for one in body["data"]])


@pytest.fixture
def settings(data_folder: Path, tiny_model: Path) -> Settings:
    return settings_for(data_folder, tiny_model)


def test_scores_of_all_labels(settings: Settings, tiny_model: Path, tmp_path: Path) -> None:
    kinds: dict[str, Any] = {"one": None, "many": "multi_label_classification", "value": "regression"}
    for name, kind in kinds.items():
        save_classifier(tmp_path / name, tiny_model, problem_type=kind)

    async def scenario(post: Post) -> None:
        softmax = scores_of(await post(model=f"folder:{tmp_path}/one", input=TEXTS))
        assert torch.allclose(softmax, own_logits(tmp_path / "one").softmax(-1), atol=1e-5)
        assert torch.allclose(softmax.sum(-1), torch.ones(3), atol=1e-5)
        sigmoid = scores_of(await post(model=f"folder:{tmp_path}/many", input=TEXTS))
        assert torch.allclose(sigmoid, own_logits(tmp_path / "many").sigmoid(), atol=1e-5)
        values = scores_of(await post(model=f"folder:{tmp_path}/value", input=TEXTS))
        assert torch.allclose(values, own_logits(tmp_path / "value"), atol=1e-5)

    with_post(settings, "/v1/classify", scenario)


def test_an_adapter_is_put_upon_its_base(settings: Settings, tiny_model: Path, tmp_path: Path) -> None:
    from peft import LoraConfig, TaskType, get_peft_model

    save_classifier(tmp_path / "base", tiny_model)
    adapted = get_peft_model(
        BertForSequenceClassification.from_pretrained(str(tmp_path / "base")),
        LoraConfig(task_type=TaskType.SEQ_CLS, target_modules=["query"], init_lora_weights=False),
    )
    torch.nn.init.normal_(adapted.base_model.model.classifier.modules_to_save["default"].weight)  # pyright: ignore
    adapted.save_pretrained(str(tmp_path / "adapter"))

    async def scenario(post: Post) -> None:
        model = f"folder:{tmp_path}/base?adapter=folder:{tmp_path}/adapter"
        scores = scores_of(await post(model=model, input=TEXTS))
        assert torch.allclose(scores, own_logits(tmp_path / "base", tmp_path / "adapter").softmax(-1), atol=1e-4)
        assert not torch.allclose(scores, own_logits(tmp_path / "base").softmax(-1), atol=1e-3)
        status, body = await post(model=f"folder:{tmp_path}/base?adapter=folder:{tmp_path}/base", input=TEXTS)
        assert (status, body["error"]["code"]) == (404, "model_not_found")
        assert "cannot be loaded as an adapter" in body["error"]["message"]

    with_post(settings, "/v1/classify", scenario)


def test_what_cannot_be_classified_says_why(settings: Settings, tiny_model: Path, tmp_path: Path) -> None:
    save_classifier(tmp_path / "one", tiny_model)

    async def scenario(post: Post) -> None:
        # A language model has no head for labels; one made up at random would give scores all the same.
        status, body = await post(model="builtin", input=TEXTS)
        assert (status, body["error"]["code"]) == (422, "local_model_unusable")
        assert "not a trained sequence classifier" in body["error"]["message"]
        model, long = f"folder:{tmp_path}/one", "The cat sees. " * 40
        status, body = await post(model=model, input=["a", long])
        assert (status, body["error"]["code"]) == (400, "context_length_exceeded")
        cut = await post(model=model, input=["a", long], truncate=True)
        assert len(scores_of(cut)) == 2
        for wrong in ({"input": []}, {"input": "a"}, {"input": ["a"], "top_k": 3}):
            assert (await post(model=model, **wrong))[0] == 400

    with_post(settings, "/v1/classify", scenario)

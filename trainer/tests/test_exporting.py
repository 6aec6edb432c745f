"""What other programs make of an exported model: the same logits as the model that was exported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from model_server import Post, settings_for, with_post
from trainer.contracts.model_source import BuiltinSource, FolderSource, TrainedSource
from trainer.exporting.export_model import export_model
from trainer.exporting.export_request import ExportRefused, ExportRequest
from trainer.models.load_model import load_model
from trainer.models.save_model import RECORD

TEXTS = ["The cat sees the sun.", "The dog likes the sea, and the bird"]


@pytest.fixture
def adapter(tiny_model: Path, data_folder: Path) -> TrainedSource:
    """An adapter that changes what its base says, as a training leaves it."""
    from peft import LoraConfig, get_peft_model

    base = AutoModelForCausalLM.from_pretrained(str(tiny_model), dtype=torch.float32)
    model = get_peft_model(base, LoraConfig(r=4, task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"]))
    torch.manual_seed(1)
    for name, weights in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weights, std=0.3)
    folder = data_folder / "models" / "m1"
    model.save_pretrained(str(folder))
    AutoTokenizer.from_pretrained(str(tiny_model)).save_pretrained(str(folder))
    (folder / "base.json").write_text(json.dumps({"base": {"kind": "builtin"}}))
    (folder / RECORD).write_text(json.dumps({"request": {"format": "chat"}, "result": {}}))
    return TrainedSource(kind="trained", id="m1", folder="models/m1")


def _export(source: object, kind: str, place: tuple[Path, Path], precision: str = "float32") -> tuple[list[str], Path]:
    request = ExportRequest.model_validate(
        {"source": source, "format": kind, "precision": precision, "folder": f"tables/step/{kind}"}
    )
    return export_model(request, *place), place[0] / "tables" / "step" / kind


def _logits(
    source: TrainedSource | BuiltinSource, place: tuple[Path, Path]
) -> tuple[dict[str, torch.Tensor], np.ndarray]:
    loaded = load_model(source, *place, "cpu", torch.float32)
    loaded.tokenizer.padding_side = "left"
    batch = loaded.tokenizer(TEXTS, return_tensors="pt", padding=True)
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
    with torch.inference_mode():
        return inputs, loaded.model(**inputs).logits.numpy()


def _largest_difference(inputs: dict[str, torch.Tensor], one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other)[inputs["attention_mask"].numpy().astype(bool)].max())


def test_an_adapter_is_merged_into_its_base(adapter: TrainedSource, data_folder: Path, tiny_model: Path) -> None:
    place = (data_folder, tiny_model)
    names, folder = _export(adapter, "merged", place)
    assert {"config.json", "model.safetensors", "tokenizer.json", RECORD} <= set(names)
    assert "adapter_config.json" not in names
    inputs, wanted = _logits(adapter, place)
    base = _logits(BuiltinSource(kind="builtin"), place)[1]
    merged = AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32)
    with torch.inference_mode():
        found = merged(**inputs).logits.numpy()
    assert _largest_difference(inputs, found, wanted) < 1e-4
    assert _largest_difference(inputs, found, base) > 0.1
    # Its prompts are written as the training wrote them.
    assert load_model(FolderSource(kind="folder", path=str(folder)), *place, "cpu").format == "chat"


def test_precision_is_as_asked_or_as_the_base_names_it(
    adapter: TrainedSource, data_folder: Path, tiny_model: Path, tmp_path: Path
) -> None:
    base = tmp_path / "half"
    shutil.copytree(tiny_model, base)
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "dtype": "float16"}))

    def read(precision: str) -> str:
        folder = _export(adapter, "merged", (data_folder, base), precision)[1]
        return json.loads((folder / "config.json").read_text())["dtype"]

    assert read("bfloat16") == "bfloat16"
    assert read("auto") == "float16"


def test_onnx_runs_elsewhere_with_the_same_logits(adapter: TrainedSource, data_folder: Path, tiny_model: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    place = (data_folder, tiny_model)
    names, folder = _export(adapter, "onnx", place)
    assert {"model.onnx", "model.onnx.data", "config.json", "tokenizer.json"} <= set(names)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    inputs, wanted = _logits(adapter, place)
    (found,) = session.run(None, {name: values.numpy() for name, values in inputs.items()})
    assert _largest_difference(inputs, found, wanted) < 1e-4
    one = {name: values[1:2, :3].numpy() for name, values in inputs.items()}
    assert session.run(None, one)[0].shape == (1, 3, wanted.shape[2])


@pytest.mark.parametrize(("precision", "most"), [("float32", 1e-4), ("float16", 0.05)])
def test_gguf_is_read_elsewhere_with_the_same_logits(
    adapter: TrainedSource, data_folder: Path, tiny_model: Path, precision: str, most: float
) -> None:
    gguf = pytest.importorskip("gguf")
    place = (data_folder, tiny_model)
    names, folder = _export(adapter, "gguf", place, precision)
    assert "model.gguf" in names
    inputs, wanted = _logits(adapter, place)
    read = AutoModelForCausalLM.from_pretrained(str(folder), gguf_file="model.gguf", dtype=torch.float32)
    with torch.inference_mode():
        found = read(**inputs).logits.numpy()
    assert _largest_difference(inputs, found, wanted) < most
    fields = gguf.GGUFReader(str(folder / "model.gguf")).fields
    tokenizer = AutoTokenizer.from_pretrained(str(tiny_model))
    assert fields["tokenizer.ggml.pre"].contents() == "gpt-2"
    assert fields["tokenizer.ggml.eos_token_id"].contents() == tokenizer.eos_token_id
    assert fields["tokenizer.ggml.tokens"].contents() == tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    merges = json.loads((tiny_model / "tokenizer.json").read_text())["model"]["merges"]
    assert fields["tokenizer.ggml.merges"].contents() == [" ".join(pair) for pair in merges]


def test_what_cannot_be_written_is_refused_with_why(data_folder: Path, tiny_model: Path, tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    other = tmp_path / "other"
    shutil.copytree(tiny_model, other)
    config = json.loads((other / "config.json").read_text())
    config["rope_parameters"] = {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0}
    (other / "config.json").write_text(json.dumps(config))
    with pytest.raises(ExportRefused, match="Only plain Llamas"):
        _export({"kind": "folder", "path": str(other)}, "gguf", (data_folder, tiny_model))
    assert not (data_folder / "tables" / "step" / "gguf").exists()


def test_the_server_exports_in_a_process_of_its_own(
    adapter: TrainedSource, data_folder: Path, tiny_model: Path
) -> None:
    async def scenario(post: Post) -> None:
        body = {"source": adapter.model_dump(mode="json"), "format": "merged", "folder": "tables/s/files"}
        status, answer = await post(**body)
        assert status == 200
        assert "model.safetensors" in answer["files"]
        assert (data_folder / "tables" / "s" / "files" / "model.safetensors").is_file()
        status, answer = await post(**{**body, "source": {"kind": "trained", "id": "x", "folder": "models/x"}})
        assert (status, answer["error"]["code"]) == (422, "export_refused")
        assert "trained model x was not found" in answer["error"]["message"]
        status, answer = await post(**{**body, "folder": "../outside"})
        assert (status, answer["error"]["code"]) == (500, "export_failed")
        assert not (data_folder.parent / "outside").exists()

    with_post(settings_for(data_folder, tiny_model), "/v1/exports", scenario)

"""A Llama as a GGUF file, by the names and the writer of llama.cpp's own package."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import gguf  # pyright: ignore[reportMissingImports]
import torch

from trainer.exporting.export_request import ExportRefused
from trainer.models.load_model import LoadedModel

FILE_TYPES = {
    torch.float32: (gguf.LlamaFileType.ALL_F32, gguf.GGMLQuantizationType.F32),
    torch.float16: (gguf.LlamaFileType.MOSTLY_F16, gguf.GGMLQuantizationType.F16),
    torch.bfloat16: (gguf.LlamaFileType.MOSTLY_BF16, gguf.GGMLQuantizationType.BF16),
}
LLAMA_3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def write_gguf(loaded: LoadedModel, folder: Path, precision: torch.dtype) -> None:
    """Raises ExportRefused for another architecture or tokenizer than those whose names are sure."""
    config = loaded.model.config
    if config.model_type != "llama" or _rope(config)["rope_type"] != "default" or config.attention_bias:
        raise ExportRefused(f"Only plain Llamas are written as GGUF here, and this model is a {config.model_type}.")
    file_type, tensor_type = FILE_TYPES[precision]
    writer = gguf.GGUFWriter(str(folder / "model.gguf"), "llama")
    _write_settings(writer, config, file_type)
    _write_tokenizer(writer, loaded)
    _write_tensors(writer, loaded, tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _rope(config: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"rope_type": "default", "rope_theta": 10000.0, **(config.rope_parameters or {})}


def _write_settings(writer: Any, config: Any, file_type: Any) -> None:  # noqa: ANN401
    writer.add_file_type(file_type)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(_rope(config)["rope_theta"])
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_vocab_size(config.vocab_size)


def _write_tokenizer(writer: Any, loaded: LoadedModel) -> None:  # noqa: ANN401
    """Byte-level pairs, as llama.cpp knows them by the name of how they are split before."""
    tokenizer = loaded.tokenizer
    with tempfile.TemporaryDirectory() as place:
        tokenizer.save_pretrained(place)
        files = json.loads((Path(place) / "tokenizer.json").read_text("utf-8"))
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(_name_split(files))
        names = {number: token for token, number in tokenizer.get_vocab().items()}
        added = {number: token.special for number, token in tokenizer.added_tokens_decoder.items()}
        tokens, types = [], []
        for number in range(loaded.model.config.vocab_size):
            tokens.append(names.get(number, f"[PAD{number}]"))
            special = added.get(number)
            kind = gguf.TokenType.NORMAL if special is None else gguf.TokenType.USER_DEFINED
            types.append(gguf.TokenType.UNUSED if number not in names else gguf.TokenType.CONTROL if special else kind)
        writer.add_token_list(tokens)
        writer.add_token_types(types)
        gguf.SpecialVocab(place, load_merges=True, n_vocab=len(tokens)).add_to_gguf(writer, quiet=True)
    # Nothing is put before a prompt that the tokenizer itself would not put there.
    writer.add_add_bos_token(
        bool(tokenizer.bos_token_id is not None and tokenizer("x").input_ids[0] == tokenizer.bos_token_id)
    )


def _name_split(files: dict[str, Any]) -> str:
    split = files.get("pre_tokenizer") or {}
    parts = split.get("pretokenizers", [split])
    if files["model"]["type"] == "BPE" and not files["model"].get("byte_fallback") and files.get("normalizer") is None:
        if [part["type"] for part in parts] == ["ByteLevel"] and parts[0].get("use_regex", True):
            return "gpt-2"
        if [part["type"] for part in parts] == ["Split", "ByteLevel"] and parts[0]["pattern"] == {
            "Regex": LLAMA_3_SPLIT
        }:
            return "llama-bpe"
    raise ExportRefused("This model's tokenizer splits text in a way whose name in GGUF is not known here.")


def _write_tensors(writer: Any, loaded: LoadedModel, tensor_type: Any) -> None:  # noqa: ANN401
    config = loaded.model.config
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for name, tensor in loaded.model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        new_name = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if new_name is None:
            raise ExportRefused(f"The weights “{name}” have no name in GGUF.")
        heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
        count = next((count for part, count in heads.items() if f".{part}." in name), None)
        values = (tensor if count is None else _interleave(tensor, count)).float().numpy()
        kind = tensor_type if values.ndim > 1 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(new_name, gguf.quantize(values, kind), raw_dtype=kind)


def _interleave(weights: torch.Tensor, heads: int) -> torch.Tensor:
    """From the halves that transformers turns to the neighbours that llama.cpp turns."""
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)

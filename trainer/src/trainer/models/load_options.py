"""How a model is loaded: the part of its name behind the question mark."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

import torch

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
QUANTISATIONS = ("4bit", "8bit")


class ModelUnusable(Exception):
    """The model may be there, but cannot be used as it is asked for; says why."""


@dataclass(frozen=True)
class LoadOptions:
    dtype: Literal["float32", "float16", "bfloat16"] | None = None
    quantisation: Literal["4bit", "8bit"] | None = None
    # `auto` spreads the layers over all devices; otherwise one of torch's names. None is the best device there is.
    device: str | None = None
    # Name of an adapter, as the name of a model: hub:<id>[@<revision>], folder:<path> or trained:<id>.
    adapter: str | None = None


def parse_options(query: str) -> LoadOptions:
    """Reads `dtype=bfloat16&device=cuda:1`. Raises ModelUnusable for what is unknown, empty or said twice."""
    given: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in LoadOptions.__dataclass_fields__ or not value or name in given:
            raise ModelUnusable(
                f"{name}={value} is not an option of loading, or is said twice. Options are dtype={'|'.join(DTYPES)}, "
                f"quantisation={'|'.join(QUANTISATIONS)}, device=auto|cpu|cuda:0|…, adapter=hub:<id>|folder:<path>."
            )
        given[name] = value
    for name, known in (("dtype", tuple(DTYPES)), ("quantisation", QUANTISATIONS)):
        if name in given and given[name] not in known:
            raise ModelUnusable(f"{name}={given[name]} is unknown. It may be {', '.join(known)}.")
    if "device" in given and re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", given["device"]) is None:
        raise ModelUnusable(f"device={given['device']} is unknown. It may be auto, cpu, mps, cuda or cuda:<number>.")
    return LoadOptions(**given)  # pyright: ignore[reportArgumentType]


def pick_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"


@dataclass(frozen=True)
class Placement:
    """What `from_pretrained` is told, and where the model goes after; None where it is already in its place."""

    kwargs: dict[str, Any]
    device: str | None


def place_weights(options: LoadOptions, default_dtype: str | None = None) -> Placement:
    """Raises ModelUnusable where the machine or its packages cannot do what is asked."""
    device = options.device or pick_device()
    # Half precision on a processor is slower than single precision, and not every operator has it.
    best = "float32" if device == "cpu" else "bfloat16"
    dtype = DTYPES[options.dtype or default_dtype or best]
    kwargs: dict[str, Any] = {"dtype": dtype}
    if options.quantisation:
        kwargs["quantization_config"] = _quantise(options.quantisation, dtype)
        kwargs["device_map"] = device
    elif device == "auto":
        kwargs["device_map"] = "auto"
    else:
        _check_device(device)
        return Placement(kwargs, device)
    return Placement(kwargs, None)


def _check_device(device: str) -> None:
    try:
        torch.empty(0, device=device)
    except Exception as error:
        raise ModelUnusable(f"device={device} is not here: {str(error).splitlines()[0]}") from error


def _quantise(quantisation: str, dtype: torch.dtype) -> object:
    if not torch.cuda.is_available():
        raise ModelUnusable(f"quantisation={quantisation} needs a CUDA device, and this machine shows none.")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ModelUnusable(
            f"quantisation={quantisation} needs the package bitsandbytes. Install it where the trainer runs: "
            "pip install bitsandbytes"
        )
    from transformers import BitsAndBytesConfig

    if quantisation == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)

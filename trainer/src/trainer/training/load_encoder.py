"""The sentence encoder that a training starts from, and how it is put on the disk."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from peft import PeftModel
from sentence_transformers import SentenceTransformer
from transformers import set_seed

from trainer.contracts.training import CommonRequest
from trainer.models.load_embedder import read_embedder
from trainer.models.load_options import Placement
from trainer.training.make_arguments import make_adapter
from trainer.training.train_model import Workplace


def load_encoder(request: CommonRequest, place: Workplace, where: Placement) -> SentenceTransformer:
    """Raises ModelNotFound."""
    set_seed(request.seed % 2**32)
    return read_embedder(request.base, place.data_folder, place.builtin_model, where)


def add_adapter(model: SentenceTransformer, request: CommonRequest) -> None:
    """Nothing where all weights are trained."""
    adapter = make_adapter(request, "FEATURE_EXTRACTION")
    if adapter is not None:
        set_seed(request.seed % 2**32)
        model.add_adapter(adapter)


def write_encoder(
    folder: Path, model: SentenceTransformer, request: CommonRequest, place: Workplace, where: Placement
) -> None:
    """Whole weights, adapter and all: sentence-transformers loads them without knowing of an adapter."""
    if request.method.kind == "full":
        model.save_pretrained(str(folder))
        return
    with TemporaryDirectory(dir=place.folder) as adapter:
        model.save_pretrained(adapter)
        whole = load_encoder(request, place, where)
        whole.max_seq_length = model.max_seq_length
        # Folded into the layers of that model where they are.
        PeftModel.from_pretrained(whole.transformers_model, adapter).merge_and_unload()  # pyright: ignore
        whole.save_pretrained(str(folder))

"""The weights a training starts from, as the request wants them."""

from __future__ import annotations

import torch
from peft import prepare_model_for_kbit_training
from transformers import PreTrainedModel, set_seed

from trainer.contracts.model_source import LocalModelSource
from trainer.contracts.training import CommonRequest, PromptFormat
from trainer.errors import TrainingFailed
from trainer.models.find_weights import ModelNotFound
from trainer.models.load_model import PLAIN_CHAT_TEMPLATE, LoadedModel, ReadWeights, load_placed, read_generator
from trainer.models.load_options import LoadOptions, ModelUnusable, Placement, place_weights
from trainer.training.train_model import Workplace


def load_base(request: CommonRequest, place: Workplace, read_weights: ReadWeights = read_generator) -> LoadedModel:
    """Raises ModelNotFound, TrainingFailed."""
    # What the files do not hold, such as a head, starts at random.
    set_seed(request.seed % 2**32)
    loaded = load_placed(
        request.base, None, place.data_folder, place.builtin_model, placement(request, place.device), read_weights
    )
    if loaded.tokenizer.pad_token is None:
        loaded.tokenizer.pad_token = loaded.tokenizer.eos_token or loaded.tokenizer.unk_token
    if request.method.kind == "qlora":
        loaded.model = prepare_model_for_kbit_training(loaded.model, request.gradient_checkpointing is not False)
    return loaded


def load_frozen(source: LocalModelSource, place: Workplace, read_weights: ReadWeights = read_generator) -> LoadedModel:
    """A second model that only answers, such as a teacher. Raises ModelNotFound."""
    dtype = torch.float32 if place.device == "cpu" else torch.bfloat16
    loaded = load_placed(
        source, None, place.data_folder, place.builtin_model, Placement({"dtype": dtype}, place.device), read_weights
    )
    loaded.model.requires_grad_(False)
    return loaded


def load_generator(request: CommonRequest, form: PromptFormat, place: Workplace) -> LoadedModel:
    """A causal model, with the template its prompts will be written by. Raises ModelNotFound, TrainingFailed."""
    loaded = load_base(request, place)
    tokenizer = loaded.tokenizer
    if getattr(loaded.model.config, "is_encoder_decoder", False):
        raise TrainingFailed(
            "training_setting_unfit",
            "the base model has an encoder. Choose a causal model, or the fine-tune of sequence-to-sequence models.",
        )
    if tokenizer.eos_token is None:
        raise ModelNotFound("The model's tokenizer has no end-of-text token, so it could not learn to stop.")
    if form.format == "chat":
        if form.chat_template is not None:
            tokenizer.chat_template = form.chat_template
        elif tokenizer.chat_template is None:
            tokenizer.chat_template = PLAIN_CHAT_TEMPLATE
        _try_template(loaded, form)
    return loaded


def _try_template(loaded: LoadedModel, form: PromptFormat) -> None:
    system = [{"role": "system", "content": form.system_prompt}] if form.system_prompt else []
    messages = [*system, {"role": "user", "content": "Hello"}]
    try:
        loaded.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except Exception as error:
        raise TrainingFailed("training_template_invalid", f"The chat template cannot be used: {error}") from error


def fit_length(request: CommonRequest, model: PreTrainedModel, place: Workplace) -> int:
    """The length of an example in tokens, never more than the model takes."""
    context = getattr(model.config, "max_position_embeddings", None)
    if context is None or request.max_length <= context:
        return request.max_length
    place.progress.note("max_length_reduced", **{"from": request.max_length, "to": context})
    return context


def placement(request: CommonRequest, device: str) -> Placement:
    """How the base is put into memory. Raises TrainingFailed where the machine's packages cannot do so."""
    if request.method.kind == "qlora":
        try:
            return place_weights(LoadOptions(quantisation="4bit", device=device))
        except ModelUnusable as error:
            raise TrainingFailed("training_setting_unfit", str(error)) from error
    # Full training keeps its weights in single precision: small updates vanish in bfloat16.
    half = device != "cpu" and request.method.kind == "lora" and request.precision != "fp32"
    return Placement({"dtype": torch.bfloat16 if half else torch.float32}, device)

"""
What memory a training needs on each of its devices, before anything is loaded: a rule of thumb that errs upwards.

Weights by their type; gradients of what is trained; the optimiser's states; activations of 34 bytes an element of the
hidden state, layer and row in half precision (Korthikanti et al., arXiv 2205.05198, without the attention matrix, which
current kernels do not keep), or two bytes and one layer in full where they are computed again; logits and their
gradient in single precision; and a tenth with 0.7 GB for the device's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from trainer.contracts.training import CommonRequest, LoraMethod, QloraMethod

GB = 10**9
OVERHEAD = 0.7 * GB
# Bytes a trained weight that the optimiser keeps, by the name's beginning; two moments in single precision otherwise.
OPTIMISER_BYTES = (
    ("sgd", 4),
    ("adafactor", 1),
    ("lion", 4),
    ("adamw_8bit", 2),
    ("adamw_bnb_8bit", 2),
    ("paged_adamw_8bit", 2),
)
# Their other models, or the texts that they write, are not counted.
UNSURE_RECIPES = frozenset({"reinforcement", "distillation", "dpo", "kto"})


@dataclass(frozen=True)
class ModelFacts:
    parameters: int
    layers: int
    hidden: int
    vocabulary: int


@dataclass(frozen=True)
class Need:
    """Bytes on each device: with all rows of a batch at once, and with one, to which a training lowers itself."""

    wanted: float
    least: float


def estimate_memory(request: CommonRequest, model: ModelFacts | None, is_half: bool) -> Need | None:
    """None where it cannot be told. `is_half`: the device trains in half precision by itself."""
    if model is None or request.recipe in UNSURE_RECIPES:  # pyright: ignore[reportAttributeAccessIssue]
        return None
    share = request.devices if request.spread == "fsdp" else 1
    states = (_weights(request, model, is_half) + _trained(request, model)) / share
    rows = -(-request.batch_size * request.gradient_accumulation // request.devices)
    a_row = _activations(request, model, is_half)

    def total(rows_at_once: int) -> float:
        return 1.1 * (states + rows_at_once * a_row) + OVERHEAD

    return Need(wanted=total(min(rows, request.batch_size)), least=total(1))


def _weights(request: CommonRequest, model: ModelFacts, is_half: bool) -> float:
    if request.method.kind == "qlora":
        return 0.6 * model.parameters
    return (2 if request.method.kind == "lora" and is_half else 4) * model.parameters


def _trained(request: CommonRequest, model: ModelFacts) -> float:
    """Gradients and the optimiser's states; of an adapter its own weights too."""
    states = next((size for name, size in OPTIMISER_BYTES if request.optimiser.startswith(name)), 8)
    if isinstance(request.method, (LoraMethod, QloraMethod)):
        # Two matrices beside each of the seven of a layer, of which three are about three times as wide.
        adapter = request.method.rank * model.hidden * model.layers * 26
        return (4 + 4 + states) * adapter
    return (4 + states) * model.parameters


def _activations(request: CommonRequest, model: ModelFacts, is_half: bool) -> float:
    size = 1 if is_half else 2
    tokens = request.max_length
    layer = 34 * size * tokens * model.hidden
    again = request.gradient_checkpointing or (request.gradient_checkpointing is None and is_half)
    kept = layer + 2 * size * tokens * model.hidden * model.layers if again else layer * model.layers
    return kept + 8 * tokens * model.vocabulary

"""What the engine asks of the trainer, mirrored from `lib/contracts/trainer.ts`.

The JSON Schema files in this folder are generated from there; a test holds these classes against them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from trainer.contracts.model_source import LocalModelSource
from trainer.contracts.rewards import OnlyReward, WeightedReward
from trainer.contracts.strict import Strict


class TrainingTable(Strict):
    parts: list[str] = Field(min_length=1)
    rows: int = Field(ge=0)


class TrainingData(Strict):
    train: TrainingTable
    validation: TrainingTable | None


class FullMethod(Strict):
    kind: Literal["full"]


class _Adapter(Strict):
    rank: int = Field(ge=1)
    alpha: float = Field(gt=0)
    dropout: float = Field(ge=0, le=1)


class LoraMethod(_Adapter):
    kind: Literal["lora"]


class QloraMethod(_Adapter):
    kind: Literal["qlora"]


class EarlyStopping(Strict):
    patience: int = Field(gt=0)
    threshold: float = Field(ge=0)


class Evaluation(Strict):
    step: int
    loss: float


class Pruning(Strict):
    rule: Literal["median", "halving", "hyperband"]
    startup: int = Field(gt=0)
    # The course of each trial before: its losses on the validation rows.
    earlier: list[Annotated[list[Evaluation], Field(max_length=1000)]] = Field(max_length=200)


class CommonRequest(Strict):
    version: Literal[2]
    model_id: str
    name: str
    base: LocalModelSource
    data: TrainingData
    method: Annotated[FullMethod | LoraMethod | QloraMethod, Field(discriminator="kind")]
    validation_fraction: float = Field(ge=0, le=0.9)
    epochs: float = Field(gt=0)
    max_steps: int | None = Field(gt=0)
    batch_size: int = Field(gt=0)
    gradient_accumulation: int = Field(gt=0)
    gradient_checkpointing: bool | None
    precision: Literal["auto", "fp32", "bf16", "fp16"]
    device: Literal["auto", "cpu", "cuda", "mps"]
    learning_rate: float = Field(gt=0)
    optimiser: str
    scheduler: Literal["linear", "cosine", "constant"]
    warmup_steps: int = Field(ge=0)
    weight_decay: float = Field(ge=0)
    max_grad_norm: float = Field(ge=0)
    max_length: int = Field(gt=0)
    seed: int
    evaluate_every_steps: int | None = Field(gt=0)
    best_checkpoint: Literal["loss", "measure", "last"]
    early_stopping: EarlyStopping | None
    advanced: dict[str, Any]
    pruning: Pruning | None = None
    devices: int = Field(default=1, ge=1)
    spread: Literal["ddp", "fsdp"] = "ddp"
    checkpoint_every_steps: int | None = Field(default=None, gt=0)
    checkpoint_every_minutes: float | None = Field(default=None, gt=0)


class PromptFormat(Strict):
    format: Literal["completion", "chat"]
    system_prompt: str | None
    chat_template: str | None
    tools: str | None = None


class CompletionColumns(Strict):
    prompt: str | None
    completion: str


class FineTuneRequest(CommonRequest, PromptFormat):
    recipe: Literal["fine-tune-causal"]
    columns: CompletionColumns
    turns: Literal["all", "last", "everything"] = "all"
    packing: bool
    neftune_alpha: float | None = Field(gt=0)


class TextLabelColumns(Strict):
    text: str
    label: str


class ClassifierRequest(CommonRequest):
    recipe: Literal["classifier"]
    columns: TextLabelColumns
    multi_label: bool
    target: Literal["labels", "number"] = "labels"
    frozen: bool = False


class SetFitRequest(CommonRequest):
    recipe: Literal["setfit"]
    columns: TextLabelColumns
    multi_label: bool
    sampling: Literal["oversampling", "undersampling", "unique"]
    iterations: int | None = Field(gt=0)
    head: Literal["logistic-regression", "differentiable"]
    head_epochs: int = Field(gt=0)
    head_batch_size: int = Field(gt=0)
    head_learning_rate: float = Field(gt=0)


class PreferenceColumns(Strict):
    prompt: str
    chosen: str
    rejected: str


DpoLoss = Literal[
    "sigmoid",
    "hinge",
    "ipo",
    "exo_pair",
    "nca_pair",
    "robust",
    "bco_pair",
    "sppo_hard",
    "aot",
    "aot_unpaired",
    "apo_zero",
    "apo_down",
    "discopop",
    "sft",
    "sigmoid_norm",
    "kto_pair",
]


class DpoRequest(CommonRequest, PromptFormat):
    recipe: Literal["dpo"]
    columns: PreferenceColumns
    beta: float = Field(ge=0)
    loss: DpoLoss
    label_smoothing: float = Field(ge=0, le=0.5)


class OrpoRequest(CommonRequest, PromptFormat):
    recipe: Literal["orpo"]
    columns: PreferenceColumns
    beta: float = Field(ge=0)


class KtoColumns(Strict):
    prompt: str
    completion: str
    label: str


class KtoRequest(CommonRequest, PromptFormat):
    recipe: Literal["kto"]
    columns: KtoColumns
    beta: float = Field(ge=0)
    loss: Literal["kto", "apo_zero_unpaired"]
    wanted_weight: float = Field(gt=0)
    unwanted_weight: float = Field(gt=0)


class RewardPairColumns(Strict):
    kind: Literal["pairs"]
    prompt: str
    chosen: str
    rejected: str
    chosen_score: str | None
    rejected_score: str | None


class RewardScoreColumns(Strict):
    kind: Literal["scores"]
    prompt: str
    completion: str
    score: str


class RewardModelRequest(CommonRequest):
    recipe: Literal["reward-model"]
    columns: Annotated[RewardPairColumns | RewardScoreColumns, Field(discriminator="kind")]
    separator: str


class PromptColumns(Strict):
    prompt: str
    completion: str


class SequenceRequest(CommonRequest):
    recipe: Literal["fine-tune-sequence"]
    columns: PromptColumns


class TripletColumns(Strict):
    kind: Literal["triplets"]
    anchor: str
    positive: str
    negative: str


class PairColumns(Strict):
    kind: Literal["pairs"]
    anchor: str
    positive: str


class LabelledPairColumns(Strict):
    kind: Literal["labelled-pairs"]
    anchor: str
    other: str
    label: str


class EmbedderRequest(CommonRequest):
    recipe: Literal["embedder"]
    columns: Annotated[TripletColumns | PairColumns | LabelledPairColumns, Field(discriminator="kind")]
    margin: float = Field(gt=0)


class AskedColumns(Strict):
    prompt: str
    answer: str | None


class ReinforcementRequest(CommonRequest, PromptFormat):
    recipe: Literal["reinforcement"]
    columns: AskedColumns
    # None where `rewards` lists them.
    reward: OnlyReward | None
    rewards: list[WeightedReward] = Field(default=[], max_length=50)
    algorithm: Literal["grpo", "rloo", "ppo"]
    replies: int = Field(ge=2)
    max_new_tokens: int = Field(gt=0)
    temperature: float = Field(gt=0)
    top_p: float = Field(gt=0, le=1)
    beta: float = Field(ge=0)


class PromptColumn(Strict):
    prompt: str


class DistillationRequest(CommonRequest, PromptFormat):
    recipe: Literal["distillation"]
    columns: PromptColumn
    teacher: LocalModelSource
    max_new_tokens: int = Field(gt=0)
    temperature: float = Field(gt=0)
    beta: float = Field(ge=0, le=1)


AnyRequest = Annotated[
    FineTuneRequest
    | SequenceRequest
    | ClassifierRequest
    | SetFitRequest
    | EmbedderRequest
    | DpoRequest
    | OrpoRequest
    | KtoRequest
    | RewardModelRequest
    | ReinforcementRequest
    | DistillationRequest,
    Field(discriminator="recipe"),
]
TrainingRequest: TypeAdapter[AnyRequest] = TypeAdapter(AnyRequest)

import type { TrainingRequest } from "./trainer";

/** What a trained model is for: it writes (by a decoder, or an encoder with one), gives labels, a reward, or vectors. */
export type TrainedKind = "generator" | "sequence" | "classifier" | "reward" | "embedder";

const kinds: Record<TrainingRequest["recipe"], TrainedKind> = {
  "fine-tune-causal": "generator",
  "fine-tune-sequence": "sequence",
  classifier: "classifier",
  setfit: "classifier",
  embedder: "embedder",
  dpo: "generator",
  orpo: "generator",
  kto: "generator",
  "reward-model": "reward",
  reinforcement: "generator",
  distillation: "generator",
};

export function trainedKind({ recipe }: Pick<TrainingRequest, "recipe">): TrainedKind {
  return kinds[recipe];
}

/** The model answers prompts. */
export function answersPrompts(request: Pick<TrainingRequest, "recipe">): boolean {
  return ["generator", "sequence"].includes(trainedKind(request));
}

/** The columns a training reads, in the order of its settings. */
export function trainedColumns({ columns }: TrainingRequest): string[] {
  const { kind: _, ...names } = { kind: null, ...columns };
  return Object.values(names).filter((name) => name !== null);
}

export function takesChats(request: TrainingRequest): boolean {
  return "format" in request && request.format === "chat";
}

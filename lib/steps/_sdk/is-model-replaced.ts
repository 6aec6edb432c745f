import type { StepDefinition } from "./define-step";

/** Whether a connected model takes a model parameter's place: by the port of its name, or the only model port of the step. */
export function isModelReplaced({ inputs }: Pick<StepDefinition, "inputs">, incoming: Readonly<Record<string, readonly unknown[] | undefined>>, param: string): boolean {
  const ports = inputs.filter((port) => port.type === "model");
  return ports.some((port) => (incoming[port.name]?.length ?? 0) > 0 && (port.name === param || ports.length === 1));
}

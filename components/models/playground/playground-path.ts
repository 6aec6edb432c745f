import type { LocalModelSource } from "@/lib/contracts/model-source";
import type { ModelRef } from "@/lib/steps/_sdk/model-ref";

/** Where the playground opens with these two models. */
export function playgroundPath({ left, right }: { left: ModelRef; right: ModelRef }): string {
  const query = new URLSearchParams({ left: `${left.connection}/${left.model}`, right: `${right.connection}/${right.model}` });
  return `/playground?${query.toString()}`;
}

/** A model as it stands in the address; a connection's id has no slash. */
export function readModelAddress(text: string | null): ModelRef | null {
  const slash = text?.indexOf("/") ?? -1;
  if (!text || slash <= 0 || slash === text.length - 1) return null;
  return { connection: text.slice(0, slash), model: text.slice(slash + 1) };
}

/** The name under which prompts go to these weights. */
export function nameLocalModel(source: LocalModelSource): string {
  switch (source.kind) {
    case "builtin":
      return "builtin";
    case "trained":
      return `trained:${source.id}`;
    case "hub":
      return source.revision === null ? `hub:${source.id}` : `hub:${source.id}@${source.revision}`;
    case "folder":
      return `folder:${source.path}`;
  }
}

import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { z } from "zod";
import { useStoredState } from "@/components/ui/use-stored-state";
import { builtinModel, modelRef, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { playgroundPath, readModelAddress } from "./playground-path";

export const sides = ["left", "right"] as const;
export type Side = (typeof sides)[number];

const sideState = z.strictObject({ model: modelRef, temperature: z.number().min(0).max(2).nullable() });
const playgroundState = z.strictObject({
  left: sideState,
  right: sideState,
  system: z.string(),
  prompts: z.array(z.string()).min(1).max(20),
  maxTokens: z.int().positive().nullable(),
  topP: z.number().min(0).max(1).nullable(),
  seed: z.int().nullable(),
});
export type PlaygroundState = z.infer<typeof playgroundState>;

export const MOST_PROMPTS = 20;

const initial: PlaygroundState = {
  left: { model: builtinModel, temperature: 0 },
  right: { model: builtinModel, temperature: 1 },
  system: "",
  prompts: [""],
  maxTokens: 256,
  topP: null,
  seed: 42,
};

/** What was stored, or where a person starts: an older page's state that no longer fits is left. */
export function readStored(text: string | null): PlaygroundState {
  try {
    return playgroundState.parse(JSON.parse(text ?? ""));
  } catch {
    return initial;
  }
}

/** Two other models are compared as they are: at one temperature. */
function withModels(state: PlaygroundState, left: ModelRef | null, right: ModelRef | null): PlaygroundState {
  const temperature = left && right ? { left: state.left.temperature, right: state.left.temperature } : { left: state.left.temperature, right: state.right.temperature };
  const isShown = (side: Side, model: ModelRef | null) => model === null || (state[side].model.connection === model.connection && state[side].model.model === model.model);
  if (isShown("left", left) && isShown("right", right)) return state;
  return { ...state, left: { model: left ?? state.left.model, temperature: temperature.left }, right: { model: right ?? state.right.model, temperature: temperature.right } };
}

/** What is asked of which models. The models are in the address, so that it can be passed on; all of it is kept in this browser. */
export function usePlaygroundState(): [PlaygroundState, (change: Partial<PlaygroundState>) => void] {
  const query = useSearchParams();
  const [stored, store] = useStoredState("reverie.playground");
  const state = useMemo(() => withModels(readStored(stored), readModelAddress(query.get("left")), readModelAddress(query.get("right"))), [stored, query]);
  const change = useCallback(
    (changes: Partial<PlaygroundState>) => {
      const next = { ...state, ...changes };
      store(JSON.stringify(next));
      if (changes.left || changes.right) history.replaceState(null, "", playgroundPath({ left: next.left.model, right: next.right.model }));
    },
    [state, store],
  );
  return [state, change];
}

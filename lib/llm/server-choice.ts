import type { ModelTarget } from "./endpoint";

const FIRST_DOWN_MS = 1000;
const LONGEST_DOWN_MS = 30_000;

interface ServerState {
  /** Calls given to it that have not ended: waiting for a place, or under way. */
  calls: number;
  /** Calls ever given to it: of two servers alike, the one with fewer is next. */
  given: number;
  failures: number;
  downUntil: number;
}

/** Which server of a pool takes a call, from what this process has seen of them. */
export interface ServerChoice {
  /** The least loaded for its concurrency, of those that are up; where none is, the one that is up again first. */
  take: (targets: readonly ModelTarget[]) => ModelTarget;
  /** A call that was taken has ended. */
  release(target: ModelTarget): void;
  succeeded(target: ModelTarget): void;
  /** Kept away from for a while, longer each time; or for as long as it asks. */
  failed(target: ModelTarget, seconds: number | null): void;
  isUp: (target: ModelTarget) => boolean;
}

export function createServerChoice(): ServerChoice {
  const states = new Map<string, ServerState>();
  const stateOf = ({ endpoint }: ModelTarget): ServerState => {
    let state = states.get(endpoint.id);
    if (!state) states.set(endpoint.id, (state = { calls: 0, given: 0, failures: 0, downUntil: 0 }));
    return state;
  };
  const isUp = (target: ModelTarget): boolean => stateOf(target).downUntil <= Date.now();
  const share = (count: number, target: ModelTarget): number => count / Math.max(1, target.endpoint.concurrency);
  const compareLoad = (a: ModelTarget, b: ModelTarget): number => {
    const [left, right] = [stateOf(a), stateOf(b)];
    return share(left.calls + 1, a) - share(right.calls + 1, b) || share(left.given, a) - share(right.given, b);
  };
  return {
    take(targets) {
      const up = targets.filter(isUp);
      const sorted = up.length > 0 ? up.sort(compareLoad) : [...targets].sort((a, b) => stateOf(a).downUntil - stateOf(b).downUntil);
      const chosen = sorted[0];
      if (!chosen) throw new Error("a pool without servers");
      const state = stateOf(chosen);
      state.calls += 1;
      state.given += 1;
      return chosen;
    },
    release(target) {
      stateOf(target).calls -= 1;
    },
    succeeded(target) {
      Object.assign(stateOf(target), { failures: 0, downUntil: 0 });
    },
    failed(target, seconds) {
      const state = stateOf(target);
      // Calls that were under way when it went down all fail: that is one failure.
      if (state.downUntil > Date.now() && seconds === null) return;
      const wait = seconds === null ? Math.min(LONGEST_DOWN_MS, FIRST_DOWN_MS * 2 ** state.failures) : seconds * 1000;
      state.failures += 1;
      state.downUntil = Math.max(state.downUntil, Date.now() + wait);
    },
    isUp,
  };
}

import { sha256Hex } from "@/lib/core/sha256";
import { canonicalJson } from "@/lib/core/canonical-json";
import type { GroupSweep, SearchRange } from "./document";

/** A value for each entry of the sweep's space, in order. */
export type TrialValues = readonly unknown[];

/** Whether there is anything in a range to try. */
export function isRangeFit(range: SearchRange): boolean {
  if (range.kind === "values") return range.values.length > 0;
  const { low, high, scale, whole } = range;
  return low < high && (scale === "linear" || low > 0) && (!whole || (Number.isInteger(low) && Number.isInteger(high)));
}

/** How many trials a sweep has: of a grid at most its combinations. */
export function countTrials(sweep: GroupSweep): number {
  if (!sweep.space.every(({ range }) => isRangeFit(range))) return 0;
  return sweep.search === "grid" ? Math.min(sweep.trials, countCombinations(sweep)) : sweep.trials;
}

export function countCombinations({ space }: Pick<GroupSweep, "space">): number {
  if (!space.every(({ range }) => isRangeFit(range))) return 0;
  return space.reduce((product, { range }) => product * listValues(range).length, 1);
}

/**
 * What each trial is given, where that is known before any has run: the combinations of a grid in order, the last parameter
 * changing fastest, or draws of a seed. Null for a search that looks at what the trials before gave.
 */
export function drawTrials(sweep: GroupSweep): TrialValues[] | null {
  const count = countTrials(sweep);
  const places = Array.from({ length: count }, (_, index) => index);
  if (sweep.search === "bayesian") return null;
  if (count === 0) return [];
  if (sweep.search === "random") return places.map((trial) => sweep.space.map(({ range }, place) => valueAt(range, draw(sweep.seed, trial, place))));
  const lists = sweep.space.map(({ range }) => listValues(range));
  return places.map((trial) => {
    let rest = trial;
    return lists
      .toReversed()
      .map((values) => {
        const value = values[rest % values.length];
        rest = Math.floor(rest / values.length);
        return value;
      })
      .toReversed();
  });
}

type Interval = Extract<SearchRange, { kind: "range" }>;

/** The values of a parameter in a grid, without repetitions. */
function listValues(range: SearchRange): unknown[] {
  const values = range.kind === "values" ? range.values : Array.from({ length: range.points }, (_, index) => pointAt(range, range.points === 1 ? 0.5 : index / (range.points - 1)));
  return [...new Map(values.map((value) => [canonicalJson(value), value])).values()];
}

/** The number at a share, from 0 to 1, of the way from one end to the other. */
function pointAt({ low, high, scale, whole }: Interval, share: number): number {
  const value = scale === "log" ? low * (high / low) ** share : low + share * (high - low);
  return whole ? Math.round(value) : roundOff(value);
}

/** The value for a draw from 0 up to, not including, 1. */
function valueAt(range: SearchRange, draw: number): unknown {
  if (range.kind === "values") return range.values[Math.floor(draw * range.values.length)];
  const { low, high, scale, whole } = range;
  // Rounded, the whole numbers at the ends of a linear range would come half as often as the others.
  return whole && scale === "linear" ? low + Math.floor(draw * (high - low + 1)) : pointAt(range, draw);
}

/** Twelve significant digits, so that what is one number by two ways of reckoning is one. */
const roundOff = (value: number): number => Number(value.toPrecision(12));

/** A number from 0 up to 1 that depends on seed, trial and parameter alone: more trials or parameters leave those before as they are. */
function draw(seed: number, trial: number, place: number): number {
  return parseInt(sha256Hex(`${String(seed)}/${String(trial)}/${String(place)}`).slice(0, 13), 16) / 2 ** 52;
}

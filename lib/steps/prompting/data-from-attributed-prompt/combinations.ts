export type Combination = Record<string, string>;

export interface Attribute {
  name: string;
  values: readonly string[];
}

/** How many combinations there are of all values. */
export function countCombinations(attributes: readonly Attribute[]): number {
  return attributes.reduce((product, { values }) => product * values.length, 1);
}

/**
 * The combination of a row, and how often it has come up before. Of a list they are taken in turn; else they are all of the
 * product, the last attribute changing fastest. Computed from the row's number, so that nothing is held.
 */
export function findCombination(listed: readonly Combination[], attributes: readonly Attribute[], row: number): { combination: Combination; turn: number } {
  const count = listed.length > 0 ? listed.length : countCombinations(attributes);
  const turn = Math.floor(row / count);
  const fromList = listed[row % count];
  if (fromList) return { combination: fromList, turn };
  let rest = row % count;
  const chosen: [string, string][] = [];
  for (const { name, values } of [...attributes].reverse()) {
    chosen.unshift([name, values[rest % values.length] ?? ""]);
    rest = Math.floor(rest / values.length);
  }
  return { combination: Object.fromEntries(chosen), turn };
}

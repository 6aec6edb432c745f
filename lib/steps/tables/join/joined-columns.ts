import { addColumns } from "../../_sdk/check-helpers";
import type { Column, ColumnType } from "../../_sdk/columns";
import type { StepProblem } from "../../_sdk/define-step";

interface JoinParams {
  kind: "inner" | "left" | "right" | "full" | "semi" | "anti" | "cross";
  keys: readonly { left: string; right: string }[];
  suffix: string;
}

/** A column of the result; where both sides are named it is the left value, or else the right one. */
export interface JoinedColumn extends Column {
  left: string | null;
  right: string | null;
}

const hasName = (name: string) => (column: Column) => column.name.toLowerCase() === name.toLowerCase();

/** The columns of a join. A key column stands once, under its left name. */
export function joinedColumns(
  { kind, keys, suffix }: JoinParams,
  left: readonly Column[],
  right: readonly Column[],
): { columns: JoinedColumn[]; problems: StepProblem[] } {
  const pairs = kind === "cross" ? [] : keys;
  const fillsKeys = kind === "right" || kind === "full";
  const fromLeft = left.map((column): JoinedColumn => {
    const pair = fillsKeys ? pairs.find((key) => key.left === column.name) : undefined;
    const other = right.find(({ name }) => name === pair?.right);
    const type = other && other.type !== column.type ? "unknown" : column.type;
    return { name: column.name, type, left: column.name, right: pair?.right ?? null };
  });
  if (kind === "semi" || kind === "anti") return { columns: fromLeft, problems: [] };
  const fromRight = right
    .filter(({ name }) => !pairs.some((key) => key.right === name))
    .map(({ name, type }): JoinedColumn => ({
      name: left.some(hasName(name)) ? `${name}${suffix}` : name,
      type,
      left: null,
      right: name,
    }));
  const { problems } = addColumns([...left], fromRight.map(({ name, type }) => ({ name, type, param: "suffix" })));
  return { columns: [...fromLeft, ...fromRight], problems };
}

const comparable = (a: ColumnType, b: ColumnType): boolean => {
  const pair = new Set([a, b]);
  return a === b || pair.has("unknown") || (pair.has("integer") && pair.has("number")) || (pair.has("date") && pair.has("timestamp"));
};

/** Pairs of keys that can never be equal, because one is a text and the other a number, say. */
export function findUnlikeKeys(
  { kind, keys }: JoinParams,
  left: readonly Column[],
  right: readonly Column[],
): { left: string; leftType: string; right: string; rightType: string }[] {
  if (kind === "cross") return [];
  return keys.flatMap((key) => {
    const a = left.find(({ name }) => name === key.left);
    const b = right.find(({ name }) => name === key.right);
    if (!a || !b || comparable(a.type, b.type)) return [];
    return [{ left: a.name, leftType: a.type, right: b.name, rightType: b.type }];
  });
}

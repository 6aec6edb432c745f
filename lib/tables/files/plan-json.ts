import type { JsonSurvey, Outline } from "./survey-json";
import type { SourceNote, SourceOptions } from "./source-file";

/** Where the rows of a JSON file are. */
export type JsonPlan =
  /** Every member of the list at a path. */
  | { kind: "rows"; path: string[] }
  /** Every member of the list at a path is a row of cells; `names` leads to their names. */
  | { kind: "cells"; path: string[]; names: string[] | null; index: string[] | null }
  /** The document is one row, or each of several is. */
  | { kind: "documents" }
  /** Each member of the document is a row, its key the row's name. */
  | { kind: "members"; keepsKeys: boolean }
  /** Each member of the document is a column; `keepsKeys`: by the name of the row. */
  | { kind: "columns"; keepsKeys: boolean };

const MOST_CELLS = 50;

/** Decides how a document is read. A path that a person chose is not doubted; `.` is the document as one row. */
export function planJson(survey: JsonSurvey, rowsPath: SourceOptions["rowsPath"]): { plan: JsonPlan; notes: SourceNote[] } {
  if (rowsPath === ".") return { plan: { kind: "documents" }, notes: [] };
  if (rowsPath !== "") return { plan: planList(survey, rowsPath.split(".")), notes: [] };
  const { documents, root, members } = survey;
  if (documents > 1) return { plan: { kind: "documents" }, notes: [note("documents", { count: documents })] };
  if (root.kind === "list") return { plan: planList(survey, []), notes: [] };
  const split = planSplit(members);
  if (split) return { plan: split, notes: leftOut(members, ["columns", "data", "index", "index_names", "column_names"], "data") };
  const frame = planFrame(root, members);
  if (frame) return { plan: frame, notes: [note(frame.kind === "columns" ? "columns_document" : "members_document", { count: root.count })] };
  // The kind of document that pandas calls "table" says first what its columns are.
  const isTable = members.some(({ key, kind }) => key === "schema" && kind === "object") && members.some(({ key, kind }) => key === "data" && kind === "list");
  const [best] = survey.lists.filter(({ count }) => count > 0).sort((a, b) => Number(b.hasObjects) - Number(a.hasObjects) || b.count - a.count);
  const path = isTable ? ["data"] : best?.path;
  if (!path) return { plan: { kind: "documents" }, notes: [] };
  const others = [
    ...survey.lists.filter((list) => list.count > 0 && list.path.join(".") !== path.join(".")).map((list) => `${list.path.join(".")} (${list.count})`),
    ...members.filter(({ key, kind }) => kind !== "list" && key !== path[0]).map(({ key }) => key),
  ];
  return { plan: planList(survey, path), notes: [note("rows_taken_from", { path: path.join("."), others: others.slice(0, 5).join(", "), count: others.length })] };
}

function note(code: string, data: SourceNote["data"]): SourceNote {
  return { code, data, param: "rowsPath" };
}

function leftOut(members: readonly Outline[], used: readonly string[], path: string): SourceNote[] {
  const others = members.filter(({ key }) => !used.includes(key)).map(({ key }) => key);
  return others.length === 0 ? [] : [note("rows_taken_from", { path, others: others.slice(0, 5).join(", "), count: others.length })];
}

function planList(survey: JsonSurvey, path: string[]): JsonPlan {
  const outline = path.length === 0 ? survey.root : path.length === 1 ? survey.members.find(({ key }) => key === path[0]) : undefined;
  const areLists = outline !== undefined && outline.count > 0 && outline.members.list === outline.count;
  if (!areLists) return { kind: "rows", path };
  // Rows of cells all have as many; long lists of numbers are vectors.
  const widths = path.length === 0 ? new Set(survey.members.map(({ count }) => count)) : new Set<number>();
  const [width = 0] = widths;
  const areNumbers = survey.members.every(({ scalarKinds }) => scalarKinds.size === 1 && scalarKinds.has("number"));
  return widths.size === 1 && width > 0 && width <= MOST_CELLS && !(areNumbers && width > 8) ? { kind: "cells", path, names: null, index: null } : { kind: "rows", path };
}

/** `{"columns": […], "data": [[…]]}`, as pandas writes with `orient="split"`. */
function planSplit(members: readonly Outline[]): JsonPlan | null {
  const find = (key: string): Outline | undefined => members.find((member) => member.key === key && member.kind === "list");
  const columns = find("columns");
  const data = find("data");
  if (!columns || !data || columns.count === 0 || data.members.list < data.count) return null;
  const index = find("index");
  return { kind: "cells", path: ["data"], names: ["columns"], index: index && index.count === data.count ? ["index"] : null };
}

/** Columns as lists of equal length, or a data frame's dictionary of dictionaries. */
function planFrame(root: Outline, members: readonly Outline[]): JsonPlan | null {
  const [first] = members;
  if (!first || root.count > members.length && root.members.list === root.count) return null;
  if (root.members.list === root.count) {
    const areEqual = members.every(({ count }) => count === first.count && count > 0);
    const areAllRows = members.every((member) => member.members.object === member.count);
    return areEqual && !areAllRows ? { kind: "columns", keepsKeys: false } : null;
  }
  if (root.members.object < root.count || first.count === 0 || members.some(({ keyHash, count }) => keyHash !== first.keyHash || count !== first.count)) return null;
  if (root.isIndex && !first.isIndex) return { kind: "members", keepsKeys: !root.isCounted };
  if (first.isIndex && !root.isIndex && root.count <= members.length) return { kind: "columns", keepsKeys: !first.isCounted };
  if (root.count < 2) return null;
  const isColumn = ({ scalarKinds }: Outline): boolean => [...scalarKinds].filter((kind) => kind !== "null").length <= 1;
  const kinds = new Set(members.map(({ scalarKinds }) => [...scalarKinds].filter((kind) => kind !== "null").join()));
  const areColumns = root.count <= members.length && members.every(isColumn) && kinds.size > 1;
  return areColumns ? { kind: "columns", keepsKeys: true } : { kind: "members", keepsKeys: true };
}

import { JsonWalk, OPEN_LIST, OPEN_OBJECT } from "./json-walk";
import type { TextSource } from "./open-text";

type ValueKind = "list" | "object" | "scalar";

/** A list or object, as far as the shape of a document is told by it. */
export interface Outline {
  key: string;
  kind: ValueKind;
  count: number;
  /** Its members, by kind. */
  members: Record<ValueKind, number>;
  /** First bytes of the scalars in it, which tell text from numbers. */
  scalarKinds: Set<string>;
  /** Of an object: its keys in order, as a number. */
  keyHash: number;
  /** Its keys are whole numbers, as a data frame counts its rows; `isCounted` if from 0 without a gap. */
  isIndex: boolean;
  isCounted: boolean;
}

/** A list at a place that keys alone lead to. */
export interface FoundList {
  path: string[];
  count: number;
  hasObjects: boolean;
}

export interface JsonSurvey {
  documents: number;
  root: Outline;
  /** Members of the first document, up to `MOST_MEMBERS`. */
  members: Outline[];
  lists: FoundList[];
}

const MOST_MEMBERS = 1000;
const MOST_LISTS = 50;
const MAX_LIST_DEPTH = 3;

/** What a JSON file is made of, streaming. A list at the top is known by its beginning, anything else when all of it is read. */
export async function surveyJson(text: TextSource): Promise<JsonSurvey> {
  const surveyor = new Surveyor();
  for await (const chunk of text.chunks()) {
    if (surveyor.push(chunk)) break;
  }
  return surveyor.survey;
}

function createOutline(key: string, kind: ValueKind): Outline {
  return { key, kind, count: 0, members: { list: 0, object: 0, scalar: 0 }, scalarKinds: new Set(), keyHash: 0, isIndex: true, isCounted: true };
}

class Surveyor {
  readonly survey: JsonSurvey = { documents: 0, root: createOutline("", "scalar"), members: [], lists: [] };
  private readonly walk = new JsonWalk();
  private current: Outline | null = null;
  /** The open lists on the way down, by depth. */
  private open: (FoundList | undefined)[] = [];

  /** True once the answer cannot change. */
  push(chunk: Buffer): boolean {
    for (const byte of chunk) {
      const depth = this.walk.depth;
      this.walk.step(byte);
      if (!this.walk.isStart) continue;
      const kind = byte === OPEN_LIST ? "list" : byte === OPEN_OBJECT ? "object" : "scalar";
      this.note(depth, kind, byte);
      const { root } = this.survey;
      if (root.kind === "list" && root.count >= MOST_MEMBERS) return true;
    }
    return false;
  }

  private note(depth: number, kind: ValueKind, byte: number): void {
    const { survey, walk } = this;
    if (depth === 0) {
      survey.documents++;
      if (survey.documents === 1) survey.root.kind = kind;
    }
    if (survey.documents > 1) return;
    if (depth === 1) {
      count(survey.root, kind, byte, walk.keys[0] ?? "");
      this.current = survey.members.length < MOST_MEMBERS ? createOutline(walk.keys[0] ?? "", kind) : null;
      if (this.current) survey.members.push(this.current);
    } else if (depth === 2 && this.current) count(this.current, kind, byte, walk.keys[1] ?? "");
    if (depth > 0 && depth <= MAX_LIST_DEPTH + 1 && walk.isList[depth - 1] === true) {
      const list = this.open[depth - 1];
      if (list) list.count++;
      if (list && kind === "object") list.hasObjects = true;
    }
    if (depth > MAX_LIST_DEPTH) return;
    const path = kind === "list" && survey.lists.length < MOST_LISTS ? walk.path(depth) : null;
    this.open[depth] = path ? { path, count: 0, hasObjects: false } : undefined;
    if (this.open[depth]) survey.lists.push(this.open[depth]);
  }
}

function count(outline: Outline, kind: ValueKind, byte: number, key: string): void {
  if (outline.kind === "object") {
    for (let at = 0; at < key.length; at++) outline.keyHash = (Math.imul(outline.keyHash, 31) + key.charCodeAt(at)) | 0;
    outline.keyHash = (Math.imul(outline.keyHash, 31) + 1) | 0;
    if (key !== String(outline.count)) outline.isCounted = false;
    if (!/^(0|[1-9]\d{0,15})$/.test(key)) outline.isIndex = false;
  }
  outline.count++;
  outline.members[kind]++;
  if (kind === "scalar") outline.scalarKinds.add(scalarKind(byte));
}

function scalarKind(byte: number): string {
  const first = String.fromCharCode(byte);
  return first === '"' ? "text" : first === "n" ? "null" : first === "t" || first === "f" ? "boolean" : "number";
}

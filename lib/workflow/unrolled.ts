import type { Endpoint, GroupSweep, StopRule, WorkflowEdge, WorkflowNode } from "./document";

/** A step of a round waits for the outcomes of the rounds before it, and is left out where they say stop. */
export interface Gate {
  /** The watched table of each earlier round, in order. */
  watched: Endpoint[];
  stop: StopRule;
}

export interface UnrolledNode extends WorkflowNode {
  /** Id of the step as drawn; null for one that the planner puts there. */
  drawn: string | null;
  /** From 1; null outside of a repeated group. */
  round: number | null;
  gate: Gate | null;
  /** From 1; null outside of a sweep. */
  trial: number | null;
  /** Steps that have to have ended before it, however they ended. */
  after: string[];
  /** The table whose one row has some of its parameters, by the column's name. */
  choice: { from: Endpoint; columns: Record<string, string> } | null;
  /** The same trainer in the trials before, whose course says whether it is worth going on. */
  prune: (NonNullable<GroupSweep["prune"]> & { earlier: string[] }) | null;
}

/** A document in which every round and every trial has steps of its own. It is planned and run; it is never stored or shown as such. */
export interface UnrolledDocument {
  nodes: UnrolledNode[];
  edges: WorkflowEdge[];
}

export const outsideOfGroups = { round: null, gate: null, trial: null, after: [], choice: null, prune: null } as const satisfies Partial<UnrolledNode>;

/** Id of a step in a round or a trial: the first has the id of the step as drawn, so that one round is as none. */
export function roundNodeId(node: string, round: number): string {
  return round === 1 ? node : `${node}.${String(round)}`;
}

/** The step as drawn and the round or trial of a planned step's id. One that stands for a group's outcome names its group. */
export function parseNodeId(id: string): { drawn: string; round: number } | { group: string } {
  const [first = "", second, third] = id.split(".");
  return third === undefined ? { drawn: first, round: second === undefined ? 1 : Number(second) } : { group: first };
}

/** A step that the planner puts between drawn ones. */
export function makePlannedNode(fields: Pick<UnrolledNode, "id" | "step" | "title" | "params" | "group"> & Partial<UnrolledNode>): UnrolledNode {
  return { position: { x: 0, y: 0 }, disabled: false, cache: "on", drawn: null, ...outsideOfGroups, after: [], ...fields };
}

/** The edges, and to each step from those that it waits for beside them: what has to be done before what. */
export function findDependencies({ nodes, edges }: UnrolledDocument): WorkflowEdge[] {
  const waits = nodes.flatMap(({ id, gate, after, choice }) => {
    const sources = [...(gate?.watched ?? []), ...after.map((node): Endpoint => ({ node, port: "" })), ...(choice ? [choice.from] : [])];
    return sources.map((from): WorkflowEdge => ({ id: `${id}.waits`, from, to: { node: id, port: "" } }));
  });
  return [...edges, ...waits];
}

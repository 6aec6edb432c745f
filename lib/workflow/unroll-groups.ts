import type { Endpoint, StopRule, WorkflowDocument, WorkflowEdge, WorkflowGroup, WorkflowNode } from "./document";

/** Id of the catalogue's step that puts the tables of rounds together. */
export const GATHER_STEP = "gather-rounds";

/** A step of a round waits for the outcomes of the rounds before it, and is left out where they say stop. */
export interface Gate {
  /** The watched table of each earlier round, in order. */
  watched: Endpoint[];
  stop: StopRule;
}

export interface UnrolledNode extends WorkflowNode {
  /** Id of the step as drawn; null for one that gathers rounds. */
  drawn: string | null;
  /** From 1; null outside of a repeated group. */
  round: number | null;
  gate: Gate | null;
}

/** A document in which every round has steps of its own. It is planned and run; it is never stored or shown as such. */
export interface UnrolledDocument {
  nodes: UnrolledNode[];
  edges: WorkflowEdge[];
}

/** Id of a step in a round: the first round has the id of the step as drawn, so that one round is as none. */
export function roundNodeId(node: string, round: number): string {
  return round === 1 ? node : `${node}.${String(round)}`;
}

/** The step as drawn and the round of a planned step's id. One that gathers rounds stands for its group. */
export function parseNodeId(id: string): { drawn: string; round: number } | { group: string } {
  const [first = "", second, third] = id.split(".");
  return third === undefined ? { drawn: first, round: second === undefined ? 1 : Number(second) } : { group: first };
}

/** The edges, and from each watched table to the steps that wait for its outcome: what has to be done before what. */
export function findDependencies({ nodes, edges }: UnrolledDocument): WorkflowEdge[] {
  const gates = nodes.flatMap(({ id, gate }) => (gate?.watched ?? []).map((from): WorkflowEdge => ({ id: `${id}.gate`, from, to: { node: id, port: "" } })));
  return [...edges, ...gates];
}

export interface UnrollOptions {
  /** Ports of a step that give a model, which is handed on from the last round as it is. */
  isModelPort: (from: Endpoint) => boolean;
}

/**
 * Repeated groups as plain steps: a copy for each round, wired to the rounds before by what they carry, and behind them a
 * step that gathers each table that is used outside. Pure, and linear in what comes out.
 */
export function unrollGroups(document: WorkflowDocument, { isModelPort }: UnrollOptions): UnrolledDocument {
  const repeated = new Map(document.groups.flatMap((group) => (group.repeat ? [[group.id, { ...group, repeat: group.repeat }] as const] : [])));
  const groupOf = new Map(document.nodes.flatMap((node) => (node.group !== null && repeated.has(node.group) ? [[node.id, node.group] as const] : [])));
  const nodes: UnrolledNode[] = document.nodes.flatMap((node) => {
    const group = repeated.get(groupOf.get(node.id) ?? "");
    return group ? unrollNode(node, group, groupOf) : [{ ...node, drawn: node.id, round: null, gate: null }];
  });
  const gathered = new Map<string, { node: UnrolledNode; edges: WorkflowEdge[] }>();
  const edges = document.edges.flatMap((edge): WorkflowEdge[] => {
    const from = repeated.get(groupOf.get(edge.from.node) ?? "");
    const to = repeated.get(groupOf.get(edge.to.node) ?? "");
    if (from && from.id === to?.id) return inEachRound(edge, to, (round) => ({ ...edge.from, node: roundNodeId(edge.from.node, round) }));
    const source = from ? leaveGroup(edge.from, from, gathered, isModelPort) : edge.from;
    return to ? inEachRound(edge, to, () => source) : [{ ...edge, from: source }];
  });
  const carried = [...repeated.values()].flatMap((group) => unrollCarries(group, groupOf));
  return {
    nodes: [...nodes, ...[...gathered.values()].map(({ node }) => node)],
    edges: [...edges, ...carried, ...[...gathered.values()].flatMap((entry) => entry.edges)],
  };
}

type RepeatedGroup = WorkflowGroup & { repeat: NonNullable<WorkflowGroup["repeat"]> };
const roundsOf = ({ repeat }: RepeatedGroup): number[] => Array.from({ length: repeat.rounds }, (_, index) => index + 1);

function unrollNode(node: WorkflowNode, group: RepeatedGroup, groupOf: ReadonlyMap<string, string>): UnrolledNode[] {
  const { stop, varies } = group.repeat;
  const own = varies.filter((entry) => entry.node === node.id);
  // A rule that watches a step outside of the group is a fault of the drawing; it never stops anything.
  const isWatching = stop !== null && groupOf.get(stop.output.node) === group.id;
  return roundsOf(group).map((round) => ({
    ...node,
    id: roundNodeId(node.id, round),
    params: { ...node.params, ...Object.fromEntries(own.flatMap(({ param, values }) => (String(round) in values ? [[param, values[String(round)]]] : []))) },
    drawn: node.id,
    round,
    gate: isWatching && round > 1 ? { watched: watchedIn(stop, round - 1), stop } : null,
  }));
}

function watchedIn({ output }: StopRule, rounds: number): Endpoint[] {
  return Array.from({ length: rounds }, (_, index) => ({ ...output, node: roundNodeId(output.node, index + 1) }));
}

/** An edge to a step of a group, once for each round; in rounds after the first, a carried output comes in its place. */
function inEachRound(edge: WorkflowEdge, group: RepeatedGroup, sourceOf: (round: number) => Endpoint): WorkflowEdge[] {
  const isCarried = group.repeat.carries.some(({ to }) => to.node === edge.to.node && to.port === edge.to.port);
  return roundsOf(group).flatMap((round) =>
    isCarried && round > 1 ? [] : [{ id: roundNodeId(edge.id, round), from: sourceOf(round), to: { ...edge.to, node: roundNodeId(edge.to.node, round) } }],
  );
}

function unrollCarries(group: RepeatedGroup, groupOf: ReadonlyMap<string, string>): WorkflowEdge[] {
  const isMember = (end: Endpoint) => groupOf.get(end.node) === group.id;
  return group.repeat.carries
    .filter(({ from, to }) => isMember(from) && isMember(to))
    .flatMap(({ from, to }) =>
      roundsOf(group)
        .slice(1)
        .map((round) => ({
          id: `${group.id}.${from.node}.${from.port}.${to.node}.${to.port}.${String(round)}`,
          from: { ...from, node: roundNodeId(from.node, round - 1) },
          to: { ...to, node: roundNodeId(to.node, round) },
        })),
    );
}

/** Where an edge out of a repeated group comes from: the last round itself, or a step that gathers the rounds. */
function leaveGroup(from: Endpoint, group: RepeatedGroup, gathered: Map<string, { node: UnrolledNode; edges: WorkflowEdge[] }>, isModelPort: UnrollOptions["isModelPort"]): Endpoint {
  const { repeat } = group;
  const isModel = isModelPort(from);
  if (isModel ? repeat.stop === null : repeat.stop === null && (repeat.result === "last" || repeat.rounds === 1)) return { ...from, node: roundNodeId(from.node, repeat.rounds) };
  const id = `${group.id}.${from.node}.${from.port}`;
  if (!gathered.has(id)) gathered.set(id, makeGatherer(id, from, group, isModel));
  return { node: id, port: "output" };
}

function makeGatherer(id: string, from: Endpoint, group: RepeatedGroup, isModel: boolean): { node: UnrolledNode; edges: WorkflowEdge[] } {
  const { stop, result } = group.repeat;
  const isWatched = stop !== null && stop.output.node === from.node && stop.output.port === from.port;
  const params = {
    gives: isModel ? "model" : "table",
    keep: isModel ? "last" : result,
    rule: stop?.kind ?? "none",
    rows: stop?.kind === "rows" ? stop.rows : null,
    column: stop?.kind === "value" ? stop.column : null,
    comparison: stop?.kind === "value" ? stop.comparison : "at-least",
    value: stop?.kind === "value" ? stop.value : null,
    take: stop?.kind === "rows" && isWatched && result === "all" ? stop.rows : null,
  };
  const toPort = (source: Endpoint, port: string): WorkflowEdge[] =>
    roundsOf(group).map((round) => ({ id: `${id}.${port}.${String(round)}`, from: { ...source, node: roundNodeId(source.node, round) }, to: { node: id, port } }));
  return {
    node: { id, step: GATHER_STEP, title: group.title, params, position: { x: 0, y: 0 }, disabled: false, cache: "on", group: null, drawn: null, round: null, gate: null },
    edges: [...toPort(from, isModel ? "models" : "rounds"), ...(stop ? toPort(stop.output, "watched") : [])],
  };
}

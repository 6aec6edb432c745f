import type { Endpoint, GroupRepeat, StopRule, WorkflowDocument, WorkflowEdge, WorkflowGroup, WorkflowNode } from "./document";
import { makePlannedNode, outsideOfGroups, roundNodeId, type UnrolledDocument, type UnrolledNode } from "./unrolled";
import { makePicker, trialCount, unrollSweep, unrollTrialNode, type SweepGroup } from "./unroll-sweep";

/** Id of the catalogue's step that puts the tables of rounds together. */
export const GATHER_STEP = "gather-rounds";

export interface UnrollOptions {
  /** Ports of a step that give a model, which is handed on as it is. */
  isModelPort: (from: Endpoint) => boolean;
  /** Steps that train. */
  isTrainer: (node: WorkflowNode) => boolean;
}

type RepeatedGroup = WorkflowGroup & { repeat: GroupRepeat };
type CopiedGroup = RepeatedGroup | SweepGroup;
const isRepeated = (group: CopiedGroup): group is RepeatedGroup => group.repeat !== null;

/** A group whose steps are copied; null for a mere frame. */
function findCopied(group: WorkflowGroup): CopiedGroup | null {
  const { repeat, sweep } = group;
  return repeat ? { ...group, repeat } : sweep ? { ...group, repeat: null, sweep } : null;
}

const roundsOf = (group: CopiedGroup): number[] => Array.from({ length: isRepeated(group) ? group.repeat.rounds : trialCount(group) }, (_, index) => index + 1);

/**
 * Repeated groups and sweeps as plain steps: a copy for each round, wired to the rounds before by what they carry, or for each
 * trial; and behind them a step for each output that is used outside. Pure, and linear in what comes out.
 */
export function unrollGroups(document: WorkflowDocument, { isModelPort, isTrainer }: UnrollOptions): UnrolledDocument {
  const copied = new Map(document.groups.flatMap((group) => { const found = findCopied(group); return found ? [[group.id, found] as const] : []; }));
  const groupOf = new Map(document.nodes.flatMap((node) => (node.group !== null && copied.has(node.group) ? [[node.id, node.group] as const] : [])));
  const nodes: UnrolledNode[] = document.nodes.flatMap((node) => {
    const group = copied.get(groupOf.get(node.id) ?? "");
    if (!group) return [{ ...node, drawn: node.id, ...outsideOfGroups, after: [] }];
    return isRepeated(group) ? unrollNode(node, group, groupOf) : unrollTrialNode(node, group, { members: membersOf(document, group), isTrainer });
  });
  const gathered = new Map<string, { node: UnrolledNode; edges: WorkflowEdge[] }>();
  const edges = document.edges.flatMap((edge): WorkflowEdge[] => {
    const from = copied.get(groupOf.get(edge.from.node) ?? "");
    const to = copied.get(groupOf.get(edge.to.node) ?? "");
    if (from && from.id === to?.id) return inEachRound(edge, to, (round) => ({ ...edge.from, node: roundNodeId(edge.from.node, round) }));
    const source = from ? leaveGroup(edge.from, from, gathered, isModelPort) : edge.from;
    return to ? inEachRound(edge, to, () => source) : [{ ...edge, from: source }];
  });
  const groups = [...copied.values()];
  const carried = groups.filter(isRepeated).flatMap((group) => unrollCarries(group, groupOf));
  const sweeps = groups.flatMap((group) => (isRepeated(group) ? [] : [unrollSweep(group, { members: membersOf(document, group), isModelPort, isTrainer })]));
  return {
    nodes: [...nodes, ...sweeps.flatMap((sweep) => sweep.nodes), ...[...gathered.values()].map(({ node }) => node)],
    edges: [...edges, ...carried, ...sweeps.flatMap((sweep) => sweep.edges), ...[...gathered.values()].flatMap((entry) => entry.edges)],
  };
}

const membersOf = ({ nodes }: WorkflowDocument, { id }: WorkflowGroup): WorkflowNode[] => nodes.filter(({ group }) => group === id);

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
    ...outsideOfGroups,
    after: [],
    round,
    gate: isWatching && round > 1 ? { watched: watchedIn(stop, round - 1), stop } : null,
  }));
}

function watchedIn({ output }: StopRule, rounds: number): Endpoint[] {
  return Array.from({ length: rounds }, (_, index) => ({ ...output, node: roundNodeId(output.node, index + 1) }));
}

/** An edge to a step of a group, once for each round or trial; in rounds after the first, a carried output comes in its place. */
function inEachRound(edge: WorkflowEdge, group: CopiedGroup, sourceOf: (round: number) => Endpoint): WorkflowEdge[] {
  const isCarried = isRepeated(group) && group.repeat.carries.some(({ to }) => to.node === edge.to.node && to.port === edge.to.port);
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

/** Where an edge out of a group comes from: the last round itself, a step that gathers the rounds, or one that picks the best trial. */
function leaveGroup(from: Endpoint, group: CopiedGroup, gathered: Map<string, { node: UnrolledNode; edges: WorkflowEdge[] }>, isModelPort: UnrollOptions["isModelPort"]): Endpoint {
  const isModel = isModelPort(from);
  const id = `${group.id}.${from.node}.${from.port}`;
  if (isRepeated(group)) {
    const { repeat } = group;
    if (isModel ? repeat.stop === null : repeat.stop === null && (repeat.result === "last" || repeat.rounds === 1)) return { ...from, node: roundNodeId(from.node, repeat.rounds) };
    if (!gathered.has(id)) gathered.set(id, makeGatherer(id, from, group, isModel));
  } else if (!gathered.has(id)) gathered.set(id, makePicker(id, from, group, isModel));
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
    node: makePlannedNode({ id, step: GATHER_STEP, title: group.title, params, group: null }),
    edges: [...toPort(from, isModel ? "models" : "rounds"), ...(stop ? toPort(stop.output, "watched") : [])],
  };
}

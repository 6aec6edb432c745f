import type { Endpoint, GroupSweep, WorkflowEdge, WorkflowGroup, WorkflowNode } from "./document";
import { countTrials, drawTrials } from "./draw-trials";
import { makePlannedNode, roundNodeId, type UnrolledDocument, type UnrolledNode } from "./unrolled";

/** Ids of the catalogue's steps that stand between the trials of a sweep and what follows. */
export const CHOOSE_STEP = "choose-trial";
export const TRIALS_STEP = "gather-trials";
export const PICK_STEP = "pick-trial";

export type SweepGroup = WorkflowGroup & { repeat: null; sweep: GroupSweep };

interface SweepOptions {
  /** The steps of the group as drawn. */
  members: readonly WorkflowNode[];
  isTrainer: (node: WorkflowNode) => boolean;
}

/** A sweep without anything to try has the steps as drawn, on which its problem is shown. */
export const trialCount = ({ sweep }: SweepGroup): number => Math.max(1, countTrials(sweep));
const trialsOf = (group: SweepGroup, last = trialCount(group)): number[] => Array.from({ length: Math.max(0, last) }, (_, index) => index + 1);

/** Id of the table of a sweep's trials: a row each, with its parameters and what came of it. */
export const trialsNodeId = (groupId: string): string => `${groupId}.sweep.trials`;
const chooserId = (groupId: string, trial: number): string => `${groupId}.choose.${String(trial)}`;

const RESERVED = ["trial", "state", "objective", "best"];

/** Column of each parameter in the tables of trials: its name, numbered where two steps have one of the same name. */
export function nameColumns({ space }: Pick<GroupSweep, "space">): string[] {
  const names: string[] = [];
  for (const { param } of space) {
    const taken = new Set([...RESERVED, ...names]);
    let name = param;
    for (let number = 2; taken.has(name); number++) name = `${param} (${String(number)})`;
    names.push(name);
  }
  return names;
}

/** A step of a sweep, once for each trial, with that trial's parameters. At most so many trials are under way: each waits for the one that many before it. */
export function unrollTrialNode(node: WorkflowNode, group: SweepGroup, { members, isTrainer }: SweepOptions): UnrolledNode[] {
  const { sweep } = group;
  const drawn = drawTrials(sweep);
  const columns = nameColumns(sweep);
  const own = sweep.space.flatMap((entry, place) => (entry.node === node.id ? [{ param: entry.param, place }] : []));
  return trialsOf(group).map((trial): UnrolledNode => {
    const values = drawn?.[trial - 1];
    const known = trialsOf(group, trial - sweep.parallel);
    const lane = known.at(-1);
    return {
      ...node,
      id: roundNodeId(node.id, trial),
      params: values ? { ...node.params, ...Object.fromEntries(own.map(({ param, place }) => [param, values[place]])) } : node.params,
      drawn: node.id,
      round: null,
      gate: null,
      trial,
      after: [...(lane === undefined ? [] : members.map(({ id }) => roundNodeId(id, lane))), ...(sweep.prune && isTrainer(node) ? known.slice(0, -1).map((earlier) => roundNodeId(node.id, earlier)) : [])],
      choice:
        sweep.search === "bayesian" && own.length > 0
          ? { from: { node: chooserId(group.id, trial), port: "choice" }, columns: Object.fromEntries(own.map(({ param, place }) => [param, columns[place] ?? param])) }
          : null,
      prune: sweep.prune && isTrainer(node) ? { ...sweep.prune, earlier: known.map((earlier) => roundNodeId(node.id, earlier)) } : null,
    };
  });
}

/** What stands behind the trials: the table of them all, and before each trial of a Bayesian search what chooses its parameters. */
export function unrollSweep(group: SweepGroup, { members, isTrainer, isModelPort }: SweepOptions & { isModelPort: (from: Endpoint) => boolean }): UnrolledDocument {
  const { sweep } = group;
  const { objective } = sweep;
  const isMember = members.some(({ id }) => id === objective?.output.node);
  const watched = objective && isMember ? objective.output : null;
  const watchedPort = watched && isModelPort(watched) ? "models" : "watched";
  const toPort = (to: string, port: string, sources: Endpoint[]): WorkflowEdge[] => sources.map((from, index) => ({ id: `${to}.${port}.${String(index)}`, from, to: { node: to, port } }));
  const watchedOf = (trials: number[]): Endpoint[] => (watched ? trials.map((trial) => ({ ...watched, node: roundNodeId(watched.node, trial) })) : []);
  const choicesOf = (trials: number[]): Endpoint[] => (sweep.search === "bayesian" ? trials.map((trial) => ({ node: chooserId(group.id, trial), port: "choice" })) : []);
  const shared = { direction: objective?.direction ?? "minimise", column: objective?.column ?? "" };
  const columns = nameColumns(sweep);
  const all = trialsOf(group);

  const choosers = (sweep.search === "bayesian" ? all : []).map((trial) => {
    const id = chooserId(group.id, trial);
    const known = trialsOf(group, trial - sweep.parallel);
    const space = sweep.space.map(({ range }, place) => ({ column: columns[place], range }));
    return {
      node: makePlannedNode({ id, step: CHOOSE_STEP, title: group.title, params: { ...shared, space, seed: sweep.seed, trial, awaited: known.length }, group: group.id, after: watchedOf(known).map(({ node }) => node) }),
      edges: [...toPort(id, watchedPort, watchedOf(known)), ...toPort(id, "choices", choicesOf(trialsOf(group, trial - 1)))],
    };
  });

  const trainers = sweep.prune ? members.filter(isTrainer) : [];
  const trained = all.flatMap((trial) => trainers.map(({ id }): Endpoint => ({ node: roundNodeId(id, trial), port: "model" })));
  const id = trialsNodeId(group.id);
  const table = makePlannedNode({
    id,
    step: TRIALS_STEP,
    title: group.title,
    params: { ...shared, columns, values: drawTrials(sweep), trials: all.length, trainers: trainers.length },
    group: group.id,
    after: [...new Set([...members.flatMap((member) => all.map((trial) => roundNodeId(member.id, trial)))])],
  });
  return {
    nodes: [...choosers.map(({ node }) => node), table],
    edges: [...choosers.flatMap(({ edges }) => edges), ...toPort(id, watchedPort, watchedOf(all)), ...toPort(id, "choices", choicesOf(all)), ...toPort(id, "trained", trained)],
  };
}

/** A step that gives what the best trial gave of a port. */
export function makePicker(id: string, from: Endpoint, group: SweepGroup, isModel: boolean): { node: UnrolledNode; edges: WorkflowEdge[] } {
  const port = isModel ? "models" : "outputs";
  const all = trialsOf(group).map((trial) => roundNodeId(from.node, trial));
  return {
    node: makePlannedNode({ id, step: PICK_STEP, title: group.title, params: { gives: isModel ? "model" : "table" }, group: null, after: all }),
    edges: [
      { id: `${id}.trials`, from: { node: trialsNodeId(group.id), port: "trials" }, to: { node: id, port: "trials" } },
      ...all.map((node, index): WorkflowEdge => ({ id: `${id}.${port}.${String(index)}`, from: { ...from, node }, to: { node: id, port } })),
    ],
  };
}

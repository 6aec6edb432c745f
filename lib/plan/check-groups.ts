import type { PortType, StepProblem } from "@/lib/steps/_sdk/define-step";
import type { Endpoint, GroupSweep, WorkflowDocument, WorkflowGroup } from "@/lib/workflow/document";
import { isRangeFit } from "@/lib/workflow/draw-trials";

interface PortTypes {
  /** Type of an output port; null where there is no such port. */
  typeOf: (from: Endpoint) => PortType | null;
  inputTypeOf: (to: Endpoint) => PortType | null;
  /** Parameters of a step: whether it stands for a model; null where there is no such parameter. */
  paramOf: (node: string, param: string) => { isModel: boolean } | null;
}

/** What is wrong with repeated groups and sweeps, by group: what they name has to be there, and inside. */
export function checkGroups(document: WorkflowDocument, { typeOf, inputTypeOf, paramOf }: PortTypes): Map<string, StepProblem[]> {
  const groupOf = new Map(document.nodes.map((node) => [node.id, node.group]));
  const titleOf = (end: Endpoint) => document.nodes.find((node) => node.id === end.node)?.title ?? end.node;
  const checkSweep = ({ id, title }: WorkflowGroup, { space, objective, search }: GroupSweep): StepProblem[] => {
    const isMember = (node: string) => groupOf.get(node) === id;
    const unfit = space.filter(({ node, param, range }) => {
      const found = isMember(node) ? paramOf(node, param) : null;
      // What a model is has to be known before the run; a chosen one is known in it.
      return found === null || !isRangeFit(range) || (found.isModel && search === "bayesian");
    });
    return [
      ...(space.length === 0 ? [{ code: "sweep_space_empty", data: { group: title } } as const] : []),
      ...unfit.map(({ node, param }): StepProblem => ({ code: "sweep_range_unfit", data: { group: title, step: titleOf({ node, port: "" }), param } })),
      ...(objective && isMember(objective.output.node) && typeOf(objective.output) !== null ? [] : [{ code: "sweep_objective_missing", data: { group: title } } as const]),
    ];
  };
  const check = (group: WorkflowGroup): StepProblem[] => {
    const { id, title, repeat, sweep } = group;
    if (sweep) return checkSweep(group, sweep);
    if (!repeat) return [];
    const isMember = (end: Endpoint) => groupOf.get(end.node) === id;
    const { stop, carries } = repeat;
    const badStop = stop !== null && !(isMember(stop.output) && typeOf(stop.output) === "table");
    const badCarries = carries.filter(({ from, to }) => !isMember(from) || !isMember(to) || typeOf(from) === null || typeOf(from) !== inputTypeOf(to));
    return [
      ...(badStop ? [{ code: "group_stop_unfit", data: { group: title } } as const] : []),
      ...badCarries.map(({ from, to }): StepProblem => ({ code: "group_carry_unfit", data: { group: title, from: titleOf(from), to: titleOf(to) } })),
    ];
  };
  return new Map(document.groups.map((group) => [group.id, check(group)]));
}

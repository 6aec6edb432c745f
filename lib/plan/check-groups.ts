import type { PortType, StepProblem } from "@/lib/steps/_sdk/define-step";
import type { Endpoint, WorkflowDocument, WorkflowGroup } from "@/lib/workflow/document";

interface PortTypes {
  /** Type of an output port; null where there is no such port. */
  typeOf: (from: Endpoint) => PortType | null;
  inputTypeOf: (to: Endpoint) => PortType | null;
}

/** What is wrong with repeated groups, by group: what they name has to be there, and inside. */
export function checkGroups(document: WorkflowDocument, { typeOf, inputTypeOf }: PortTypes): Map<string, StepProblem[]> {
  const groupOf = new Map(document.nodes.map((node) => [node.id, node.group]));
  const titleOf = (end: Endpoint) => document.nodes.find((node) => node.id === end.node)?.title ?? end.node;
  const check = ({ id, title, repeat }: WorkflowGroup): StepProblem[] => {
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

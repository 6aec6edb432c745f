import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { createEmptyDocument, createNode, type WorkflowDocument } from "@/lib/workflow/document";

export type DrawnSteps = Record<string, { step: string; params?: Record<string, unknown> }>;

/** Builds a document from steps in a line or a graph: `edges` as `"from.port>to.port"`. */
export function makeDocument(nodes: DrawnSteps, edges: string[]): WorkflowDocument {
  return {
    ...createEmptyDocument("Test"),
    nodes: Object.entries(nodes).map(([id, { step, params }], index) => createNode({ id, step, title: id, params: params ?? {}, position: { x: index * 200, y: 0 } })),
    edges: edges.map((edge, index) => {
      const match = /^(\w+)\.(\w+)>(\w+)\.(\w+)$/.exec(edge);
      if (!match) throw new Error(`not an edge: ${edge}`);
      const [, from = "", fromPort = "", to = "", toPort = ""] = match;
      return { id: `e${String(index)}`, from: { node: from, port: fromPort }, to: { node: to, port: toPort } };
    }),
  };
}

/** A step at its defaults but for these parameters. */
export const step = (id: keyof typeof stepDefinitions, params: Record<string, unknown> = {}) => ({ step: id, params: { ...stepDefinitions[id].defaults, ...params } });

/** A table typed by hand. Columns are written `name`, or `name:integer`. */
export function typed(columns: string[], rows: (string | number | boolean | null)[][]) {
  const read = columns.map((column) => ({ name: column.split(":")[0] ?? "", type: column.split(":")[1] ?? "text" }));
  return step("type-table", { table: { columns: read, rows } });
}

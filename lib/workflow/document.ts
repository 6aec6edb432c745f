import { z } from "zod";

/** Version of the document's shape. A change of shape adds a migration in `migrate-document.ts`. */
export const DOCUMENT_VERSION = 1;

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const endpoint = z.strictObject({ node: id, port: z.string().min(1).max(64) });

/** A step as drawn. `params` are checked by the step's own schema, so that a document with an unfinished step still opens. */
export const workflowNode = z.strictObject({
  id,
  /** Id of the step in the catalogue, e.g. `process-with-prompt`. */
  step: z.string().min(1).max(100),
  title: z.string().max(200),
  params: z.record(z.string(), z.unknown()),
  /** Canvas pixels. */
  position: z.strictObject({ x: z.number(), y: z.number() }),
  disabled: z.boolean().default(false),
});

export const workflowEdge = z.strictObject({ id, from: endpoint, to: endpoint });

/** A workflow: steps and the edges between their ports. Edges into a port that takes many are used in the order of this list. */
export const workflowDocument = z.strictObject({
  version: z.literal(DOCUMENT_VERSION),
  name: z.string().min(1).max(200),
  nodes: z.array(workflowNode).max(2000),
  edges: z.array(workflowEdge).max(10000),
});

export type WorkflowDocument = z.infer<typeof workflowDocument>;
export type WorkflowNode = z.infer<typeof workflowNode>;
export type WorkflowEdge = z.infer<typeof workflowEdge>;

export function createEmptyDocument(name: string): WorkflowDocument {
  return { version: DOCUMENT_VERSION, name, nodes: [], edges: [] };
}

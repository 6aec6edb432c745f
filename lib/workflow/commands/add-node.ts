import type { WorkflowNode } from "../document";
import { defineCommand } from "./command";

export const addNode = defineCommand<{ node: WorkflowNode }>({
  capture: "now",
  plan: (document, { node }) => [{ op: "insert", list: "nodes", index: document.nodes.length, item: node }],
});

import type { WorkflowDocument } from "../document";
import type { Patch } from "./patch";

/**
 * A change a person makes to the drawn graph. Pure: it only says which patches to apply.
 * `capture` says how undo sees it: `now` is an undo of its own, `next` is undone together with the next command.
 */
export interface Command<Args> {
  capture: "now" | "next";
  plan(document: WorkflowDocument, args: Args): Patch[];
}

/** Keeps the argument type of a command. */
export function defineCommand<Args>(command: Command<Args>): Command<Args> {
  return command;
}

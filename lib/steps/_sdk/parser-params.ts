import { RE2JS, RE2JSException } from "re2js";
import { z } from "zod";
import type { StepProblem } from "./define-step";
import type { ReplyParser } from "./replies/read-found";

/** Parameters of a step that reads something out of its replies. */
export const parserParams = {
  parser: z.enum(["built-in", "pattern", "json"]).default("built-in").meta({ field: { kind: "select" }, advanced: true, addedLater: true }),
  pattern: z.string().max(1000).default("").meta({ field: { kind: "text" }, advanced: true, addedLater: true, visibleWhen: { param: "parser", is: ["pattern"] } }),
  jsonField: z.string().max(200).default("").meta({ field: { kind: "text" }, advanced: true, addedLater: true, visibleWhen: { param: "parser", is: ["json"] } }),
};

export const parserDefaults = { parser: "built-in", pattern: "", jsonField: "" } as const;

function checkPattern(pattern: string): StepProblem[] {
  const wrong = (detail: string): StepProblem[] => [{ code: "reply_pattern_invalid", data: { detail }, param: "pattern" }];
  try {
    return RE2JS.compile(pattern).groupCount() > 0 ? [] : wrong("it has no group in round brackets");
  } catch (error) {
    if (error instanceof RE2JSException) return wrong(error.message.replace(/^error parsing regexp: /, ""));
    throw error;
  }
}

export function checkParser({ parser, pattern, jsonField }: ReplyParser): StepProblem[] {
  const required = (text: string, param: string): StepProblem[] => (text.trim() === "" ? [{ code: "param_required", data: { param }, param }] : []);
  if (parser === "json") return required(jsonField, "jsonField");
  if (parser === "built-in") return [];
  return pattern.trim() === "" ? required(pattern, "pattern") : checkPattern(pattern);
}

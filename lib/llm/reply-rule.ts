import { RE2JS } from "re2js";
import { AppError } from "@/lib/core/app-error";
import type { Dialect } from "@/lib/contracts/providers";
import type { JsonSchema, Sampling } from "./chat";

/** What a reply is held to. */
export type ReplyRule = { kind: "choices"; choices: string[] } | { kind: "pattern"; pattern: string };

/** The member that a reply stands in where a JSON schema holds it: providers want an object. */
const ANSWER = "answer";

/** What the replies of a sampling are held to; null for nothing. */
export function ruleOf({ replyChoices, replyPattern }: Sampling): ReplyRule | null {
  if (replyChoices) return { kind: "choices", choices: replyChoices };
  return replyPattern === undefined ? null : { kind: "pattern", pattern: replyPattern };
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const regexOf = (rule: ReplyRule): string => (rule.kind === "pattern" ? rule.pattern : `(${rule.choices.map(escape).join("|")})`);

/**
 * The rule in a server's own field; null where it has none for this and is told by a schema. vLLM: docs.vllm.ai, Structured
 * Outputs. SGLang: docs.sglang.io, Structured Outputs. llama.cpp: `grammar` of tools/server/README.md, in GBNF; it has no field
 * for a regular expression. Text Generation Inference: `GrammarType` of its OpenAPI document.
 */
export function writeOwnRule(rule: ReplyRule, way: Dialect["replyRule"]): Record<string, unknown> | null {
  switch (way) {
    case "structured_outputs":
      return { structured_outputs: rule.kind === "choices" ? { choice: rule.choices } : { regex: rule.pattern } };
    case "regex":
      return { regex: regexOf(rule) };
    case "grammar":
      return rule.kind === "choices" ? { grammar: `root ::= ${rule.choices.map((choice) => JSON.stringify(choice)).join(" | ")}` } : null;
    case "response_format":
      return { response_format: { type: "regex", value: regexOf(rule) } };
    case undefined:
      return null;
  }
}

/** The rule as a JSON schema, of an object with one text. */
export function ruleSchema(rule: ReplyRule): { name: string; schema: JsonSchema } {
  const text = rule.kind === "choices" ? { type: "string", enum: rule.choices } : { type: "string", pattern: `^(${rule.pattern})$` };
  return { name: ANSWER, schema: { type: "object", properties: { [ANSWER]: text }, required: [ANSWER], additionalProperties: false } };
}

/** The text within the object of `ruleSchema`. What is none stays as it is, and breaks the rule. */
export function readRuled(text: string, rule: ReplyRule): string {
  let answer: unknown;
  try {
    answer = (JSON.parse(text) as Record<string, unknown> | null)?.[ANSWER];
  } catch {
    return text;
  }
  if (typeof answer !== "string") return text;
  if (rule.kind === "pattern" || rule.choices.includes(answer)) return answer;
  // Not all providers hold to an enumeration's capital letters (docs.claude.com, Structured outputs).
  const alike = rule.choices.filter((choice) => choice.toLowerCase() === answer.toLowerCase());
  return alike.length === 1 && alike[0] !== undefined ? alike[0] : answer;
}

const compiled = new Map<string, RE2JS>();
const MOST_COMPILED = 100;

/** Of the whole text, in time that grows with its length alone. */
function matches(pattern: string, text: string): boolean {
  let regex = compiled.get(pattern);
  if (!regex) {
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(pattern, (regex = RE2JS.compile(pattern)));
  }
  return regex.matches(text);
}

/** A server may know nothing of a rule, or not hold to it: the reply is looked at in any case. Null where it keeps the rule. */
export function findBrokenRule(text: string, rule: ReplyRule, connection: string): AppError | null {
  const said = text.trim();
  if (rule.kind === "choices" ? rule.choices.includes(said) : matches(rule.pattern, said)) return null;
  const wanted = rule.kind === "choices" ? rule.choices.join(" | ").slice(0, 300) : rule.pattern.slice(0, 300);
  return new AppError("reply_breaks_rule", { connection, wanted, reply: said.slice(0, 300) });
}

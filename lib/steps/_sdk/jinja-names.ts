import type { Template } from "@huggingface/jinja";

/** What a template can name without being given it. */
const BUILT_IN = new Set(["true", "false", "none", "True", "False", "None", "range", "loop", "namespace", "raise_exception", "strftime_now", "caller", "args", "kwargs"]);

/** Members of a syntax node that hold names of the language: filters, tests, keywords and what stands behind a dot. */
function isNameOfLanguage(node: Record<string, unknown>, member: string): boolean {
  switch (node["type"]) {
    case "MemberExpression":
      return member === "property" && node["computed"] === false;
    case "FilterExpression":
    case "FilterStatement":
      return member === "filter";
    case "TestExpression":
      return member === "test";
    case "KeywordArgumentExpression":
      return member === "key";
    default:
      return false;
  }
}

interface Names {
  read: Set<string>;
  made: Set<string>;
}

/** Arguments of a filter are read, its name is not. */
function visitFilter(filter: unknown, names: Names): void {
  if (typeof filter === "object" && filter !== null && "args" in filter) visit(filter.args, names);
}

function collectMade(target: unknown, names: Names): void {
  if (typeof target !== "object" || target === null) return;
  const node = target as Record<string, unknown>;
  if (node["type"] === "Identifier") names.made.add(String(node["value"]));
  else if (node["type"] === "TupleLiteral") (node["value"] as unknown[]).forEach((part) => {
    collectMade(part, names);
  });
  else if (node["type"] === "KeywordArgumentExpression") collectMade(node["key"], names);
}

/** Members that bring names into a template: of a loop, an assignment, a macro. */
const makers: Record<string, readonly string[]> = { For: ["loopvar"], Set: ["assignee"], Macro: ["name", "args"], CallStatement: ["callerArgs"] };

function visit(value: unknown, names: Names): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) visit(item, names);
    return;
  }
  if (value instanceof Map) {
    for (const [key, item] of value) visit([key, item], names);
    return;
  }
  const node = value as Record<string, unknown>;
  if (node["type"] === "Identifier") names.read.add(String(node["value"]));
  const made = makers[String(node["type"])] ?? [];
  for (const [member, child] of Object.entries(node)) {
    if (made.includes(member)) [child].flat().forEach((target) => {
      collectMade(target, names);
    });
    if (!isNameOfLanguage(node, member)) visit(child, names);
    else visitFilter(child, names);
  }
}

/** Names that a template reads and does not make itself, in order of their first use. */
export function findFreeNames(template: Template): string[] {
  const names: Names = { read: new Set(), made: new Set() };
  visit(template.parsed.body, names);
  return [...names.read].filter((name) => !BUILT_IN.has(name) && !names.made.has(name));
}

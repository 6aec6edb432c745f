import { z } from "zod";

const choice = z.looseObject({ error: z.unknown().optional() });
const body = z.looseObject({
  error: z.unknown().optional(),
  detail: z.unknown().optional(),
  message: z.unknown().optional(),
  choices: z.array(choice).nullish().catch(null),
});

/** What a reply is read from, in any of the protocols. */
const ANSWERS = ["choices", "output", "content", "candidates", "data", "embeddings", "usageMetadata", "promptFeedback", "embedding"];

const isTold = (value: unknown): boolean => value !== undefined && value !== null && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0);

const codeOf = (error: unknown): number => {
  const { code, status } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown; status?: unknown };
  return [code, status].map(Number).find((one) => one >= 400 && one < 600) ?? NaN;
};

const wordsOf = (error: unknown): string => (typeof error === "string" ? error : JSON.stringify(error));

const isPlain = (choice: unknown): boolean => typeof choice === "object" && choice !== null && !("error" in choice);

/** Whether a reply has a member that a failure could stand in: nearly none has, so the others are not looked at further. */
function mayFail(json: unknown): boolean {
  if (typeof json !== "object" || json === null) return true;
  const { choices } = json as { choices?: unknown };
  return "error" in json || "detail" in json || "message" in json || (Array.isArray(choices) && !choices.every(isPlain));
}

/**
 * The failure that a gateway tells of within a reply of success: its status, and its words as the body of an error. Null where
 * there is none.
 */
export function findHiddenFailure(json: unknown): { status: number; text: string } | null {
  if (!mayFail(json)) return null;
  const parsed = body.safeParse(json);
  if (!parsed.success) return null;
  const { error, detail, message, choices } = parsed.data;
  const ofChoice = choices?.map((one) => one.error).find(isTold);
  const hasAnswer = ANSWERS.some((name) => isTold((json as Record<string, unknown>)[name]));
  // Beside an answer an error is one of its own, not of the answer's.
  const told = ofChoice ?? (hasAnswer ? undefined : [error, detail, typeof message === "string" ? message : undefined].find(isTold));
  if (told === undefined) return null;
  const code = codeOf(told);
  // LM Studio's answer to an address without “/v1”.
  const status = Number.isNaN(code) ? (/unexpected endpoint|no such (?:route|path|endpoint)/i.test(wordsOf(told)) ? 404 : 502) : code;
  return { status, text: JSON.stringify({ error: told }) };
}

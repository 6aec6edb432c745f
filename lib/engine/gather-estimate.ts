import { measureTokens } from "@/lib/llm/count-tokens";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { type Plan } from "@/lib/plan/plan-workflow";
import { modelKey } from "@/lib/plan/plan-models";
import type { PlanKnown } from "@/lib/plan/plan-known";
import { quoteIdentifier } from "@/lib/tables/quote-identifier";
import type { TableManifest } from "@/lib/tables/table-manifest";
import { selectTable } from "@/lib/tables/table-view";
import { findTargets, readPrices } from "./connection-endpoint";
import { LOCAL_CONCURRENCY } from "./model-resolver";
import type { SharedResources } from "./resources";
import type { StepResult } from "./step-result";

type CallFacts = PlanKnown["calls"][string];
type LengthsByPort = PlanKnown["textLengths"][string];

const FREE = { input: 0, cachedInput: 0, output: 0 };

/** The index on model and time gives these without reading any other. */
const PAST = `
  SELECT count(*)::int AS calls, avg(prompt_tokens)::float8 AS "promptTokens", avg(completion_tokens)::float8 AS "completionTokens", avg(latency_ms) FILTER (WHERE latency_ms > 0)::float8 AS "latencyMs"
  FROM (SELECT prompt_tokens, completion_tokens, latency_ms FROM call_cache WHERE model = $1 ORDER BY created_at DESC LIMIT 200) recent`;

async function readPast(resources: SharedResources, model: string): Promise<CallFacts["past"]> {
  const { rows } = await resources.database.pool.query<Omit<NonNullable<CallFacts["past"]>, "tokensPerCharacter">>(PAST, [model]);
  const past = rows[0];
  return past && past.calls > 0 ? { ...past, tokensPerCharacter: await measureTokens(resources.database.pool, model) } : null;
}

function sumOrNull(values: (number | null)[]): number | null {
  return values.every((value) => value !== null) && values.length > 0 ? values.reduce<number>((sum, value) => sum + value, 0) : null;
}

async function describeCalls(resources: SharedResources, ref: ModelRef): Promise<CallFacts | null> {
  if (ref.connection === LOCAL_CONNECTION) return { price: FREE, concurrency: LOCAL_CONCURRENCY, requestsPerMinute: null, past: await readPast(resources, ref.model) };
  const targets = await findTargets(resources, ref);
  const [first] = targets;
  if (!first) return null;
  const prices = targets.map(({ row, model }) => readPrices(row).get(model) ?? null);
  // Which server of a pool takes a call is not known before; each is as likely.
  const mean = (part: keyof typeof FREE) => sumOrNull(prices.map((price) => price && price[part] / prices.length));
  const [input, cachedInput, output] = [mean("input"), mean("cachedInput"), mean("output")];
  return {
    price: input === null || cachedInput === null || output === null ? null : { input, cachedInput, output },
    concurrency: targets.reduce((sum, { row }) => sum + row.concurrency, 0),
    requestsPerMinute: sumOrNull(targets.map(({ row }) => row.requestsPerMinute)),
    past: await readPast(resources, first.model),
  };
}

/** What calls of these models cost and take, for the estimate. */
export async function gatherCalls(resources: SharedResources, refs: readonly ModelRef[]): Promise<PlanKnown["calls"]> {
  const found = await Promise.all(refs.map(async (ref) => [modelKey(ref), await describeCalls(resources, ref)] as const));
  return Object.fromEntries(found.flatMap(([key, facts]) => (facts ? [[key, facts]] : [])));
}

/** A result never changes, so its lengths are counted once. Bounded: the oldest goes. */
const lengthsKept = new Map<string, LengthsByPort>();
const MOST_KEPT = 1000;
const ROWS_LOOKED_AT = 500;
const MOST_COLUMNS = 100;

async function measureTable(resources: SharedResources, manifest: TableManifest): Promise<Record<string, number>> {
  const columns = manifest.columns.filter(({ type }) => type !== "vector").slice(0, MOST_COLUMNS);
  if (manifest.rows === 0 || columns.length === 0) return {};
  const session = await resources.duckdb.openSession({ readable: [resources.dataFolder] });
  try {
    const from = selectTable({ dataFolder: resources.dataFolder, manifest, range: { start: 0, end: Math.min(manifest.rows, ROWS_LOOKED_AT) } });
    const means = columns.map(({ name }, place) => `avg(coalesce(length(CAST(${quoteIdentifier(name)} AS VARCHAR)), 0))::DOUBLE AS c${String(place)}`);
    const [row] = await session.query(`SELECT ${means.join(", ")} FROM (${from})`);
    return Object.fromEntries(columns.map(({ name }, place) => [name, Number(row?.[`c${String(place)}`] ?? 0)]));
  } finally {
    session.close();
  }
}

async function measureResult(resources: SharedResources, { fingerprint, outputs }: StepResult): Promise<LengthsByPort> {
  const kept = lengthsKept.get(fingerprint);
  if (kept) return kept;
  const lengths: LengthsByPort = {};
  for (const [port, manifest] of Object.entries(outputs.tables)) lengths[port] = await measureTable(resources, manifest);
  lengthsKept.set(fingerprint, lengths);
  for (const oldest of lengthsKept.keys()) {
    if (lengthsKept.size <= MOST_KEPT) break;
    lengthsKept.delete(oldest);
  }
  return lengths;
}

/** How long the texts are in the stored results that feed a step still to run. A result that cannot be read is left out. */
export async function gatherTextLengths(resources: SharedResources, plan: Plan, results: ReadonlyMap<string, StepResult>): Promise<PlanKnown["textLengths"]> {
  const wanted = new Map<string, StepResult>();
  for (const step of plan.steps.values()) {
    if (step.fingerprint === null || results.has(step.fingerprint) || step.node.disabled) continue;
    for (const edge of Object.values(step.incoming).flat()) {
      const found = results.get(plan.steps.get(edge.from.node)?.fingerprint ?? "");
      if (found) wanted.set(found.fingerprint, found);
    }
  }
  const measured = await Promise.all([...wanted.values()].map(async (result) => [result.fingerprint, await measureResult(resources, result).catch(() => null)] as const));
  return Object.fromEntries(measured.flatMap(([fingerprint, lengths]) => (lengths ? [[fingerprint, lengths]] : [])));
}

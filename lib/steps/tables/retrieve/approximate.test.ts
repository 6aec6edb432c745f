import { describe, expect, it } from "vitest";
import { requireIndexFits } from "@/lib/tables/vector-index";
import type { TableRunner } from "../../_sdk/step-runner";
import type { FixtureRow } from "../../_sdk/step-fixture";
import { runStepFixture } from "../../_sdk/test-harness";
import { definition } from "./definition";
import { run } from "./runner";

/** Numbers as if by chance, the same on every machine (Park and Miller, 1988). */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647 - 0.5;
  };
}

const random = makeRandom(7);
const LENGTH = 32;
const centres = Array.from({ length: 20 }, () => Array.from({ length: LENGTH }, random));
/** Vectors lie in clusters, as those of texts do. */
const vectors = (count: number): number[][] => Array.from({ length: count }, (_, row) => (centres[row % centres.length] ?? []).map((number) => number + random()));

const documents: FixtureRow[] = vectors(3000).map((w, id) => ({ id, w }));
const queries: FixtureRow[] = vectors(100).map((v) => ({ v }));

type Hit = { id: number; score: number };

async function retrieve(params: Record<string, unknown>, tables = { queries, documents }): Promise<{ hits: Hit[][]; error: string | null }> {
  const given = { ...definition.defaults, queryVector: "v", documentVector: "w", carry: ["id"], k: 10, ...params };
  const outcome = await runStepFixture({ definition, runner: run as unknown as TableRunner<Record<string, unknown>> }, { params: given, inputs: tables, expect: {} });
  return { hits: (outcome.outputs["output"] ?? []).map((row) => row["results"] as unknown as Hit[]), error: outcome.error };
}

const idsOf = (hits: Hit[]): number[] => hits.map(({ id }) => id);

describe.each(["cosine", "inner-product"])("an index for %s", (measure) => {
  it("finds nearly all of what the exact search finds, with the exact scores, in the same order", async () => {
    const exact = await retrieve({ measure });
    const approximate = await retrieve({ measure, search: "approximate" });
    const found = approximate.hits.map((hits, query) => idsOf(hits).filter((id) => idsOf(exact.hits[query] ?? []).includes(id)).length);
    expect(found.reduce((sum, count) => sum + count, 0) / (100 * 10)).toBeGreaterThan(measure === "cosine" ? 0.97 : 0.9);
    const scores = new Map(exact.hits.flatMap((hits, query) => hits.map(({ id, score }) => [`${String(query)} ${String(id)}`, score])));
    for (const [query, hits] of approximate.hits.entries()) {
      expect(hits.length).toBe(10);
      expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).sort((a, b) => b - a));
      for (const { id, score } of hits) {
        const known = scores.get(`${String(query)} ${String(id)}`);
        if (known !== undefined) expect(score).toBe(known);
      }
    }
  });
});

it("finds more with more effort", async () => {
  const exact = await retrieve({});
  const recall = async (searchEffort: number): Promise<number> => {
    const { hits } = await retrieve({ search: "approximate", connectivity: 2, buildEffort: 8, searchEffort });
    return hits.reduce((sum, found, query) => sum + idsOf(found).filter((id) => idsOf(exact.hits[query] ?? []).includes(id)).length, 0) / 1000;
  };
  const [little, much] = [await recall(8), await recall(1000)];
  expect(much).toBeGreaterThan(little);
});

it("gives the same for the same", async () => {
  expect(await retrieve({ search: "approximate" })).toEqual(await retrieve({ search: "approximate" }));
});

it("gives what there is where fewer documents can be compared than are asked for", async () => {
  const few = [{ id: 0, w: vectors(1)[0] ?? [] }, { id: 1, w: null }, { id: 2, w: Array.from({ length: LENGTH }, () => 0) }];
  expect((await retrieve({ search: "approximate" }, { queries: queries.slice(0, 2), documents: few })).hits.map(idsOf)).toEqual([[0], [0]]);
});

it("refuses an index that would not fit into memory, before it is built", () => {
  const settings = { length: 384, measure: "cosine", connectivity: 16, buildEffort: 128, searchEffort: 64 } as const;
  expect(() => { requireIndexFits(1_000_000, settings); }).not.toThrow();
  expect(() => { requireIndexFits(2_000_000, settings); }).toThrow(/3\D?\d+ MB/);
});

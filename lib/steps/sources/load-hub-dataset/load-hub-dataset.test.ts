import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type DuckDb, openDuckDb } from "@/lib/tables/duckdb";
import { writePart } from "@/lib/tables/write-part";
import { startHubServer, type HubServer } from "@/tests/support/hub-server";
import type { TableRunner } from "../../_sdk/step-runner";
import type { StepOutcome } from "../../_sdk/step-fixture";
import { runStepFixture } from "../../_sdk/test-harness";
import { chooseFiles } from "./choose-files";
import { definition } from "./definition";
import { loadHubDataset } from "./load-hub-dataset";
import { run } from "./runner";

let folder: string;
let db: DuckDb;
let server: HubServer;
let commit: string;
let large: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-hub-"));
  db = await openDuckDb({ dataFolder: folder, memoryLimitMb: 256, threads: 1 });
  const session = await db.openSession({ readable: [folder], writable: folder });
  const parquet = async (query: string): Promise<Buffer> => {
    await writePart(session, { query, path: join(folder, "part.parquet") });
    return readFile(join(folder, "part.parquet"));
  };
  server = await startHubServer();
  server.refuse = ({ path }) => {
    if (path.includes("me/gated/resolve")) return { status: 403, error: "Access to dataset me/gated is restricted and you are not in the authorized list." };
    return path.includes("me/broken") ? { status: 500 } : null;
  };
  commit = server.put("dataset", "me/parquet", {
    "README.md": "# x",
    "data/train-00001-of-00002.parquet": await parquet("SELECT 3 AS n, 'c' AS t"),
    "data/train-00000-of-00002.parquet": await parquet("SELECT i AS n, 'a' AS t FROM range(3) t(i)"),
    "data/test-00000-of-00001.parquet": await parquet("SELECT 9 AS n, 'z' AS t"),
  }).oid;
  server.put("dataset", "me/lines", { "lines.jsonl": '{"a":1}\nbad\n{"a":2}\n' });
  server.put("dataset", "me/packed", { "train-0.csv.gz": gzipSync(Buffer.from("a,b\n1,le caf\xe9 est ferm\xe9\n", "latin1")), "train-1.csv.gz": gzipSync(Buffer.from("a,b\n2,la cr\xe8me br\xfbl\xe9e\n", "latin1")), "train-1.csv": Buffer.from("a,b\n2,la cr\xe8me br\xfbl\xe9e\n", "latin1") });
  server.put("dataset", "me/converted", { "train.csv": "a,b\n1,2\n" });
  server.put("dataset", "me/converted", { "default/train/0000.parquet": await parquet("SELECT 'converted' AS t") }, { revision: "refs/convert/parquet" });
  server.put("dataset", "me/secret", { "train.csv": "a,b\n1,2\n" }, { isPrivate: true });
  large = await parquet("SELECT i AS n, md5(i::VARCHAR) AS t FROM range(200000) t(i)");
  server.put("dataset", "me/large", { "data/train.parquet": large });
  server.put("dataset", "me/long", { "train.csv": `a,b\n${"1,\"x\ny\"\n".repeat(300_000)}` });
  server.put("dataset", "me/gated", { "train.csv": "a,b\n1,2\n" });
  session.close();
});

afterAll(async () => {
  await db.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const session = () => db.openSession({ readable: [folder], writable: folder });

function load(
  params: Partial<Record<string, string>>,
  options: { token?: string; rowLimit?: number; endpoint?: string } = {},
): Promise<StepOutcome> {
  const all = {
    config: "",
    split: "train",
    revision: "main",
    dataset: "",
    ...params,
  };
  return runStepFixture(
    {
      definition,
      runner: run as unknown as TableRunner<Record<string, unknown>>,
      hub: {
        endpoint: options.endpoint ?? server.url,
        token: options.token ?? null,
      },
    },
    {
      params: all,
      ...(options.rowLimit === undefined ? {} : { rowLimit: options.rowLimit }),
      expect: {},
    },
  );
}

/** Bytes that servers answer with from now on. */
function countBytes(): () => number {
  let bytes = 0;
  const real = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const response = await real(input, init);
    if (init?.method !== "HEAD") bytes += Number(response.headers.get("content-length") ?? 0);
    return response;
  });
  return () => bytes;
}

describe("load-hub-dataset", () => {
  it("loads the Parquet files of a split in the order of their names", async () => {
    const { outputs, error } = await load({ dataset: "me/parquet" });
    expect(error).toBeNull();
    expect(outputs["output"]).toEqual([
      { n: 0, t: "a" },
      { n: 1, t: "a" },
      { n: 2, t: "a" },
      { n: 3, t: "c" },
    ]);
    expect(
      (await load({ dataset: "me/parquet", split: "test", revision: commit }))
        .outputs["output"],
    ).toEqual([{ n: 9, t: "z" }]);
    expect(
      (await load({ dataset: "me/parquet" }, { rowLimit: 2 })).outputs[
        "output"
      ],
    ).toEqual([
      { n: 0, t: "a" },
      { n: 1, t: "a" },
    ]);
  });

  it("prefers what the Hub has converted over text files, and reads these where nothing is converted", async () => {
    expect((await load({ dataset: "me/converted" })).outputs["output"]).toEqual(
      [{ t: "converted" }],
    );
    const lines = await load({ dataset: "me/lines" });
    expect(lines.outputs["output"]).toEqual([{ a: 1 }, { a: 2 }]);
    expect(lines.failed).toMatchObject([{ code: "file_json_line" }]);
  });

  it("fetches no more than the beginning of a file where few rows are asked for", async () => {
    const sent = countBytes();
    const few = await load({ dataset: "me/large" }, { rowLimit: 5 });
    expect(few.outputs["output"]?.map((row) => row["n"])).toEqual([0, 1, 2, 3, 4]);
    expect(sent()).toBeLessThan(large.length * 0.75);
    const lines = await load({ dataset: "me/long" }, { rowLimit: 30_000 });
    expect(lines.outputs["output"]?.length).toBe(30_000);
    expect(lines.outputs["output"]?.at(-1)).toEqual({ a: 1, b: "x\ny" });
    expect(lines.failed).toEqual([]);
  });

  it("reads packed files, one that is there packed and unpacked once, and says what it decided about them", async () => {
    const packed = await load({ dataset: "me/packed", split: "train" });
    expect(packed.error).toBeNull();
    expect(packed.outputs["output"]).toEqual([{ a: 1, b: "le café est fermé" }, { a: 2, b: "la crème brûlée" }]);
    const { notes } = await loadHubDataset({ sql: await session(), scratch: await mkdtemp(join(folder, "packed-")), hub: () => Promise.resolve({ endpoint: server.url, token: null }) }, { dataset: "me/packed", config: "", split: "train", revision: "main" }, null);
    expect(notes).toContainEqual({ code: "encoding", data: { encoding: "latin-1" }, param: null });
  });

  it("names the page where access to a gated data set is asked for", async () => {
    const { error } = await load({ dataset: "me/gated" }, { token: "hf_read" });
    expect(error).toBe("hub_gated");
  });

  it("says what is missing, refused or unreachable", async () => {
    expect((await load({ dataset: "me/none" })).error).toBe("hub_not_found");
    expect((await load({ dataset: "me/parquet", split: "dev" })).error).toBe(
      "hub_not_found",
    );
    expect((await load({ dataset: "me/secret" })).error).toBe("hub_not_found");
    expect(
      (await load({ dataset: "me/secret" }, { token: "hf_bad" })).error,
    ).toBe("hub_refused");
    expect((await load({ dataset: "me/broken" })).error).toBe(
      "hub_unreachable",
    );
    expect(
      (
        await load(
          { dataset: "me/parquet" },
          { endpoint: "http://127.0.0.1:1" },
        )
      ).error,
    ).toBe("hub_unreachable");
  });
});

describe("chooseFiles", () => {
  it("knows configurations and splits from paths", () => {
    const paths = [
      "main/train-00000-of-00001.parquet",
      "main/test-00000-of-00001.parquet",
      "socratic/train-00000-of-00001.parquet",
      "README.md",
    ];
    expect(chooseFiles(paths, { config: "main", split: "test" })).toEqual([
      "main/test-00000-of-00001.parquet",
    ]);
    expect(chooseFiles(paths, { config: "socratic", split: "" })).toEqual([
      "socratic/train-00000-of-00001.parquet",
    ]);
    expect(
      chooseFiles(["my_data.csv", "dataset_infos.json"], {
        config: "",
        split: "train",
      }),
    ).toEqual(["my_data.csv"]);
    expect(chooseFiles(["my_data.csv"], { config: "", split: "test" })).toEqual(
      [],
    );
  });
});

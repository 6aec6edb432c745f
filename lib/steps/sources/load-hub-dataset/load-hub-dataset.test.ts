import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DuckDb, openDuckDb } from "@/lib/tables/duckdb";
import { writePart } from "@/lib/tables/write-part";
import { startHubServer, type HubServer } from "@/tests/support/hub-server";
import type { TableRunner } from "../../_sdk/step-runner";
import { runStepFixture, type StepOutcome } from "../../_sdk/test-harness";
import { chooseFiles } from "./choose-files";
import { definition } from "./definition";
import { run } from "./runner";

let folder: string;
let db: DuckDb;
let server: HubServer;
let commit: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reverie-hub-"));
  db = await openDuckDb({ dataFolder: folder, memoryLimitMb: 256, threads: 1 });
  const session = await db.openSession({ readable: [folder], writable: folder });
  const parquet = async (query: string): Promise<Buffer> => {
    await writePart(session, { query, path: join(folder, "part.parquet") });
    return readFile(join(folder, "part.parquet"));
  };
  server = await startHubServer();
  server.refuse = ({ path }) => (path.includes("me/broken") ? { status: 500 } : null);
  commit = server.put("dataset", "me/parquet", {
    "README.md": "# x",
    "data/train-00001-of-00002.parquet": await parquet("SELECT 3 AS n, 'c' AS t"),
    "data/train-00000-of-00002.parquet": await parquet("SELECT i AS n, 'a' AS t FROM range(3) t(i)"),
    "data/test-00000-of-00001.parquet": await parquet("SELECT 9 AS n, 'z' AS t"),
  }).oid;
  server.put("dataset", "me/lines", { "lines.jsonl": '{"a":1}\nbad\n{"a":2}\n' });
  server.put("dataset", "me/converted", { "train.csv": "a,b\n1,2\n" });
  server.put("dataset", "me/converted", { "default/train/0000.parquet": await parquet("SELECT 'converted' AS t") }, { revision: "refs/convert/parquet" });
  server.put("dataset", "me/secret", { "train.csv": "a,b\n1,2\n" }, { isPrivate: true });
  session.close();
});

afterAll(async () => {
  await db.close();
  await server.close();
  await rm(folder, { recursive: true });
});

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

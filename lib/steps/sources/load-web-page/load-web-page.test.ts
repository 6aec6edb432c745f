import { afterAll, beforeAll, expect, it } from "vitest";
import { serveHttp, type HttpServer } from "@/tests/support/http-server";
import type { TableRunner } from "../../_sdk/step-runner";
import type { StepOutcome } from "../../_sdk/step-fixture";
import { runStepFixture } from "../../_sdk/test-harness";
import { definition } from "./definition";
import { run } from "./runner";

const article = `<h2>Oak</h2>${"<p>An oak is a tree with hard wood, and it can become very old, older than most people think.</p>".repeat(8)}`;
const pages: Record<string, { type: string; body: string | Buffer }> = {
  "/article": { type: "text/html; charset=utf-8", body: `<html><head><title>About oaks</title></head><body><nav><a href="/">Home</a><a href="/shop">Shop now</a></nav><article>${article}</article><footer>Cookies and more</footer></body></html>` },
  "/latin": { type: "text/html; charset=iso-8859-1", body: Buffer.from("<title>Málaga</title><p>José vive aquí.</p>", "latin1") },
  "/plain": { type: "text/plain", body: "One. Two." },
  "/picture": { type: "image/png", body: "x" },
};

let server: HttpServer;
let host: string;

beforeAll(async () => {
  server = await serveHttp((request, response) => {
    const page = pages[request.url ?? ""];
    response.writeHead(page ? 200 : 404, page ? { "content-type": page.type } : {}).end(page?.body);
  });
  ({ host } = new URL(server.url));
});

afterAll(() => server.close());

function load(paths: string[], params: Record<string, unknown> = {}, rowLimit?: number): Promise<StepOutcome> {
  return runStepFixture(
    { definition, runner: run as unknown as TableRunner<Record<string, unknown>>, privateHosts: [host] },
    { params: { ...definition.defaults, urls: paths.map((path) => `http://${host}${path}`).join("\n"), ...params }, ...(rowLimit === undefined ? {} : { rowLimit }), expect: {} },
  );
}

it("takes the main text of a page, or all of it", async () => {
  const main = (await load(["/article"])).outputs["output"]?.[0];
  expect(main).toMatchObject({ url: `http://${host}/article`, title: "About oaks", chunk: 0, page: null });
  expect(main?.["text"]).toContain("An oak is a tree");
  expect(main?.["text"]).not.toContain("Shop now");
  expect((await load(["/article"], { mainTextOnly: false })).outputs["output"]?.[0]?.["text"]).toContain("Shop now");
});

it("reads pages in order, in their encodings, and lists those that fail", async () => {
  const { outputs, failed, error } = await load(["/latin", "/none", "/plain", "/picture", "/latin"], { mainTextOnly: false });
  expect(error).toBeNull();
  expect(outputs["output"]?.map((row) => row["text"])).toEqual(["José vive aquí.", "One. Two.", "José vive aquí."]);
  expect(failed.map(({ code }) => code)).toEqual(["page_refused", "page_type_unknown"]);
});

it("cuts pages into chunks, and stops at the row limit", async () => {
  const { outputs } = await load(["/article", "/plain"], { chunkBy: "sentence", chunkSize: 200, chunkOverlap: 0 }, 2);
  expect(outputs["output"]?.map((row) => [row["chunk"], row["section"]])).toEqual([[0, "Oak"], [1, "Oak"]]);
});

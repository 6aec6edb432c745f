import { lookup } from "node:dns/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { fetchPage } from "./fetch-page";
import { kindOfAddress } from "@/lib/core/public-address";
import { serveHttp, type HttpServer } from "@/tests/support/http-server";

vi.mock("node:dns/promises", () => ({ lookup: vi.fn() }));

let server: HttpServer;
let port: string;

beforeAll(async () => {
  server = await serveHttp((request, response) => {
    const to = { "/to-metadata": "http://169.254.169.254/latest", "/to-other": `http://localhost:${port}/`, "/loop": "/loop", "/to-page": "/page", "/to-file": "file:///etc/passwd" }[request.url ?? ""];
    if (to) response.writeHead(302, { location: to }).end();
    else if (request.url === "/page") response.writeHead(200, { "content-type": "text/html" }).end("<p>hello</p>");
    else if (request.url === "/bomb") response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(4 * 2 ** 20)));
    else if (request.url === "/slow") response.writeHead(200).write("a");
    else response.writeHead(404).end();
  });
  ({ port } = new URL(server.url));
});

afterAll(() => server.close());

const { signal } = new AbortController();
const open = (path: string, extra: object = {}) => fetchPage(`http://127.0.0.1:${port}${path}`, { privateHosts: [`127.0.0.1:${port}`], signal, ...extra });

describe("fetchPage", () => {
  it("follows redirects to the page", async () => {
    const page = await open("/to-page");
    expect(page.body.toString()).toBe("<p>hello</p>");
    expect(page.url).toBe(`http://127.0.0.1:${port}/page`);
  });

  it.each(["http://127.0.0.1/", "http://localhost/", "http://a.localhost/", "http://0x7f.1/", "http://2130706433/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a9fe:a9fe]/", "http://10.1.2.3/", "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/", "http://0.0.0.0/", "http://100.100.100.200/", "file:///etc/passwd", "no address"])("does not go to %s", async (url) => {
    await expect(fetchPage(url, { privateHosts: [], signal })).rejects.toMatchObject({ code: "page_address" });
  });

  it("checks each redirect again, and never opens link-local addresses", async () => {
    await expect(open("/to-metadata")).rejects.toMatchObject({ code: "page_address" });
    await expect(open("/to-other")).rejects.toMatchObject({ code: "page_address" });
    await expect(open("/to-file")).rejects.toMatchObject({ code: "page_address" });
    await expect(fetchPage("http://169.254.169.254/", { privateHosts: ["169.254.169.254"], signal })).rejects.toMatchObject({ code: "page_address" });
  });

  it("checks what a name stands for where the connection is made", async () => {
    vi.mocked(lookup).mockResolvedValue([{ address: "8.8.8.8", family: 4 }, { address: "127.0.0.1", family: 4 }] as never);
    await expect(fetchPage(`http://rebinding.example:${port}/page`, { privateHosts: [], signal })).rejects.toMatchObject({ code: "page_address", data: { address: "127.0.0.1" } });
    vi.mocked(lookup).mockResolvedValue([{ address: "127.0.0.1", family: 4 }] as never);
    const page = await fetchPage(`http://wiki.example:${port}/page`, { privateHosts: ["wiki.example"], signal });
    expect(page.body.length).toBeGreaterThan(0);
  });

  it("says what is refused, too large, too slow or not there", async () => {
    await expect(open("/none")).rejects.toMatchObject({ code: "page_refused", data: { status: 404 } });
    await expect(open("/bomb", { maxBytes: 2 ** 20 })).rejects.toMatchObject({ code: "page_too_large" });
    await expect(open("/slow", { timeoutMs: 300 })).rejects.toMatchObject({ code: "page_unreachable", data: { detail: "it takes too long" } });
    await expect(open("/loop")).rejects.toMatchObject({ code: "page_unreachable" });
    await expect(fetchPage("http://127.0.0.1:1/", { privateHosts: ["127.0.0.1"], signal })).rejects.toMatchObject({ code: "page_unreachable" });
  });
});

it("knows public addresses", () => {
  expect(["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"].map(kindOfAddress)).toEqual(["public", "public", "public"]);
  expect(["172.31.0.1", "192.168.1.1", "fc00::1", "2002:7f00:1::", "::"].map(kindOfAddress)).toEqual(["private", "private", "private", "private", "private"]);
});

import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SourceLoader } from "@/tests/support/source-loader";

let loader: SourceLoader;
beforeAll(async () => {
  loader = await SourceLoader.open();
});
afterAll(() => loader.close());

describe("packed files", () => {
  it.each(["a.csv.gz", "a.csv"])("unpacks gzip that is called %s", async (name) => {
    expect((await loader.load(name, gzipSync("a,b\n1,x\n"))).all).toEqual([{ a: 1n, b: "x" }]);
  });

  it("unpacks JSON lines and reads them by their ending", async () => {
    expect((await loader.load("a.jsonl.gz", gzipSync('{"a":1}\n{"a":2}\n'))).all).toEqual([{ a: 1n }, { a: 2n }]);
  });

  it("unpacks bzip2", async () => {
    const packed = Buffer.from("QlpoOTFBWSZTWdR78W4AAALZgAAQAAQgADAAAEAgACGmmaDAKBULC7kinChIaj34twA=", "base64");
    expect((await loader.load("a.csv.bz2", packed)).all).toEqual([{ a: 1n, b: "x" }]);
    await expect(loader.load("a.csv.bz2", packed.subarray(0, 30))).rejects.toMatchObject({ code: "file_unreadable" });
  });
});

describe("packed files as command lines write them", () => {
  // Made by `zstd` and `xz`, of one file each or of two one behind the other; with frames that are to be skipped, as pzstd writes them.
  const both = [{ a: 1n, b: "x" }, { a: 2n, b: "y" }];
  it.each([
    ["a.csv.zst", "KLUv/QRYQQAAYSxiCjEseApmAzAfUCpNGAMAAABhYmMotS/9BFghAAAyLHkK+ljsuQ==", both],
    ["a.csv.zst", "WipNGAIAAABoaSi1L/0EWEEAAGEsYgoxLHgKZgMwHw==", both.slice(0, 1)],
    ["a.csv.xz", "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAHYSxiCjEseAoAe4okWw8zy8YAASAIuxnZux+2830BAAAAAARZWv03elhaAAAE5ta0RgIAIQEWAAAAdC/lowEAAzIseQoAgSJKQmcBdRMAARwEbyycwR+2830BAAAAAARZWg==", both],
  ])("%s", async (name, base64, rows) => {
    const packed = Buffer.from(base64, "base64");
    expect((await loader.load(name, packed)).all).toEqual(rows);
    await expect(loader.load(name, packed.subarray(0, packed.length - 9))).rejects.toMatchObject({ code: "file_unreadable" });
  });
});

describe("files of other programs", () => {
  it.each([
    ["a.feather", "ARROW1\0\0\x10\0", /Arrow/],
    ["a.npy", "\x93NUMPY\x01\0v\0{'descr': '<i8'}", /NumPy/],
    ["a.pkl", "\x80\x04\x95\x1e\0\0\0", /pickle/],
    ["picture.png", "\x89PNG\r\n\x1a\n\0\0", /image/],
    ["report.xls", "<html><table><tr><td>1</td></tr></table></html>", /web page/],
    ["login.csv", "\n<!DOCTYPE html>\n<html lang='en'>", /web page/],
    ["feed.xml", "<?xml version='1.0'?><rows/>", /XML/],
    ["base.db", "SQLite format 3\0\x10\0", /SQLite/],
    ["data.bin", Array.from({ length: 400 }, (_, index) => String.fromCharCode((index * 37) % 256)).join(""), /binary/],
  ])("%s is told by what it is", async (name, content, format) => {
    const error = await loader.load(name, Buffer.from(content, "latin1")).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "file_old_format", data: { format: expect.stringMatching(format) as string } });
  });

  it.each(["ORCID,name\n1,a\n", "animals,DUCK,n\na,b,1\n", "ARROW1,x\n1,2\n", "BMI,x\n1,2\n", "<b>x</b>,y\n1,2\n"])("a table may begin like one: %j", async (content) => {
    expect((await loader.load("a.csv", content)).all.length).toBe(1);
  });

  it.each([
    ["pages.txt", {}],
    ["notes.md", {}],
    ["page.html", { format: "text" as const }],
  ])("markup is text where text is wanted: %s", async (name, options) => {
    expect((await loader.load(name, "<html>\n<b>x</b>\n", options)).all.map((row) => Object.values(row)[0])).toEqual(["<html>", "<b>x</b>"]);
  });

  it("a null character in a name or a value is text like other", async () => {
    expect((await loader.load("a.csv", "na\0me,b\nx\0y,1\n")).all).toEqual([{ "na\uFFFDme": "x\0y", b: 1n }]);
  });

  const compound = (...names: string[]) => Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(500), ...names.map((name) => Buffer.from(name, "utf16le"))]);

  it.each([
    ["a.xls", ["Workbook"], "file_old_format", /xls/],
    ["a.xlsx", ["EncryptedPackage", "EncryptionInfo"], "file_protected", null],
    ["a.doc", ["WordDocument"], "file_old_format", /Word/],
  ])("%s is told by its name", async (name, parts, code, format) => {
    const error = await loader.load(name, compound(...parts)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, ...(format ? { data: { format: expect.stringMatching(format) as string } } : {}) });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { escapeMarkdown } from "./escape-markdown";
import { fenceText } from "./fence-text";
import { writeYaml } from "./write-yaml";

/** Texts rich in what means something to Markdown and YAML. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("`", "~", "|", "\n", "\r", "\t", "-", "---", ":", "#", "'", '"', "\\", "{", "}", "[", "]", "&", "*", "!", "%", "@", "<", ">", "ế", "\u0085", "\u2028", "\u0000", "\ufeff", "yes", "1e3", " ") }),
);

describe("fenceText", () => {
  it("is longer than any fence within", () => {
    expect(fenceText("plain")).toBe("```text\nplain\n```");
    expect(fenceText("```js\nx\n```\n", "md")).toBe("````md\n```js\nx\n```\n````");
  });

  it("holds any text whole: no line within closes it", () => {
    fc.assert(
      fc.property(text, (inside) => {
        const lines = fenceText(inside).split("\n");
        const fence = lines[0]?.replace(/text$/, "") ?? "";
        const closing = lines.slice(1).findIndex((line) => /^ {0,3}(`+)[ \t\r]*$/.exec(line)?.[1]?.startsWith(fence));
        expect(closing).toBe(lines.length - 2);
        expect(lines.slice(1, -1).join("\n")).toBe(inside.replace(/\n$/, ""));
      }),
    );
  });
});

describe("escapeMarkdown", () => {
  it("leaves no markup, cell, tag or line", () => {
    expect(escapeMarkdown("a | b\n# c <img src=x> [d](javascript:e) `f` & 1.5")).toBe("a \\| b \\# c \\<img src=x\\> \\[d\\]\\(javascript\\:e\\) \\`f\\` &amp; 1.5");
    expect([...escapeMarkdown("x".repeat(1000))]).toHaveLength(301);
    fc.assert(
      fc.property(text, (raw) => {
        const escaped = escapeMarkdown(raw);
        expect(escaped).not.toMatch(/[\r\n]/);
        // Each sign that means something has a backslash of its own before it.
        expect(escaped.replace(/\\[^\n]/g, "").replaceAll("&amp;", "")).not.toMatch(/[|`<>[\]*_&\\]/);
      }),
    );
  });
});

describe("writeYaml", () => {
  it("writes what the Hub reads", () => {
    const header = writeYaml({
      license: undefined,
      tags: ["reverie"],
      empty: [],
      configs: [{ config_name: "default", data_files: [{ split: "train", path: ["data/a.parquet", "data/b.parquet"] }, { split: "test", path: "c" }] }],
      count: 3,
    });
    expect(parse(header)).toEqual({
      tags: ["reverie"],
      configs: [{ config_name: "default", data_files: [{ split: "train", path: ["data/a.parquet", "data/b.parquet"] }, { split: "test", path: "c" }] }],
      count: 3,
    });
  });

  it("gives back any texts, numbers and lists", () => {
    const scalar = fc.oneof(text, fc.integer(), fc.boolean());
    const nested = fc.oneof(scalar, fc.array(scalar, { minLength: 1 }), fc.array(fc.dictionary(text, fc.oneof(scalar, fc.array(scalar, { minLength: 1 })), { minKeys: 1, noNullPrototype: true }), { minLength: 1 }));
    fc.assert(
      fc.property(fc.dictionary(text, nested, { minKeys: 1, noNullPrototype: true }), (record) => {
        const wellFormed = JSON.parse(JSON.stringify(record, (_, value: unknown) => (typeof value === "string" ? value.toWellFormed() : value))) as unknown;
        expect(parse(writeYaml(record), { uniqueKeys: false })).toEqual(wellFormed);
        expect(writeYaml(record)).not.toMatch(/^---/m);
      }),
    );
  });
});

import { expect, test } from "vitest";
import { parsePastedTable } from "./parse-pasted-table";

test("cells, quotes and line breaks of a spreadsheet", () => {
  expect(parsePastedTable('a\tb\r\n"one ""x""\nline"\t2\n')).toEqual([
    ["a", "b"],
    ['one "x"\nline', "2"],
  ]);
});

test("one cell", () => {
  expect(parsePastedTable("chữ Việt")).toEqual([["chữ Việt"]]);
});

test("empty cells are kept between tabs", () => {
  expect(parsePastedTable("\t\tc\n")).toEqual([["", "", "c"]]);
});

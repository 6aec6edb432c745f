import { expect, it } from "vitest";
import { readIssues, readRow, readRows } from "./tables";

const values: unknown = JSON.parse('{"__proto__":1,"constructor":null,"a":"b"}');
const whole = JSON.stringify(values);

it("answers with every column, whatever it is called", () => {
  expect(JSON.stringify(readRows.response?.parse({ rows: [{ row: 0, values, cut: [] }], total: 1, counted: true }))).toContain(whole);
  const row = { row: 0, values, call: null, ancestors: [{ tableId: "t", stepTitle: "s", row: 0, values }] };
  expect(JSON.stringify(readRow.response?.parse(row))).toBe(JSON.stringify(row));
  const issue = { inputRow: 0, error: { code: "internal", message: "", data: {} }, values, callKey: null };
  expect(JSON.stringify(readIssues.response?.parse({ total: 1, reasons: [], issues: [issue] }))).toContain(whole);
});
